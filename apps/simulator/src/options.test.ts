import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { readDemoOptions } from './demo-options.ts';
import { readOptions } from './options.ts';

test('without flags the simulator looks for a platform on this machine', () => {
  const options = readOptions([]);

  assert.equal(options.url, 'http://127.0.0.1:8080');
  assert.deepEqual(options.mqtt, { host: '127.0.0.1', port: 8883 });
  assert.equal(options.estUrl, 'https://127.0.0.1:8444');
});

test('the front doors are looked for where the API is', () => {
  const options = readOptions(['--url', 'https://platform.example:8443']);

  assert.deepEqual([options.mqtt.host, options.estUrl], ['platform.example', 'https://platform.example:8444']);
});

test('wrong flags are named', () => {
  for (const [args, message] of [
    [['--vehicles', 'many'], /--vehicles must be a whole number from 2 to 100000/],
    [['--mqtt', 'here'], /--mqtt must be HOST:PORT/],
    [['--identities', 'some'], /--identities must be all or telematics/],
    [['--url', 'here'], /--url must be an address/],
    [['--speed', '9'], /--speed/],
  ] as const)
    assert.throws(() => readOptions(args), { code: 'simulator.bad-option', message });
});

const tail = (args: readonly string[], name: string) => args[args.indexOf(name) + 1];

test('the demonstration hands its own flags to the fleet and all others to the server', () => {
  const demo = readDemoOptions(['--vehicles', '9', '--http.port', '18080', '--seed=x', '--data', '/d'], {});

  assert.equal(
    demo.serverArguments.join(' '),
    '--http.port 18080 --data /d --demo --bootstrap.tokenFile /d/demo-token',
  );
  const options = readOptions(demo.simulatorArguments);
  assert.deepEqual(
    [options.vehicles, options.seed, options.url, options.state],
    [9, 'x', 'http://127.0.0.1:18080', '/d/simulator'],
  );
});

test('the demonstration finds the ports where the server does: file, environment, flag', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'demo-options-')), 'config.json');
  writeFileSync(file, JSON.stringify({ http: { port: 1001 }, vehicles: { mqttPort: 1002, estPort: 1003 } }));
  const environment = {
    BULKHEAD_CONFIG: file,
    BULKHEAD__VEHICLES__MQTTPORT: '2002',
    BULKHEAD__VEHICLES__EST_PORT: '2003',
  };

  const { simulatorArguments: found } = readDemoOptions(['--vehicles.estPort=3003'], environment);

  assert.deepEqual(
    ['--url', '--mqtt', '--est'].map((name) => tail(found, name)),
    ['http://127.0.0.1:1001', '127.0.0.1:2002', 'https://127.0.0.1:3003'],
  );
});

test('the data directory is ./data unless something else is said', () => {
  assert.equal(readDemoOptions([], {}).dataDirectory, resolve('data'));
  assert.equal(readDemoOptions([], { BULKHEAD__DATA__DIRECTORY: '/e' }).dataDirectory, '/e');
});
