import { emptyRoot, type Hash, hashLength, nodeHash, sameHash } from './hash.ts';

const odd = (n: number) => n % 2 === 1;
const half = (n: number) => Math.floor(n / 2);

/** A proof is never longer than two hashes per level; longer ones are refused before any hashing. */
const longestProof = 128;

export interface Inclusion {
  index: number;
  size: number;
  leaf: Hash;
  proof: readonly Hash[];
  root: Hash;
}

/** True if the leaf is the entry `index` of the tree with this size and root (RFC 9162 s2.1.3.2). */
export function verifyInclusion({ index, size, leaf, proof, root }: Inclusion): boolean {
  if (!isSize(size) || !isSize(index) || index >= size || !isProof(proof)) return false; // step 1
  let [fn, sn, r] = [index, size - 1, leaf]; // steps 2 and 3
  for (const p of proof) {
    if (sn === 0) return false; // step 4.1
    if (odd(fn) || fn === sn) {
      r = nodeHash(p, r); // step 4.2
      while (!odd(fn) && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      r = nodeHash(r, p); // step 4.3
    }
    [fn, sn] = [half(fn), half(sn)]; // step 4.4
  }
  return sn === 0 && sameHash(r, root); // step 5
}

export interface Consistency {
  fromSize: number;
  fromRoot: Hash;
  toSize: number;
  toRoot: Hash;
  proof: readonly Hash[];
}

/** True if the first tree is a prefix of the second: nothing was changed, removed or put between (RFC 9162 s2.1.4.2). */
export function verifyConsistency({ fromSize, fromRoot, toSize, toRoot, proof }: Consistency): boolean {
  if (!isSize(fromSize) || !isSize(toSize) || fromSize > toSize || !isProof(proof)) return false;
  if (fromSize === toSize) return proof.length === 0 && sameHash(fromRoot, toRoot);
  if (fromSize === 0) return proof.length === 0 && sameHash(fromRoot, emptyRoot());
  // Step 2: the first root is itself a node of the second tree when its size is a power of two.
  const path = isPowerOfTwo(fromSize) ? [fromRoot, ...proof] : proof;
  let [fn, sn] = [fromSize - 1, toSize - 1]; // step 3
  while (odd(fn)) [fn, sn] = [half(fn), half(sn)]; // step 4
  const [first, ...rest] = path;
  if (first === undefined) return false; // step 1
  let [fr, sr] = [first, first]; // step 5
  for (const c of rest) {
    if (sn === 0) return false; // step 6.1
    if (odd(fn) || fn === sn) {
      [fr, sr] = [nodeHash(c, fr), nodeHash(c, sr)]; // step 6.2
      while (!odd(fn) && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      sr = nodeHash(sr, c); // step 6.3
    }
    [fn, sn] = [half(fn), half(sn)]; // step 6.4
  }
  return sn === 0 && sameHash(fr, fromRoot) && sameHash(sr, toRoot); // step 7
}

function isPowerOfTwo(n: number): boolean {
  let rest = n;
  while (rest > 1 && !odd(rest)) rest = half(rest);
  return rest === 1;
}

const isSize = (n: number) => Number.isSafeInteger(n) && n >= 0;
const isProof = (proof: readonly Hash[]) =>
  proof.length <= longestProof && proof.every(({ length }) => length === hashLength);
