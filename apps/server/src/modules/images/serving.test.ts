import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { manualClock } from '@bulkhead/kernel';
import { dialectA, dialectB, readChunkIndex } from '@bulkhead/uptane';
import { Updater } from 'tuf-js';
import { DownloadHTTPError } from 'tuf-js/dist/error.js';
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

const brake = 'acme/brake/2.0.bin';
const content = Buffer.alloc(300_000, 'brake 2.0 ');
const sha256 = createHash('sha256').update(content).digest('hex');
const sha512 = createHash('sha512').update(content).digest('hex');

let database: TestDatabase;
let it: TestImages;
let door: TestDoor;
let ecu: Credentials;
const people = newPeople();

before(async () => {
  database = await testDatabase([...platformMigrations, imagesMigrations]);
  // tuf-js judges expiry by the clock of the machine
  it = testImages(database.db, { clock: manualClock(new Date().toISOString()) });
  door = await openTestDoor(it);
  ecu = await door.device('ECU-1');
  await firstCeremony(it, people);
  await release(it, people, 2, { [brake]: content });
});
after(async () => {
  await door?.close();
  await database?.close();
  it?.remove();
});

describe('the Image repository, over mutual TLS', () => {
  test('opens for certificates of ECUs only, and only to read', async () => {
    const none = await door.get('/repo/timestamp.json');
    const known = await door.get('/repo/timestamp.json', ecu);
    const nowhere = await door.get('/repository/timestamp.json', ecu);

    assert.deepEqual([none.status, known.status, nowhere.status], [401, 200, 404]);
    const revoked = await door.device('ECU-2');
    await door.identity.identity.revoke(revoked.serialNumber, {
      reason: 'keyCompromise',
      by: { kind: 'operator', id: 'o', name: 'o' },
    });
    assert.equal((await door.get('/repo/timestamp.json', revoked)).status, 403);
  });

  test('serves every file under the names of both wire forms, and 404 for the next root', async () => {
    const found = [
      '/repo/1.root.json',
      '/repo/root.json',
      '/repo/timestamp.json',
      '/repo/snapshot.json',
      '/repo/targets.json',
      '/repo/1.targets.json',
      '/repo/delegations/acme.json',
      '/repo-tuf/1.root.json',
      '/repo-tuf/timestamp.json',
      '/repo-tuf/2.snapshot.json',
      '/repo-tuf/1.targets.json',
      '/repo-tuf/2.acme.json',
      '/repo-tuf/1.acme.json',
    ];
    const missing = [
      '/repo/2.root.json',
      '/repo-tuf/2.root.json',
      '/repo/delegations/nobody.json',
      '/repo-tuf/9.acme.json',
      '/repo/',
      '/repo/..%2f..%2fkeys',
      '/repo/targets/',
      '/repo/targets/nothing.bin',
    ];
    let seen = 0;
    for (const path of found) {
      const { status, headers, body } = await door.get(path, ecu);
      assert.deepEqual([path, status, headers['content-length']], [path, 200, String(body.length)]);
      seen++;
    }
    for (const path of missing) {
      assert.deepEqual([path, (await door.get(path, ecu)).status], [path, 404]);
      seen++;
    }
    assert.equal(seen, 21);
    assert.equal(dialectA.readTargets((await door.get('/repo/delegations/acme.json', ecu)).body).signed.version, 2);
    assert.equal(dialectB.readTargets((await door.get('/repo-tuf/1.acme.json', ecu)).body).signed.version, 1);
  });

  test('serves images by name, with / and with %2F, and by either hash', async () => {
    const folder = 'acme/brake/';
    let seen = 0;
    for (const root of ['/repo/targets/', '/repo-tuf/targets/'])
      for (const name of [
        brake,
        encodeURIComponent(brake),
        `${folder}${sha256}.2.0.bin`,
        `${folder}${sha512}.2.0.bin`,
      ]) {
        const { status, body } = await door.get(root + name, ecu);
        assert.deepEqual([name, status, body.equals(content)], [name, 200, true]);
        seen++;
      }
    assert.equal(seen, 8);
    const wrong = await door.get(`/repo/targets/${folder}${'0'.repeat(64)}.2.0.bin`, ecu);
    const twice = await door.get(`/repo/targets/${encodeURIComponent(encodeURIComponent(brake))}`, ecu);
    assert.deepEqual([wrong.status, twice.status], [404, 404]);
  });

  test('gives the index of an image, by which a client fetches only what differs from the one it has', async () => {
    const path = `/repo-tuf/targets/acme/brake/${sha256}.2.0.bin.chunks`;
    const [first, again] = await Promise.all([door.get(path, ecu), door.get(path, ecu)]);
    const tag = String(first.headers.etag);
    const unchanged = await door.get(path, ecu, { 'if-none-match': tag });
    const nowhere = await door.get('/repo-tuf/targets/acme/brake/9.9.bin.chunks', ecu);
    const stranger = await door.get(path);

    const chunks = readChunkIndex(first.body, content.length);
    let at = 0;
    for (const { length, sha256: digest } of chunks) {
      assert.equal(
        createHash('sha256')
          .update(content.subarray(at, at + length))
          .digest('hex'),
        digest,
      );
      at += length;
    }
    assert.ok(chunks.length > 0 && at === content.length);
    assert.ok(again.body.equals(first.body));
    assert.deepEqual([first.status, unchanged.status, nowhere.status, stranger.status], [200, 304, 404, 401]);
  });

  test('resumes a download by range and spares what is there already', async () => {
    const path = `/repo/targets/${brake}`;
    const tag = `"${sha256}"`;
    const part = await door.get(path, ecu, { range: 'bytes=299990-' });
    const middle = await door.get(path, ecu, { range: 'bytes=10-19', 'if-range': tag });
    const other = await door.get(path, ecu, { range: 'bytes=10-19', 'if-range': '"x"' });
    const last = await door.get(path, ecu, { range: 'bytes=-5' });
    const beyond = await door.get(path, ecu, { range: 'bytes=300000-' });
    const same = await door.get(path, ecu, { 'if-none-match': tag });

    assert.deepEqual(
      [part.status, part.headers['content-range'], part.body.length],
      [206, 'bytes 299990-299999/300000', 10],
    );
    assert.deepEqual([middle.status, middle.body.toString()], [206, content.subarray(10, 20).toString()]);
    assert.deepEqual([other.status, other.body.length], [200, content.length]);
    assert.deepEqual([last.status, last.body.length], [206, 5]);
    assert.deepEqual([beyond.status, beyond.headers['content-range']], [416, 'bytes */300000']);
    assert.deepEqual([same.status, same.body.length], [304, 0]);
    const metadata = await door.get('/repo/timestamp.json', ecu);
    const again = await door.get('/repo/timestamp.json', ecu, { 'if-none-match': String(metadata.headers.etag) });
    assert.equal(again.status, 304);
  });

  test('is read by tuf-js, which finds and downloads an image of a delegated role', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bulkhead-tuf-'));
    try {
      await writeFile(join(folder, 'root.json'), (await door.get('/repo-tuf/1.root.json', ecu)).body);
      const base = `https://localhost:${door.port}/repo-tuf`;
      const fetcher = mutualTlsFetcher(new Agent(door.tlsOf(ecu)));
      const updater = new Updater({
        metadataDir: folder,
        targetDir: folder,
        metadataBaseUrl: base,
        targetBaseUrl: `${base}/targets`,
        fetcher,
      });
      await updater.refresh();
      const info = await updater.getTargetInfo(brake);
      assert.ok(info);
      const path = await updater.downloadTarget(info, join(folder, 'image'));
      assert.ok((await readFile(path)).equals(content));
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

/** What tuf-js fetches with, over our mutual TLS. */
function mutualTlsFetcher(agent: Agent) {
  const bytes = (url: string, maxLength: number) =>
    new Promise<Buffer>((resolve, reject) => {
      request(url, { agent }, (response) => {
        const parts: Buffer[] = [];
        let size = 0;
        response.on('data', (part: Buffer) => {
          parts.push(part);
          size += part.length;
          if (size > maxLength) response.destroy(new Error('too long'));
        });
        response.on('error', reject);
        response.on('end', () =>
          response.statusCode === 200
            ? resolve(Buffer.concat(parts))
            : reject(new DownloadHTTPError('not found', response.statusCode ?? 0)),
        );
      })
        .on('error', reject)
        .end();
    });
  return {
    downloadBytes: bytes,
    downloadFile: async <T>(url: string, maxLength: number, handler: (file: string) => Promise<T>): Promise<T> => {
      const folder = await mkdtemp(join(tmpdir(), 'bulkhead-tuf-'));
      try {
        const file = join(folder, 'file');
        await writeFile(file, await bytes(url, maxLength));
        return await handler(file);
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  };
}
