import { type Signer, signerOf } from '@bulkhead/uptane';
import { deriveSecret, ed25519KeyFrom } from '../../platform/keys/derive.ts';
import { KeyStoreError } from '../../platform/keys/error.ts';
import type { KeyStore } from '../../platform/keys/index.ts';
import { DirectorError } from './domain/error.ts';
import type { KeyTable, OnlineRole } from './tables.ts';

const nameOf = (role: OnlineRole, generation: number) => `director-${role}.${generation}`;

/** Makes the key of a generation, or opens it when a start that was cut short made it before. */
export function makeKey(keys: KeyStore, role: OnlineRole, generation: number): Signer {
  try {
    return signerOf(ed25519KeyFrom(deriveSecret(keys, nameOf(role, generation))));
  } catch (error) {
    // another replica on the same directory was faster
    if (error instanceof KeyStoreError && error.code === 'keys.exists') return makeKey(keys, role, generation);
    throw error;
  }
}

/**
 * Opens a key that exists.
 * @throws DirectorError `director.key-missing` when the key store does not hold it: a new one would be trusted by no vehicle
 */
export function openKey(keys: KeyStore, { role, generation, public_key }: KeyTable): Signer {
  const name = nameOf(role, generation);
  if (!keys.load(name))
    throw new DirectorError(
      'director.key-missing',
      `The key ${name} is not in the key store: restore the key directory from a backup, or rotate the key offline`,
    );
  const signer = signerOf(ed25519KeyFrom(deriveSecret(keys, name)));
  if (signer.key.value !== public_key)
    throw new DirectorError('director.key-missing', `The key ${name} is not the one that vehicles trust`);
  return signer;
}

/** The public half as it is written down. */
export const publicHex = (signer: Signer): string => signer.key.value;
