import { UptaneError } from '../error.ts';
import { verifySignature } from '../keys/verify-signature.ts';
import type { KeyRing, RoleKeys } from '../model/root.ts';
import type { SignedFile } from '../model/signed.ts';

/** The key ids of a role, by what their signature on a file is worth. */
export interface SignatureState {
  /** Different keys with a good signature; what the threshold is compared with. */
  readonly count: number;
  readonly threshold: number;
  readonly valid: readonly string[];
  readonly invalid: readonly string[];
  readonly missing: readonly string[];
}

/**
 * Counts the *different keys* of a role that signed a file (Uptane 5.4.4.3: a threshold of unique keys). A key listed
 * under two ids counts once; signatures of others are ignored.
 */
export function signatureState(file: SignedFile<unknown>, role: RoleKeys, keys: KeyRing): SignatureState {
  const signatures = new Map(file.signatures.map((signature) => [signature.keyId, signature]));
  const identities = new Set<string>();
  const valid: string[] = [];
  const invalid: string[] = [];
  const missing: string[] = [];
  for (const keyId of role.keyIds) {
    const key = keys.get(keyId);
    const signature = signatures.get(keyId);
    if (!signature) missing.push(keyId);
    else if (key && verifySignature(key, file.message, signature)) {
      valid.push(keyId);
      identities.add(key.identity);
    } else invalid.push(keyId);
  }
  return { count: identities.size, threshold: role.threshold, valid, invalid, missing };
}

export function meetsThreshold({ count, threshold }: SignatureState): boolean {
  return count >= threshold;
}

/** @throws UptaneError `uptane.arbitrary-software` when too few keys of the role signed the file. */
export function requireThreshold(file: SignedFile<unknown>, role: RoleKeys, keys: KeyRing, place: string): void {
  const state = signatureState(file, role, keys);
  if (meetsThreshold(state)) return;
  const bad = state.invalid.length > 0 ? `; ${state.invalid.length} do not fit` : '';
  const detail = `signed by ${state.count} of the ${state.threshold} keys needed${bad}`;
  throw new UptaneError('uptane.arbitrary-software', place, detail);
}
