import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readAgentConfig, readInventory } from './agent-config.ts';
import { freshDirectory, testDevice } from './testing.ts';

const good = {
  ...testDevice,
  est: 'https://platform.example:8444/',
  mqtt: 'platform.example:8883',
  trust: 'root.pem',
  state: 'state',
  inventory: 'inventory.json',
};

function fileWith(content: unknown): string {
  const path = join(freshDirectory(), 'agent.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

test('a configuration with only what is needed gets safe defaults', () => {
  const config = readAgentConfig(fileWith(good));

  assert.deepEqual(config.mqtt, { host: 'platform.example', port: 8883 });
  assert.equal(config.est, 'https://platform.example:8444');
  assert.deepEqual([config.heartbeatSeconds, config.journalBytes, config.claim], [60, 4_194_304, undefined]);
});

const faults: readonly (readonly [unknown, RegExp])[] = [
  ['{', /agent\.json cannot be read/],
  ['[]', /one JSON object/],
  [{ ...good, vim: 'x' }, /"vim" is not known/],
  [{ ...good, vin: 'YZ9BA1C2ZTV0000O1' }, /"vin" is wrong/],
  [{ ...good, serial: 'a/b' }, /"serial"/],
  [{ ...good, est: 'http://platform.example' }, /"est" must be an https address/],
  [{ ...good, mqtt: 'platform.example' }, /"mqtt" must be host:port/],
  [{ ...good, mqtt: 'platform.example:70000' }, /"mqtt" must be host:port/],
  [{ ...good, claim: { key: 'k' } }, /"claim.chain" must be a text/],
  [{ ...good, heartbeatSeconds: 1 }, /"heartbeatSeconds" must be a whole number/],
];

test('each fault of a configuration is named by its member', () => {
  for (const [content, message] of faults)
    assert.throws(() => readAgentConfig(fileWith(content)), { code: 'agent.bad-config', message });
});

test('an inventory without its lists is refused', () => {
  assert.throws(() => readInventory(fileWith({ software: [] })), { code: 'agent.bad-config' });
  assert.deepEqual(readInventory(fileWith({ software: [], ecus: [] })), { software: [], ecus: [] });
});
