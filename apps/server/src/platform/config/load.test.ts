import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ConfigError, loadConfig } from './load.ts';

const directory = mkdtempSync(join(tmpdir(), 'bulkhead-config-'));
const file = (name: string, content: string) => {
  writeFileSync(join(directory, name), content);
  return join(directory, name);
};

test('without any setting every default is safe: loopback only, TLS 1.3, no secrets', () => {
  const { config } = loadConfig([], {});

  assert.equal(config.http.host, '127.0.0.1');
  assert.equal(config.vehicles.host, '127.0.0.1');
  assert.equal(config.vehicles.minTls, '1.3');
  assert.equal(config.database.url, '');
});

test('a flag wins over the environment, which wins over the file', () => {
  const path = file('a.json', JSON.stringify({ http: { port: 1, tlsPort: 1 }, vehicles: { mqttPort: 1 } }));

  const { config, settings } = loadConfig(['--config', path, '--http.port', '3'], {
    BULKHEAD__HTTP__PORT: '2',
    BULKHEAD__HTTP__TLS_PORT: '2',
  });

  assert.deepEqual([config.http.port, config.http.tlsPort, config.vehicles.mqttPort], [3, 2, 1]);
  assert.equal(settings.find((s) => s.path === 'http.port')?.source, 'flag');
});

test('an unknown key is refused by its path, wherever it comes from', () => {
  const path = file('b.json', JSON.stringify({ http: { prot: 1 } }));

  assert.throws(() => loadConfig(['--config', path], {}), { message: /"http.prot" in / });
  assert.throws(() => loadConfig([], { BULKHEAD__HTTP__PROT: '1' }), { message: /BULKHEAD__HTTP__PROT/ });
  assert.throws(() => loadConfig(['--http.prot', '1'], {}), { message: /--http.prot/ });
});

test('a value of the wrong type is refused by its path', () => {
  assert.throws(() => loadConfig(['--http.port', 'many'], {}), { message: /http\.port/ });
  assert.throws(() => loadConfig(['--http.port', '70000'], {}), { message: /http\.port/ });
});

test('a secret is read from the file that ..._FILE names and is never printed', () => {
  const path = file('secret', 'postgres://u:hunter22@h/db\n');

  const { config, settings } = loadConfig([], { BULKHEAD__DATABASE__URL_FILE: path });

  assert.equal(config.database.url, 'postgres://u:hunter22@h/db');
  assert.doesNotMatch(JSON.stringify(settings), /hunter22/);
});

test('plain HTTP beyond loopback is refused', () => {
  assert.throws(() => loadConfig(['--http.host', '0.0.0.0'], {}), ConfigError);
});

test('a secret given as a flag is refused, since other users of the machine could read it', () => {
  assert.throws(() => loadConfig(['--database.url', 'postgres://x'], {}), { message: /DATABASE__URL_FILE/ });
});

test('a sender, an address of the console or a password that would travel in clear is refused before anything starts', () => {
  const load = (settings: Record<string, string>) =>
    loadConfig(
      Object.entries(settings).flatMap(([key, value]) => [`--notifications.${key}`, value]),
      {},
    ).config.notifications;

  for (const smtpFrom of ['nobody', 'a@b\r\nBcc: c@d', 'A <a@b> x', 'a b@c'])
    assert.throws(() => load({ smtpFrom }), { message: /notifications\.smtpFrom/ }, smtpFrom);
  for (const smtpFrom of ['a@b.example', 'Bulkhead, Ltd. <a@b.example>']) assert.ok(load({ smtpFrom }), smtpFrom);
  for (const consoleUrl of ['bulkhead.example', 'ftp://x', 'https://x/?a=1', 'https://'])
    assert.throws(() => load({ consoleUrl }), { message: /notifications\.consoleUrl/ }, consoleUrl);
  assert.ok(load({ consoleUrl: 'https://bulkhead.example:8443/console' }));
  const clear = { smtpUser: 'u', smtpSecure: 'none' };
  assert.throws(() => load({ ...clear, smtpHost: 'smtp.example.com' }), { message: /in clear/ });
  assert.ok(load({ ...clear, smtpHost: '127.0.0.1' }));
  assert.deepEqual([load({}).allowLoopback, load({}).allowHosts, load({}).smtpSecure], [false, [], 'starttls']);
});
