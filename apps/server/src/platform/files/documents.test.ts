import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { type Bytes, bytesOfBuffer } from './bytes.ts';
import { documentsOf } from './documents.ts';
import type { UnpackLimits } from './expansion.ts';
import { tar, zip } from './testing.ts';

const scratch = mkdtempSync(join(tmpdir(), 'bulkhead-documents-'));
after(() => rmSync(scratch, { recursive: true }));

/** Hands out small chunks of odd sizes, so that every boundary falls somewhere inside. */
function crumbs(buffer: Buffer, step = 7): Bytes {
  const bytes = bytesOfBuffer(buffer);
  return {
    ...bytes,
    chunks: async function* (from = 0, to = buffer.length) {
      for (let at = from; at < to; at += step) yield Buffer.from(buffer.subarray(at, Math.min(to, at + step)));
    },
  };
}

async function read(buffer: Buffer, limits: Partial<UnpackLimits> = {}, bytes = bytesOfBuffer(buffer)) {
  const found: [string, string][] = [];
  for await (const { name, content } of documentsOf(bytes, { limits, scratch })) {
    const parts: Buffer[] = [];
    for await (const part of content) parts.push(part);
    found.push([name, Buffer.concat(parts).toString()]);
  }
  return found;
}

const text = '{"id":"A"}';
const files = [
  { name: 'a.json', content: text },
  { name: 'deep/b.json', content: 'x'.repeat(3_000) },
  { name: 'empty.json', content: '' },
];
const inside: [string, string][] = files.map(({ name, content }) => [name, content]);

test('a document is read plain, packed, and out of every kind of archive, told by its content', async () => {
  for (const packed of [Buffer.from(text), gzipSync(text), zstdCompressSync(text)])
    assert.deepEqual(await read(packed), [['', text]]);
  const archives = [
    tar(files),
    gzipSync(tar(files)),
    zstdCompressSync(tar(files)),
    zip(files),
    zip(files, { stored: true }),
    zip(files, { wide: true }),
  ];
  for (const archive of archives) assert.deepEqual(await read(archive), inside);
  assert.deepEqual(await read(Buffer.alloc(0)), [['', '']]);
});

test('it does not matter where chunks end', async () => {
  const several = Buffer.concat([
    zstdCompressSync(tar(files).subarray(0, 700)),
    zstdCompressSync(tar(files).subarray(700)),
  ]);
  for (const archive of [tar(files), gzipSync(tar(files)), zstdCompressSync(tar(files)), several, zip(files)])
    for (const step of [1, 7, 511, 513]) assert.deepEqual(await read(archive, {}, crumbs(archive, step)), inside);
});

test('zstd of several frames, with skippable ones between them, is read to its end', async () => {
  const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4]);
  const [first, second] = ['{"id":', '"A"}'].map((half) => zstdCompressSync(half));
  const frames = Buffer.concat([skippable, first as Buffer, skippable, second as Buffer]);

  assert.deepEqual(await read(frames), [['', text]]);
  await assert.rejects(read(frames.subarray(0, -3)), { code: 'files.damaged' });
  await assert.rejects(read(Buffer.concat([frames, Buffer.from('rubbish!')])), { code: 'files.damaged' });
});

test('an archive in an archive is read, as the list of all CVEs is published, and no deeper than three layers', async () => {
  const twice = zip([{ name: 'cves.zip', content: zip(files) }]);
  assert.deepEqual(
    await read(twice),
    inside.map(([name, content]) => [`cves.zip/${name}`, content]),
  );
  assert.deepEqual(await read(tar([{ name: 'a.json.gz', content: gzipSync(text) }])), [['a.json.gz', text]]);
  let nested = zip(files);
  for (let i = 0; i < 4; i++) nested = zip([{ name: 'n.zip', content: nested }], { stored: true });
  await assert.rejects(read(nested), { code: 'files.not-supported', message: /packed more than 3 times/ });
  assert.deepEqual(readdirSync(scratch), []); // nothing is left behind
});

test('what unpacks to far more than it weighs is refused while it is small', async () => {
  const zeros = Buffer.alloc(30 * 1024 * 1024);
  for (const bomb of [gzipSync(zeros), zstdCompressSync(zeros), zip([{ name: 'a.json', content: zeros }])]) {
    await assert.rejects(read(bomb), { code: 'files.too-large', message: /250 times its packed size/ });
    await assert.rejects(read(bomb, { maxRatio: 1e9, maxBytes: 1e6 }), {
      code: 'files.too-large',
      message: /1000000 bytes/,
    });
  }
  // entries that share their bytes (D. Fifield, "A better zip bomb") are one archive with one ratio
  const overlapping = zip([{ name: 'a.json', content: Buffer.alloc(200_000) }], { times: 300 });
  await assert.rejects(read(overlapping), { code: 'files.too-large' });
  const many = tar(Array.from({ length: 12 }, (_, i) => ({ name: `${i}.json`, content: text })));
  await assert.rejects(read(many, { maxEntries: 10 }), { code: 'files.too-large', message: /more than 10 files/ });
  // many small packed files of an honest ratio each are no bomb
  const honest = tar(
    Array.from({ length: 50 }, (_, i) => ({ name: `${i}.json.gz`, content: gzipSync(Buffer.alloc(60_000)) })),
  );
  assert.equal((await read(honest)).length, 50);
});

test('names that leave the archive or hide what they are end the reading', async () => {
  for (const name of ['../a.json', '/etc/a.json', 'a/../../b', 'C:/b', 'a\\b', 'a\nb', 'x'.repeat(1_200)])
    await assert.rejects(read(zip([{ name, content: text }])), { code: 'files.damaged', message: /file name/ }, name);
  await assert.rejects(read(tar([{ name: '../a', content: text }])), { code: 'files.damaged' });
});

test('links and directories of a tar hold nothing; long names are read in both ways', async () => {
  const link = tar([{ name: 'link', content: '' }], (header) => void header.write('2', 156)).subarray(0, 512);
  const long = `${'d/'.repeat(80)}a.json`;
  const gnu = tar([{ name: '././@LongLink', content: `${long}\0` }], (header) => void header.write('L', 156)).subarray(
    0,
    1024,
  );
  const pax = tar([{ name: 'pax', content: `180 path=${long}\n` }], (header) => void header.write('x', 156)).subarray(
    0,
    1024,
  );
  const rest = tar([{ name: 'short', content: text }]);

  assert.deepEqual(await read(Buffer.concat([link, rest])), [['short', text]]);
  for (const start of [gnu, pax]) assert.deepEqual(await read(Buffer.concat([start, rest])), [[long, text]]);
});

test('a document that nobody reads is passed over', async () => {
  const names: string[] = [];
  for await (const { name } of documentsOf(bytesOfBuffer(gzipSync(tar(files))), { scratch })) names.push(name);
  assert.deepEqual(
    names,
    files.map(({ name }) => name),
  );
});

test('whatever a file is damaged into, it is read, refused by a FileError, and never waits for ever', async () => {
  const originals = [
    zip(files),
    zip(files, { wide: true }),
    tar(files.slice(0, 1)),
    gzipSync(text),
    zstdCompressSync(text),
  ];
  let seen = 0;
  for (const original of originals) {
    for (let i = 0; i < original.length; i += original.length > 500 ? 3 : 1) {
      const changed = Buffer.from(original);
      changed[i] = (changed[i] ?? 0) ^ (1 << (i % 8));
      for (const damaged of [changed, original.subarray(0, i)]) {
        seen++;
        await read(Buffer.from(damaged)).catch((error: Error) =>
          assert.equal(error.name, 'FileError', `${i}: ${error.stack}`),
        );
      }
    }
  }
  assert.ok(seen > 1_000, `${seen} files were damaged`);
});
