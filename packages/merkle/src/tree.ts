import { MerkleError } from './error.ts';
import { emptyRoot, type Hash, leafHash, nodeHash } from './hash.ts';

/**
 * A whole tree in memory, for proofs. Complete subtrees are kept per level, so that appending, roots and proofs
 * take O(log n).
 */
export interface MerkleTree {
  readonly size: number;
  /** Adds an entry and returns its index. */
  append(data: Uint8Array | string): number;
  appendHash(leaf: Hash): number;
  /** The root now, or as it was at an earlier size. */
  root(size?: number): Hash;
  /** RFC 9162 s2.1.3.1: the siblings from the leaf up to the root. */
  inclusionProof(index: number, size?: number): Hash[];
  /** RFC 9162 s2.1.4.1: shows that the tree of `from` leaves is a prefix of the one of `to`. */
  consistencyProof(from: number, to?: number): Hash[];
}

/** Level 0 holds the leaves, level k the roots of complete subtrees of 2^k leaves. */
type Levels = Hash[][];

export function createTree(): MerkleTree {
  const levels: Levels = [[]];
  const size = () => levels[0]?.length ?? 0;
  const appendHash = (leaf: Hash) => {
    const index = size();
    grow(levels, leaf);
    return index;
  };
  return Object.freeze({
    get size() {
      return size();
    },
    append: (data: Uint8Array | string) => appendHash(leafHash(data)),
    appendHash,
    root: (at = size()) => {
      assertRange(0, at, size());
      return subtreeRoot(levels, 0, at);
    },
    inclusionProof: (index: number, at = size()) => {
      assertRange(0, at, size());
      assertRange(0, index, at - 1);
      return pathTo(levels, index, 0, at);
    },
    consistencyProof: (from: number, to = size()) => {
      assertRange(0, to, size());
      assertRange(1, from, to);
      return subproof(levels, from, 0, to, true);
    },
  });
}

function grow(levels: Levels, leaf: Hash): void {
  let hash = leaf;
  for (let level = 0; ; level++) {
    const nodes = (levels[level] ??= []);
    nodes.push(hash);
    if (nodes.length % 2 === 1) return;
    hash = nodeHash(nodes.at(-2) as Hash, hash);
  }
}

/** MTH(D[start:end]); `start` is always a multiple of the largest power of two not above the width. */
function subtreeRoot(levels: Levels, start: number, end: number): Hash {
  const width = end - start;
  if (width === 0) return emptyRoot();
  const level = Math.log2(width);
  if (Number.isInteger(level)) return levels[level]?.[start / width] as Hash;
  const middle = start + split(width);
  return nodeHash(subtreeRoot(levels, start, middle), subtreeRoot(levels, middle, end));
}

/** PATH(m, D[n]), RFC 9162 s2.1.3.1. */
function pathTo(levels: Levels, index: number, start: number, end: number): Hash[] {
  if (end - start === 1) return [];
  const middle = start + split(end - start);
  return index < middle
    ? [...pathTo(levels, index, start, middle), subtreeRoot(levels, middle, end)]
    : [...pathTo(levels, index, middle, end), subtreeRoot(levels, start, middle)];
}

/** SUBPROOF(m, D[n], b), RFC 9162 s2.1.4.1; `known` says that the verifier has this subtree's root already. */
function subproof(levels: Levels, size: number, start: number, end: number, known: boolean): Hash[] {
  if (size === end) return known ? [] : [subtreeRoot(levels, start, end)];
  const middle = start + split(end - start);
  return size <= middle
    ? [...subproof(levels, size, start, middle, known), subtreeRoot(levels, middle, end)]
    : [...subproof(levels, size, middle, end, false), subtreeRoot(levels, start, middle)];
}

/** The largest power of two smaller than `width`. */
function split(width: number): number {
  let power = 1;
  while (power * 2 < width) power *= 2;
  return power;
}

function assertRange(low: number, value: number, high: number): void {
  if (Number.isSafeInteger(value) && value >= low && value <= high) return;
  throw new MerkleError('merkle.out-of-range', `${value} is not between ${low} and ${high}, the tree's size`);
}
