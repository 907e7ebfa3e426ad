import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { cycle, failureOf, newWorld, provisioned, worlds } from '../testing-world.ts';

/** One change to the bytes of a file: another byte, bytes left out, or a piece of it given twice. */
const mutation = fc.record({
  file: fc.nat(),
  at: fc.nat(),
  length: fc.integer({ min: 1, max: 40 }),
  kind: fc.constantFrom('flip', 'drop', 'repeat', 'cut'),
  bit: fc.integer({ min: 1, max: 255 }),
});

function mutate(
  bytes: Uint8Array,
  { at, length, kind, bit }: { at: number; length: number; kind: string; bit: number },
): Uint8Array {
  const start = at % bytes.length;
  const before = bytes.subarray(0, start);
  const piece = bytes.subarray(start, start + length);
  const after = bytes.subarray(start + length);
  if (kind === 'cut') return before;
  if (kind === 'drop') return Buffer.concat([before, after]);
  if (kind === 'repeat') return Buffer.concat([before, piece, piece, after]);
  return Buffer.concat([before, piece.map((byte, i) => (i === 0 ? byte ^ bit : byte)), after]);
}

for (const name of worlds)
  describe(`files damaged in transit, in dialect ${name.toUpperCase()}`, () => {
    it('never lead to another image, and never to an error that is no answer', () => {
      const world = newWorld(name);
      const trusted = provisioned(world);
      const honest = cycle(world, trusted).images;
      const places = [world.director, world.image].flatMap(({ files }) =>
        [...files.keys()].map((path) => ({ files, path })),
      );
      let refused = 0;
      fc.assert(
        fc.property(mutation, (change) => {
          const { files, path } = places[change.file % places.length] ?? assert.fail();
          const original = files.get(path) ?? assert.fail();
          files.set(path, mutate(original, change));
          const outcome = cycle(world, trusted);
          files.set(path, original);

          if (outcome.failure) {
            refused++;
            assert.deepEqual(outcome.images, []);
            assert.match(failureOf(outcome), /^uptane\.[a-z-]+ \S/);
          } else assert.deepEqual(outcome.images, honest);
        }),
        { numRuns: 600 },
      );
      assert.ok(refused > 300, `${refused} refused`);
    });
  });
