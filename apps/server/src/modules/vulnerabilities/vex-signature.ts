import { createPublicKey } from 'node:crypto';
import { readDetachedJws, verifyDetached } from '@bulkhead/advisories';

export interface TrustedAuthor {
  readonly id: string;
  readonly name: string;
  readonly publicKey: string;
  readonly supplier: string | null;
  readonly autoApply: boolean;
}

export type SignatureVerdict =
  | { readonly signature: 'valid'; readonly author: TrustedAuthor }
  | { readonly signature: 'invalid' | 'unknown-key' | 'none' };

/**
 * Who vouches for a document: the author whose key signed the exact bytes received. The key is found by its id among the trusted
 * authors and nowhere else.
 */
export async function judgeSignature(
  bytes: Uint8Array,
  signature: string | undefined,
  authorOf: (keyId: string) => Promise<TrustedAuthor | undefined>,
): Promise<SignatureVerdict> {
  if (signature === undefined) return { signature: 'none' };
  const jws = readDetachedJws(signature);
  if (!jws) return { signature: 'invalid' };
  const author = await authorOf(jws.keyId);
  if (!author) return { signature: 'unknown-key' };
  return verifyDetached(jws, bytes, createPublicKey(author.publicKey))
    ? { signature: 'valid', author }
    : { signature: 'invalid' };
}
