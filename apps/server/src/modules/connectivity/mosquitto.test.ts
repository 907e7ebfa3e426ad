import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { downlinkFilter, uplinkTopic } from '@bulkhead/contract';
import { newId } from '@bulkhead/kernel';
import { startTestDoor, type TestDevice, type TestDoor } from './testing.ts';

const missing = spawnSync('mosquitto_pub', ['--help']).error !== undefined;
const skip = missing ? 'mosquitto_pub is not installed: apt-get install mosquitto-clients' : false;

describe('mosquitto as a vehicle', { skip }, () => {
  let door: TestDoor;
  let one: TestDevice;
  let directory: string;
  const payload = JSON.stringify({ boot: 1, uptimeS: 1 });

  function run(
    program: string,
    version: string,
    args: string[],
  ): Promise<{ status: number | null; out: string; err: string }> {
    const tls = [
      '--cafile',
      join(directory, 'ca.pem'),
      '--cert',
      join(directory, 'cert.pem'),
      '--key',
      join(directory, 'key.pem'),
    ];
    const child = spawn(program, [
      '-h',
      'localhost',
      '-p',
      String(door.port),
      ...tls,
      '-i',
      one.clientId,
      '-V',
      version,
      ...args,
    ]);
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    return new Promise((resolve) => child.on('close', (status) => resolve({ status, out, err })));
  }

  before(async () => {
    door = await startTestDoor();
    one = door.pki.device('WVWZZZ1KZAW000006', 'TCU-1');
    directory = mkdtempSync(join(tmpdir(), 'bulkhead-mosquitto-'));
    for (const [name, text] of [
      ['ca.pem', door.pki.ca],
      ['cert.pem', one.cert],
      ['key.pem', one.key],
    ] as const)
      writeFileSync(join(directory, name), text, { mode: 0o600 });
  });
  after(async () => {
    rmSync(directory, { recursive: true, force: true });
    await door.stop();
  });

  for (const version of ['311', '5']) {
    it(`publishes on its own topic with version ${version} at every quality of service`, async () => {
      for (const qos of ['0', '1', '2']) {
        const { status, err } = await run('mosquitto_pub', version, [
          '-q',
          qos,
          '-t',
          uplinkTopic(one.vin, one.ecuSerial, 'heartbeat'),
          '-m',
          payload,
        ]);
        assert.equal(status, 0, err);
      }
    });

    it(`is refused on a neighbour's topic with version ${version}`, async () => {
      const before = door.stored.length;
      const { status, err } = await run('mosquitto_pub', version, [
        '-q',
        '1',
        '-t',
        uplinkTopic(one.vin, 'NEIGHBOUR', 'heartbeat'),
        '-m',
        payload,
      ]);
      assert.ok(status !== 0 || /not authorized/i.test(err), `${status} ${err}`);
      assert.equal(door.stored.length, before);
    });

    it(`is handed its commands with version ${version}`, async () => {
      door.memory.queue(one.clientId, {
        id: newId(),
        channel: 'commands',
        payload: Buffer.from('{"id":"c-1"}'),
        qos: 1,
        expiresAt: undefined,
      });
      const { out } = await run('mosquitto_sub', version, [
        '-q',
        '1',
        '-C',
        '1',
        '-W',
        '5',
        '-t',
        downlinkFilter(one.vin, one.ecuSerial),
      ]);
      assert.equal(out.trim(), '{"id":"c-1"}');
    });
  }
});
