import { MerkleError } from './error.ts';
import { emptyRoot, type Hash, hashLength, nodeHash } from './hash.ts';

/**
 * What must be kept of a tree to go on appending: its size and the roots of its complete subtrees, largest first, one per
 * set bit of the size. At most 53 hashes, whatever the size.
 */
export interface CompactRange {
  readonly size: number;
  readonly hashes: readonly Hash[];
}

export const emptyRange: CompactRange = Object.freeze({ size: 0, hashes: Object.freeze([]) });

/** Takes a stored range back. @throws MerkleError `merkle.bad-range` if it cannot be the range of a tree of that size */
export function compactRange(size: number, hashes: readonly Hash[]): CompactRange {
  const fits = Number.isSafeInteger(size) && size >= 0 && hashes.length === setBits(size);
  if (!fits || hashes.some(({ length }) => length !== hashLength)) {
    throw new MerkleError(
      'merkle.bad-range',
      `A tree of ${size} leaves has another number of subtree hashes than ${hashes.length}`,
    );
  }
  return { size, hashes: [...hashes] };
}

/** Adds one leaf hash: merges equal subtrees from the right, as a binary counter carries. O(log n). */
export function appendLeaf({ size, hashes }: CompactRange, leaf: Hash): CompactRange {
  const kept = [...hashes];
  let merged = leaf;
  for (let carry = size; carry % 2 === 1; carry = Math.floor(carry / 2)) merged = nodeHash(kept.pop() as Hash, merged);
  return { size: size + 1, hashes: [...kept, merged] };
}

/** The root of the tree, folding the subtrees from the smallest to the largest (RFC 9162 s2.1.1). */
export function rootOf({ hashes }: CompactRange): Hash {
  const last = hashes.at(-1);
  return last === undefined
    ? emptyRoot()
    : hashes.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), last);
}

function setBits(size: number): number {
  let bits = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) bits += rest % 2;
  return bits;
}
