import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, test } from 'node:test';
import { type Blobs, createBlobs } from './blobs.ts';
import { pieces } from './pieces.ts';

const directory = mkdtempSync(join(tmpdir(), 'bulkhead-blobs-'));
after(() => rmSync(directory, { recursive: true }));
const blobs: Blobs = createBlobs({ directory });
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const textOf = async (content: Readable) => Buffer.concat(await content.toArray()).toString();

test('a draft that grew at offsets becomes a blob once it is what was announced, for its owner only', async () => {
  await blobs.createDraft('one');
  await blobs.write('one', 5, Buffer.from(' world'));
  await blobs.write('one', 0, Buffer.from('hello'));
  const announced = { sha256: sha256('hello world'), length: 11 };
  await assert.rejects(blobs.verify('one', { ...announced, length: 12 }), /11 bytes arrived, 12 were announced/);
  await assert.rejects(blobs.verify('one', { ...announced, sha256: sha256('x') }), /SHA-256 of what arrived/);
  await assert.rejects(blobs.verify('one', { ...announced, sha512: '0'.repeat(128) }), /SHA-512/);

  const found = await blobs.verify('one', announced);
  assert.equal(await blobs.lengthOf(announced.sha256), undefined);
  await blobs.adopt('one', found);
  assert.equal(await blobs.lengthOf(announced.sha256), 11);
  assert.equal(await textOf(blobs.read(announced.sha256)), 'hello world');
  assert.equal(await textOf(blobs.read(announced.sha256, { start: 6, end: 8 })), 'wor');
  const file = join(directory, 'sha256', announced.sha256.slice(0, 2), announced.sha256);
  assert.deepEqual([statSync(file).mode & 0o777, statSync(join(directory, 'sha256')).mode & 0o777], [0o600, 0o700]);
});

test('taking a draft in twice is no failure: the process that did it first may have died before it said so', async () => {
  await blobs.createDraft('two');
  await blobs.write('two', 0, Buffer.from('twice'));
  const announced = { sha256: sha256('twice'), length: 5 };
  await blobs.adopt('two', await blobs.verify('two', announced));
  await blobs.adopt('two', await blobs.verify('two', announced));
  await blobs.remove(announced.sha256);
  await assert.rejects(blobs.verify('two', announced), /is gone: begin it again/);
});

test('a stream that fails leaves nothing, one that ends is a blob', async () => {
  const before = readdirSync(join(directory, 'drafts')).length;
  await assert.rejects(
    blobs.put(
      (async function* () {
        yield Buffer.from('half');
        throw new Error('the connection broke');
      })(),
    ),
    /connection broke/,
  );
  assert.equal(readdirSync(join(directory, 'drafts')).length, before);
  const { sha256: hash, length } = await blobs.put(Readable.from([Buffer.from('who'), Buffer.from('le')]));
  assert.deepEqual([hash, length], [sha256('whole'), 5]);
});

test('names that are no hash and no draft lead nowhere', async () => {
  let seen = 0;
  for (const name of ['../../etc/passwd', '', 'A'.repeat(64), `${'0'.repeat(63)}/`, '..']) {
    assert.throws(() => blobs.read(name), /named by its SHA-256/);
    await assert.rejects(async () => blobs.write(`${name}/x`, 0, Buffer.from('x')), /letters, digits and hyphens/);
    seen++;
  }
  assert.equal(seen, 5);
});

test('space is kept in reserve, and what is missing is said in figures', async () => {
  const full = createBlobs({ directory, reserve: 1024 ** 3, freeBytes: async () => 3 * 1024 ** 3 });
  await full.requireSpace(2 * 1024 ** 3);
  await assert.rejects(full.requireSpace(2 * 1024 ** 3 + 1), /3\.0 GiB free, of which 1\.0 GiB stay in reserve/);
  assert.equal(await full.freeBytes(), 2 * 1024 ** 3);
});

test('a stream is regrouped without losing or adding a byte', async () => {
  const parts = ['a', 'bc', 'defg', 'h'].map((text) => Buffer.from(text));
  const found: string[] = [];
  for await (const piece of pieces(Readable.from(parts), 3)) found.push(piece.toString());
  assert.deepEqual(found, ['abc', 'defg', 'h']);
});
