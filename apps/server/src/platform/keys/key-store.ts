import type { KeyObject } from 'node:crypto';
import type { Signer } from '@bulkhead/pki';

export type KeyCurve = 'P-256' | 'P-384';

/**
 * A private key held by the store. It is a `Signer` wherever it lives; `keyObject` is there only when the key may be in
 * this process's memory (the file store), for TLS and for the fastest signing. A PKCS#11 store leaves it out.
 */
export interface StoredKey extends Signer {
  readonly name: string;
  readonly keyObject?: KeyObject;
}

/** Private keys by name. All calls are synchronous: they happen at start and at rotation, and PKCS#11 is synchronous too. */
export interface KeyStore {
  /** The key of this name, or `undefined` when there is none. */
  load(name: string): StoredKey | undefined;
  /**
   * Makes a key and returns it once it is durable. With `replace` an older key of the name is gone afterwards;
   * without, `keys.exists` is thrown, so that of two processes on one directory exactly one makes the key.
   */
  create(name: string, options?: { readonly curve?: KeyCurve; readonly replace?: boolean }): StoredKey;
  list(): readonly string[];
  sign(name: string, data: Uint8Array): Uint8Array;
}
