import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, test } from 'node:test';
import { createChunker, writeChunkIndex } from '@bulkhead/uptane';
import { createTestAuthority, freshDirectory, testDevice } from '../testing.ts';
import { createFileSlots, isWhole } from './file-slots.ts';
import { slotImage } from './testing-images.ts';
import { pathOfImage, startTestPlatform, type TestPlatform } from './testing-platform.ts';
import { type TestVehicle, testVehicle } from './testing-vehicle.ts';

const authority = createTestAuthority();
const { vin, serial } = testDevice;
const started: { platform: TestPlatform; vehicle: TestVehicle }[] = [];
after(async () => {
  for (const { platform, vehicle } of started) {
    vehicle.updates.close();
    await platform.stop();
  }
});

const bytesOf = (seed: string, length: number) =>
  Buffer.concat(
    Array.from({ length: Math.ceil(length / 32) }, (_, i) => createHash('sha256').update(`${seed} ${i}`).digest()),
  ).subarray(0, length);
const base = bytesOf('base', 1_500_000);
const changed = Buffer.concat([base.subarray(0, 700_000), Buffer.from('a new function'), base.subarray(700_000)]);

function indexOf(content: Buffer): Uint8Array {
  const chunker = createChunker();
  return writeChunkIndex([...chunker.update(content), ...chunker.finish()]);
}

async function arrange(content: Buffer, index: Uint8Array | undefined) {
  const platform = await startTestPlatform(authority, vin);
  const slots = freshDirectory();
  const installer = createFileSlots({
    directory: slots,
    durable: false,
    factory: { image: slotImage('base.bin', base, 1), content: base },
  });
  const vehicle = testVehicle(authority, platform, { installer });
  started.push({ platform, vehicle });
  platform.offer({ images: [{ serial, hardwareId: 'tcu-hw', filename: 'next.bin', content, releaseCounter: 2 }] });
  const path = pathOfImage('next.bin', content);
  if (index) platform.files.set(`${path}.chunks`, index);
  const result = await vehicle.updates.cycle();
  const ranges = platform.requests.filter((one) => one.path === path).map(({ range }) => range);
  return { result, ranges, slots };
}
const sizeOf = (range: string | undefined) => {
  const [, from = 0, to = 0] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
  return Number(to) - Number(from) + 1;
};

test('where both ends have the base, only what differs is fetched', async () => {
  const { result, ranges, slots } = await arrange(changed, indexOf(changed));

  assert.equal(result.end, 'installed', result.detail);
  assert.ok(isWhole(slots, 'b'));
  const fetched = ranges.reduce((sum, range) => sum + sizeOf(range), 0);
  assert.ok(fetched > 0 && fetched < changed.length / 4, `${fetched} of ${changed.length} bytes`);
});

test('without an index, or with too little in common, the whole image is fetched', async () => {
  const other = bytesOf('something else', 1_000_000);
  for (const [content, index] of [
    [changed, undefined],
    [other, indexOf(other)],
  ] as const) {
    const { result, ranges } = await arrange(content, index);

    assert.equal(result.end, 'installed', result.detail);
    assert.deepEqual(ranges, [undefined]);
  }
});

test('an index that lies costs a download of the whole, and never gets anything else installed', async () => {
  const lies = [
    indexOf(base), // of another image
    Buffer.from('no index'),
    // the right chunks in another order: as long as the image, and not the image
    Buffer.from(
      JSON.stringify({
        format: 1,
        chunks: (JSON.parse(Buffer.from(indexOf(changed)).toString()) as { chunks: unknown[] }).chunks.reverse(),
      }),
    ),
  ];
  for (const index of lies) {
    const { result, ranges, slots } = await arrange(changed, index);

    assert.equal(result.end, 'installed', result.detail);
    assert.ok(isWhole(slots, 'b'));
    assert.ok(ranges.includes(undefined), 'the whole was fetched');
  }
});
