import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { readSbom } from '../read-sbom.ts';
import { assertRefused, bom, part, tar, zip } from '../testing.ts';

const document = bom({ components: [part({ 'bom-ref': 'a' })] });
const names = (bytes: Uint8Array, limits = {}) => readSbom(bytes, limits).components.map(({ name }) => name);

test('one document is read plain, gzipped, as zstd, and in every kind of archive', () => {
  const packed = tar([{ path: 'bom.json', content: document }]);
  const forms = [
    Buffer.from(document),
    gzipSync(document),
    zstdCompressSync(document),
    packed,
    gzipSync(packed),
    zstdCompressSync(packed),
    zip([{ path: 'sbom/bom.json', content: document }]),
  ];
  for (const form of forms) assert.deepEqual(names(form), ['can-stack']);
});

test('zstd in several frames, with skippable ones between them, is read to its end', () => {
  const middle = Math.floor(document.length / 2);
  const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4]);
  const frames = [document.slice(0, middle), document.slice(middle)].map((half) => zstdCompressSync(half));

  assert.deepEqual(names(Buffer.concat([skippable, frames[0] as Buffer, skippable, frames[1] as Buffer])), [
    'can-stack',
  ]);
  assertRefused(() => names(Buffer.concat(frames).subarray(0, -5)), 'sbom.bad-archive', '$');
  assertRefused(() => names(Buffer.concat([...frames, Buffer.from('rubbish')])), 'sbom.bad-archive', '$');
});

test('a small file that unpacks to much is refused by its ratio, a large one by the total', () => {
  const zeros = Buffer.alloc(40 * 1024 * 1024, 0x20);
  for (const bomb of [gzipSync(zeros), zstdCompressSync(zeros), zip([{ path: 'a.json', content: zeros }])]) {
    assert.ok(bomb.length < 100_000);
    assert.throws(() => names(bomb), { code: 'sbom.too-large', message: /maxRatio/ });
    assert.throws(() => names(bomb, { maxRatio: 1e9, maxExpandedBytes: 1e6 }), {
      code: 'sbom.too-large',
      message: /maxExpandedBytes/,
    });
  }
  const many = zip(Array.from({ length: 30 }, (_, i) => ({ path: `${i}.txt`, content: Buffer.alloc(900_000) })));
  assert.throws(() => names(many, { maxExpandedBytes: 10_000_000 }), { code: 'sbom.too-large' });
});

test('an archive of many entries, a strange name or a second layer is refused', () => {
  const file = (path: string) => ({ path, content: document });
  const twenty = Array.from({ length: 20 }, (_, i) => file(`${i}.json`));
  for (const pack of [tar, zip]) {
    assert.throws(() => names(pack(twenty), { maxEntries: 10 }), { code: 'sbom.bad-archive', message: /maxEntries/ });
    for (const path of ['../bom.json', '/etc/bom.json', 'a/../../b', 'C:/b', 'a\\b', 'a\nb']) {
      assert.throws(() => names(pack([file(path)])), { code: 'sbom.bad-archive', message: /file name/ }, path);
    }
  }
  assert.throws(() => names(zip([file('x'.repeat(2000))])), { code: 'sbom.bad-archive' });
  for (const twice of [
    gzipSync(gzipSync(document)),
    zstdCompressSync(gzipSync(document)),
    gzipSync(zip([file('a')])),
  ]) {
    assert.throws(() => names(twice), { code: 'sbom.bad-archive', message: /packed twice/ });
  }
});

test('links and directories of a tar hold nothing; long names are read in both ways', () => {
  const link = tar([{ path: 'link', content: '' }], (header) => void header.write('2', 156)).subarray(0, 512);
  const longName = 'd/'.repeat(80);
  const gnu = tar(
    [{ path: '././@LongLink', content: `${longName}bom.json\0` }],
    (header) => void header.write('L', 156),
  ).subarray(0, 1024);
  const pax = tar(
    [{ path: 'pax', content: `180 path=${longName}bom.json\n` }],
    (header) => void header.write('x', 156),
  ).subarray(0, 1024);
  const rest = tar([{ path: 'short', content: document }]);

  for (const start of [link, gnu, pax]) assert.deepEqual(names(Buffer.concat([start, rest])), ['can-stack']);
});

test('damaged archives are refused', () => {
  const archive = tar([{ path: 'bom.json', content: document }]);
  archive[0] = 0x7a;
  assertRefused(() => names(archive), 'sbom.bad-archive', '$');
  assertRefused(() => names(tar([{ path: 'a', content: document }]).subarray(0, 600)), 'sbom.bad-archive', '$');
  const packed = zip([{ path: 'bom.json', content: document }]);
  assertRefused(() => names(packed.subarray(0, -1)), 'sbom.bad-archive', '$');
  packed.writeUInt32LE(1, 14); // the checksum of the first entry is taken from the directory
  assert.deepEqual(names(packed), ['can-stack']);
  assert.throws(() => names(gzipSync(document).subarray(0, -10)), { code: 'sbom.bad-archive' });
});

test('an archive without an SBOM, or with two that do not belong together, is refused by name', () => {
  assertRefused(() => names(zip([{ path: 'readme.txt', content: 'hello' }])), 'sbom.unknown-format', '$');
  const two = zip(['a.json', 'b.json'].map((path) => ({ path, content: document })));
  assert.throws(() => names(two), { code: 'sbom.unknown-format', message: /"a.json" and "b.json"/ });
  const broken = zip([{ path: 'b.json', content: '{"bomFormat":' }]);
  assert.throws(() => names(broken), { code: 'sbom.not-json', message: /in "b.json"/ });
  const { warnings } = readSbom(
    zip([
      { path: 'readme.txt', content: 'hello' },
      { path: 'bom.json', content: document },
    ]),
  );
  assert.ok(warnings.some(({ code, path }) => code === 'file-left-out' && path === 'readme.txt'));
});

test('whatever an archive is damaged into, only an SbomError comes out', () => {
  const originals = [
    zip([{ path: 'bom.json', content: document }]),
    tar([{ path: 'bom.json', content: document }]),
    zstdCompressSync(document),
    gzipSync(document),
  ];
  let seen = 0;
  for (const original of originals) {
    for (let i = 0; i < original.length; i++) {
      for (const value of [0, 0xff, (original[i] ?? 0) ^ 1]) {
        const damaged = Buffer.from(original);
        damaged[i] = value;
        seen++;
        try {
          readSbom(damaged);
        } catch (error) {
          assert.equal((error as Error).name, 'SbomError', `${value} at ${i}: ${String(error)}`);
        }
      }
    }
  }
  assert.ok(seen > 5_000, `${seen} archives were damaged`);
});
