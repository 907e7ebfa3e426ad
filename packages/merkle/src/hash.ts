import { createHash } from 'node:crypto';

/** A SHA-256 digest. */
export type Hash = Uint8Array;

const leafPrefix = Uint8Array.of(0x00);
const nodePrefix = Uint8Array.of(0x01);

export const hashLength = 32;

/** MTH({d}) = SHA-256(0x00 || d), RFC 9162 s2.1.1. The prefix keeps leaves and nodes apart (second preimages). */
export function leafHash(data: Uint8Array | string): Hash {
  return createHash('sha256').update(leafPrefix).update(data).digest();
}

/** SHA-256(0x01 || left || right), RFC 9162 s2.1.1. */
export function nodeHash(left: Hash, right: Hash): Hash {
  return createHash('sha256').update(nodePrefix).update(left).update(right).digest();
}

/** The root of a tree without leaves: SHA-256 of nothing, RFC 9162 s2.1.1. */
export function emptyRoot(): Hash {
  return createHash('sha256').digest();
}

export function sameHash(a: Hash, b: Hash): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
