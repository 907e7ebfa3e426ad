import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import { platformMigrations } from '../../platform/db/platform-migrations.ts';
import { type TestDatabase, testDatabase } from '../../platform/db/testing.ts';
import type { Credentials } from '../identity/testing.ts';
import { imagesMigrations } from './index.ts';
import {
  firstCeremony,
  newPeople,
  openTestDoor,
  release,
  type TestDoor,
  type TestImages,
  testImages,
} from './testing.ts';

const big = 'acme/maps/1.bin';
const content = randomBytes(24 * 1024 * 1024);

let database: TestDatabase;
let it: TestImages;
let door: TestDoor;

before(async () => {
  database = await testDatabase([...platformMigrations, imagesMigrations]);
  it = testImages(database.db);
  door = await openTestDoor(it, { perDevice: 2, downloads: 3, stalledMs: 1_500 });
  const people = newPeople();
  await firstCeremony(it, people);
  await release(it, people, 2, { [big]: content });
});
after(async () => {
  await door?.close();
  await database?.close();
  it?.remove();
});

/** Asks for an image and never reads it. */
async function stalled(client: Credentials): Promise<TLSSocket> {
  const socket = connect({ host: 'localhost', port: door.port, ...door.tlsOf(client) });
  await new Promise<void>((resolve) => socket.once('secureConnect', resolve));
  socket.on('error', () => undefined);
  socket.write(`GET /repo/targets/${big} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  socket.pause();
  await pause(300);
  return socket;
}

const counted = (name: string) => it.counts.get(name) ?? 0;

describe('the door of the Image repository under attack', () => {
  test('lets a reader go who takes nothing, and gives its place to the next', { timeout: 60_000 }, async () => {
    const ecu = await door.device('SLOW-1');
    const sockets = [await stalled(ecu), await stalled(ecu)];
    const third = await door.get(`/repo/targets/${big}`, ecu, { range: 'bytes=0-9' });
    const metadata = await door.get('/repo/timestamp.json', ecu);
    assert.deepEqual([third.status, third.headers['retry-after'], metadata.status], [429, '30', 200]);

    for (let waited = 0; counted('images_downloads_total cut') < 2 && waited < 20_000; waited += 100) await pause(100);
    assert.equal(counted('images_downloads_total cut'), 2);
    const whole = await door.get(`/repo/targets/${big}`, ecu);
    assert.deepEqual([whole.status, whole.body.equals(content)], [200, true]);
    for (const socket of sockets) socket.destroy();
  });

  test('keeps the number of downloads of all devices together', { timeout: 60_000 }, async () => {
    const [one, two] = [await door.device('MANY-1'), await door.device('MANY-2')];
    const sockets = [await stalled(one), await stalled(one), await stalled(two)];
    const late = await door.get(`/repo/targets/${big}`, two);
    assert.deepEqual([late.status, late.headers['retry-after']], [503, '60']);
    for (const socket of sockets) socket.destroy();
    for (let waited = 0; counted('images_downloads_total cut') < 5 && waited < 20_000; waited += 100) await pause(100);
    assert.equal((await door.get(`/repo/targets/${big}`, two)).status, 200);
  });

  test('answers one device a bounded number of times a minute', { timeout: 60_000 }, async () => {
    const ecu = await door.device('HASTY-1');
    const codes = new Map<number, number>();
    for (let n = 0; n < 130; n++) {
      const { status } = await door.get('/repo/timestamp.json', ecu);
      codes.set(status, (codes.get(status) ?? 0) + 1);
    }
    assert.deepEqual([codes.get(200), codes.get(429)], [120, 10]);
    it.clock.advance(60_000);
    assert.equal((await door.get('/repo/timestamp.json', ecu)).status, 200);
  });

  test('refuses to write, and takes no body', async () => {
    const ecu = await door.device('WRITER-1');
    const socket = connect({ host: 'localhost', port: door.port, ...door.tlsOf(ecu) });
    const answer = await new Promise<string>((resolve) => {
      socket.once('data', (data) => resolve(data.toString()));
      socket.once('secureConnect', () =>
        socket.write('PUT /repo/targets.json HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}'),
      );
    });
    socket.destroy();
    assert.match(answer, /^HTTP\/1\.1 405 .*Allow: GET, HEAD/s);
  });
});
