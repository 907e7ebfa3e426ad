import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { blockBytes, difference, intersection, joinBlocks, ordinalsOf, union } from './vehicle-set.ts';

const ordinal = fc.nat({ max: 3 * blockBytes * 8 - 1 });

function blocksOf(ordinals: readonly number[]) {
  const blocks = new Map<number, Buffer>();
  for (const n of ordinals) {
    const block = Math.floor(n / (blockBytes * 8));
    const bits = blocks.get(block) ?? Buffer.alloc(blockBytes);
    const place = n % (blockBytes * 8);
    bits[place >> 3] = (bits[place >> 3] ?? 0) | (0x80 >> (place & 7));
    blocks.set(block, bits);
  }
  return joinBlocks([...blocks].map(([block, bits]) => ({ block, bits })));
}

test('a set of vehicles is what its blocks say, and combines like a set', () => {
  let cases = 0;
  fc.assert(
    fc.property(fc.uniqueArray(ordinal), fc.uniqueArray(ordinal), (a, b) => {
      const [x, y] = [new Set(a), new Set(b)];
      const sorted = (set: Set<number>) => [...set].sort((p, q) => p - q);
      const results = [
        [blocksOf(a), x],
        [intersection(blocksOf(a), blocksOf(b)), x.intersection(y)],
        [union(blocksOf(a), blocksOf(b)), x.union(y)],
        [difference(blocksOf(a), blocksOf(b)), x.difference(y)],
      ] as const;
      for (const [set, expected] of results) {
        assert.equal(set.size, expected.size);
        assert.deepEqual(ordinalsOf(set), sorted(expected));
        cases++;
      }
    }),
  );
  assert.ok(cases >= 400);
  assert.deepEqual(ordinalsOf(joinBlocks([])), []);
});
