import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { createImageDecryptor, unwrapContentKey } from '@bulkhead/uptane';
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

const fileName = 'acme/secret/1.bin';
const content = Buffer.alloc(200_000, 'nobody else reads this ');
const sha256 = createHash('sha256').update(content).digest('hex');

let database: TestDatabase;
let it: TestImages;
let door: TestDoor;
let ecu: Credentials;

before(async () => {
  database = await testDatabase([...platformMigrations, imagesMigrations]);
  it = testImages(database.db);
  door = await openTestDoor(it);
  ecu = await door.device('ECU-1');
  const people = newPeople();
  await firstCeremony(it, people);
  await release(it, people, 2, { [fileName]: content }, { confidential: true });
});
after(async () => {
  await door?.close();
  await database?.close();
  it?.remove();
});

describe('a confidential image', () => {
  test('is served to nobody as plain text, under none of its names', async () => {
    let seen = 0;
    for (const path of [`/repo/targets/${fileName}`, `/repo-tuf/targets/acme/secret/${sha256}.1.bin`]) {
      assert.deepEqual([path, (await door.get(path, ecu)).status], [path, 404]);
      seen++;
    }
    assert.equal(seen, 2);
  });

  test('is encrypted once, and its key wrapped for each ECU, which alone can open it', async () => {
    const keys = [generateKeyPairSync('x25519'), generateKeyPairSync('ec', { namedCurve: 'P-256' })];
    const found = [];
    for (const [n, { publicKey }] of keys.entries())
      found.push(await it.images.encryptFor(sha256, { serial: `brake-${n}`, fileName, key: publicKey }));
    assert.equal(new Set(found.map(({ sha256: encrypted }) => encrypted)).size, 1);
    assert.equal(new Set(found.map(({ wrappedKey }) => wrappedKey)).size, 2);

    for (const [n, { privateKey }] of keys.entries()) {
      const { filename, length, sha256: hash, wrappedKey } = found[n] as (typeof found)[number];
      const { body } = await door.get(`/repo/targets/${filename}`, ecu);
      assert.deepEqual([body.length, createHash('sha256').update(body).digest('hex')], [length, hash]);
      assert.ok(!body.includes('nobody else'));
      const key = unwrapContentKey(wrappedKey, privateKey, { serial: `brake-${n}`, filename: fileName });
      const cipher = createImageDecryptor(key);
      assert.ok(Buffer.concat([cipher.update(body), cipher.finish()]).equals(content));
      assert.throws(() => unwrapContentKey(wrappedKey, privateKey, { serial: 'other', filename: fileName }));
    }
  });

  test('is not encrypted for a key of another kind, nor when it is not held', async () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    await assert.rejects(it.images.encryptFor(sha256, { serial: 's', fileName, key: publicKey }), /X25519 or P-256/);
    const { publicKey: good } = generateKeyPairSync('x25519');
    await assert.rejects(it.images.encryptFor('0'.repeat(64), { serial: 's', fileName, key: good }), /No image/);
  });
});
