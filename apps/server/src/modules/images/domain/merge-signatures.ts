import { compactJson, dialectOf, type Signature, type SignedFile } from '@bulkhead/uptane';

export interface Copy {
  readonly file: SignedFile<unknown>;
  /** The key ids whose signatures on this copy are good. */
  readonly good: ReadonlySet<string>;
}

/**
 * One file with the good signatures of several copies of it, and with no others: aktualizr refuses a whole file for one
 * signature that it cannot use, even when enough others are good.
 */
export function mergeSignatures(copies: readonly [Copy, ...Copy[]]): Uint8Array {
  const [{ file }] = copies;
  const signatures = new Map<string, Signature>();
  for (const { file: copy, good } of copies)
    for (const signature of copy.signatures)
      if (good.has(signature.keyId) && !signatures.has(signature.keyId)) signatures.set(signature.keyId, signature);
  const written = [...signatures.values()].map((signature) => dialectOf(file.dialect).signatureJson(signature));
  const entries = [...Object.entries(file.received), ['signatures', written] as const];
  return Buffer.from(compactJson(Object.fromEntries(entries)));
}
