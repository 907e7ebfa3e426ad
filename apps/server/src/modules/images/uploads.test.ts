import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { platformMigrations } from '../../platform/db/platform-migrations.ts';
import { type TestDatabase, testDatabase } from '../../platform/db/testing.ts';
import { imagesMigrations } from './index.ts';
import { ada, firstCeremony, newPeople, sendImage, type TestImages, testImages } from './testing.ts';

let database: TestDatabase;
let it: TestImages;
const people = newPeople();

before(async () => {
  database = await testDatabase([...platformMigrations, imagesMigrations]);
  it = testImages(database.db);
});
after(async () => {
  await database?.close();
  it?.remove();
});

const sha256Of = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const announce = (fileName: string, bytes: Buffer, more: object = {}) =>
  it.images.uploads.create({ fileName, role: 'acme', length: bytes.length, sha256: sha256Of(bytes), ...more }, ada);
const code = (expected: string) => (error: unknown) => {
  assert.equal((error as { code?: string }).code, expected, String(error));
  return true;
};

/** A connection that breaks in the middle. */
async function* breakingOff(bytes: Buffer, after: number) {
  for (let at = 0; at < after; at += 50_000) yield bytes.subarray(at, at + 50_000);
  throw new Error('the connection broke');
}

describe('an upload of an image', () => {
  test('is refused before there is a repository, with the command that begins one', async () => {
    await assert.rejects(announce('acme/brake/1.bin', Buffer.from('x')), (error: Error) => {
      assert.match(error.message, /bulkhead repository root/);
      return code('images.no-repository')(error);
    });
    await firstCeremony(it, people);
  });

  test('goes on where it was broken off, also on another replica, and is verified as a whole', async () => {
    const bytes = randomBytes(5 * 1024 * 1024 + 17);
    const { id } = await announce('acme/brake/big.bin', bytes);
    const taking = it.images.uploads.append(id, 0, Readable.from(breakingOff(bytes, 2_500_000)));
    await assert.rejects(taking);

    const { images: other } = testImages(database.db, { clock: it.clock, directory: it.directory });
    const { received } = await other.uploads.get(id);
    assert.ok(received >= 2 * 1024 * 1024 && received < 2_500_000, `${received} bytes stayed`);
    await assert.rejects(other.uploads.append(id, 0, Readable.from([bytes])), code('images.upload-offset'));
    await assert.rejects(other.uploads.complete(id, ada), code('images.incomplete'));
    await other.uploads.append(id, received, Readable.from([bytes.subarray(received)]));
    const image = await it.images.uploads.complete(id, ada);

    assert.deepEqual([image.sha256, image.length, image.state], [sha256Of(bytes), bytes.length, 'stored']);
    assert.equal(image.sha512, createHash('sha512').update(bytes).digest('hex'));
    assert.deepEqual(await it.images.byDigest(image.sha256), {
      sha256: image.sha256,
      sha512: image.sha512,
      length: bytes.length,
    });
    const parts: Buffer[] = [];
    for await (const part of it.deps.blobs.read(image.sha256) as AsyncIterable<Buffer>) parts.push(part);
    assert.ok(Buffer.concat(parts).equals(bytes));
  });

  test('of two senders at one place only one is taken', async () => {
    const bytes = randomBytes(3 * 1024 * 1024);
    const { id } = await announce('acme/brake/race.bin', bytes);
    const results = await Promise.allSettled([
      it.images.uploads.append(id, 0, Readable.from([bytes])),
      it.images.uploads.append(id, 0, Readable.from([bytes])),
    ]);
    assert.ok(results.some(({ status }) => status === 'fulfilled'));
    assert.equal((await it.images.uploads.get(id)).received, bytes.length);
    assert.equal((await it.images.uploads.complete(id, ada)).sha256, sha256Of(bytes));
  });

  test('with other bytes than announced is never an image, and takes no more than was announced', async () => {
    const bytes = Buffer.from('what was announced');
    const { id } = await announce('acme/brake/wrong.bin', bytes);
    await it.images.uploads.append(id, 0, Readable.from([Buffer.from('what came instead!')]));
    await assert.rejects(it.images.uploads.complete(id, ada), code('images.wrong-hash'));
    assert.equal(await it.images.byDigest(sha256Of(bytes)), undefined);

    const second = await announce('acme/brake/long.bin', bytes, { sha512: '0'.repeat(128) });
    await assert.rejects(
      it.images.uploads.append(second.id, 0, Readable.from([bytes, Buffer.from('more')])),
      code('images.too-large'),
    );
    await it.images.uploads.append(second.id, 0, Readable.from([bytes]));
    await assert.rejects(it.images.uploads.complete(second.id, ada), code('images.wrong-hash'));
    await it.images.uploads.remove(second.id, ada);
    await assert.rejects(it.images.uploads.get(second.id), code('images.unknown-upload'));
  });

  test('is refused for a name that no delegation gives to the role, and for names that lead elsewhere', async () => {
    const bytes = Buffer.from('x');
    let seen = 0;
    for (const [fileName, role, expected] of [
      ['zeta/brake/1.bin', 'acme', 'images.not-authorised'],
      ['acme/brake/deep/1.bin', 'acme', 'images.not-authorised'],
      ['acme/brake/1.bin', 'zeta', 'images.not-authorised'],
      ['acme/../keys/1.bin', 'acme', 'images.bad-name'],
      ['acme/%2e%2e/1.bin', 'acme', 'images.bad-name'],
      ['acme/__proto__/1.bin', 'acme', 'images.bad-name'],
      ['acme/brake/1.bin', 'timestamp', 'images.bad-name'],
    ] as const) {
      await assert.rejects(announce(fileName, bytes, { role }), code(expected));
      seen++;
    }
    assert.equal(seen, 7);
    await assert.rejects(announce('zeta/x/1.bin', bytes), /S14/);
  });

  test('is refused when it does not fit on the disk, with the figures', async () => {
    const full = testImages(database.db, {
      clock: it.clock,
      directory: it.directory,
      freeBytes: async () => 600 * 1024 ** 2,
    });
    const upload = { fileName: 'acme/brake/huge.bin', role: 'acme', sha256: '1'.repeat(64) };
    await assert.rejects(full.images.uploads.create({ ...upload, length: 200 * 1024 ** 2 }, ada), (error: Error) => {
      assert.match(error.message, /0\.6 GiB free/);
      return code('images.no-space')(error);
    });
    const { images } = testImages(database.db, { directory: it.directory, more: { maxImageBytes: 10 } });
    await assert.rejects(images.uploads.create({ ...upload, length: 11 }, ada), code('images.too-large'));
  });

  test('is bounded in number for each person', async () => {
    const eve = { ...ada, id: '0198a000-0000-7000-8000-000000000007', name: 'Eve' };
    const open = (n: number) =>
      it.images.uploads.create(
        { fileName: `acme/many/${n}.bin`, role: 'acme', length: 1, sha256: n.toString(16).padStart(64, '0') },
        eve,
      );
    for (let n = 0; n < 20; n++) await open(n);
    await assert.rejects(open(20), code('images.too-many-uploads'));
    const { items } = await it.images.uploads.list({ filter: 'fileName : "acme/many"', limit: 100 });
    assert.equal(items.length, 20);
  });

  test('that nobody goes on with is cleared away after a week, and files that no row needs after a day', async () => {
    const bytes = Buffer.from('abandoned');
    const { id } = await announce('acme/brake/abandoned.bin', bytes);
    const drafts = join(it.directory, 'images', 'drafts');
    const orphan = await it.deps.blobs.put(Readable.from([Buffer.from('orphan')]));
    const kept = await sendImage(it, 'acme/brake/kept.bin', 'kept');
    const long = new Date('2020-01-01');
    for (const sha256 of [orphan.sha256, kept.sha256])
      await utimes(join(it.directory, 'images', 'sha256', sha256.slice(0, 2), sha256), long, long);
    await it.images.keeper.sweep();
    assert.ok(existsSync(join(drafts, id)));
    assert.deepEqual(
      [await it.deps.blobs.lengthOf(orphan.sha256), await it.deps.blobs.lengthOf(kept.sha256)],
      [undefined, 4],
    );

    it.clock.advance(8 * 86_400_000);
    await it.images.keeper.sweep();
    assert.ok(!existsSync(join(drafts, id)));
    assert.deepEqual(readdirSync(drafts), []);
    await assert.rejects(it.images.uploads.get(id), code('images.unknown-upload'));
  });
});

describe('an image', () => {
  test('is held once for all its names, and deleted with the last', async () => {
    const first = await sendImage(it, 'acme/one/1.bin', 'the same bytes');
    const second = await sendImage(it, 'acme/two/1.bin', 'the same bytes');
    await assert.rejects(sendImage(it, 'acme/two/1.bin', 'the same bytes'), code('images.exists'));

    await it.images.images.remove(first.id, ada);
    assert.equal(await it.deps.blobs.lengthOf(first.sha256), 14);
    await it.images.images.remove(second.id, ada);
    assert.equal(await it.deps.blobs.lengthOf(first.sha256), undefined);
    await assert.rejects(it.images.images.get(second.id), code('images.unknown-image'));
  });

  test('is found by filter, in order, page by page', async () => {
    for (let n = 1; n <= 5; n++)
      await sendImage(it, `acme/list/${n}.bin`, 'x'.repeat(n), { hardwareIds: [n > 3 ? 'new-1' : 'old-1'] });
    const filter = 'fileName : "acme/list" and hardwareId = "old-1"';
    const first = await it.images.images.list({ filter, sort: '-length', limit: 2, count: true });
    assert.deepEqual([first.items.map(({ length }) => length), first.total], [[3, 2], 3]);
    const next = await it.images.images.list({ filter, sort: '-length', limit: 2, cursor: first.next ?? '' });
    assert.deepEqual([next.items.map(({ length }) => length), next.next], [[1], null]);
    const stored = await it.images.images.list({ filter: 'state = published' });
    assert.equal(stored.items.length, 0);
  });
});
