import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { platformMigrations } from '../../platform/db/platform-migrations.ts';
import { type TestDatabase, testDatabase } from '../../platform/db/testing.ts';
import { imagesMigrations } from './index.ts';
import { ada, firstCeremony, newPeople, type TestImages, testImages } from './testing.ts';

const program = fileURLToPath(new URL('testing-upload.ts', import.meta.url));
let database: TestDatabase;
let it: TestImages;

before(async () => {
  database = await testDatabase([...platformMigrations, imagesMigrations]);
  it = testImages(database.db);
  await firstCeremony(it, newPeople());
});
after(async () => {
  await database?.close();
  it?.remove();
});

test('an upload whose server was killed goes on where it stood, and arrives whole', { timeout: 120_000 }, async () => {
  const bytes = randomBytes(24 * 1024 * 1024);
  const path = join(it.directory, 'image.bin');
  writeFileSync(path, bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const upload = { fileName: 'acme/maps/1.bin', role: 'acme', length: bytes.length, sha256 };
  const { id } = await it.images.uploads.create(upload, ada);

  const child = spawn(process.execPath, [program, database.url, it.directory, id, path], { stdio: 'ignore' });
  const ended = new Promise<string | null>((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
  const received = async () => (await it.images.uploads.get(id)).received;
  for (let waited = 0; (await received()) < 3_000_000 && waited < 60_000; waited += 20) await pause(20);
  child.kill('SIGKILL');
  assert.equal(await ended, 'SIGKILL');
  // its transaction ends when the database notices that nobody is there
  let stood = -1;
  for (let now = await received(); now !== stood; now = await received()) {
    stood = now;
    await pause(500);
  }

  assert.ok(stood >= 3_000_000 && stood < bytes.length, `${stood} bytes`);
  await it.images.uploads.append(id, stood, createReadStream(path, { start: stood }));
  const image = await it.images.uploads.complete(id, ada);
  assert.deepEqual([image.sha256, image.length], [sha256, bytes.length]);
});
