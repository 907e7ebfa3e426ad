import { Problem } from '@bulkhead/kernel';

export type KeyStoreCode =
  | 'keys.bad-name'
  | 'keys.exists'
  | 'keys.damaged'
  | 'keys.passphrase-missing'
  | 'keys.passphrase-unexpected'
  | 'keys.passphrase-wrong'
  | 'keys.unwritable'
  | 'keys.exposed';

/** A failure of the key store; its message names the file and what to do, never key material. */
export class KeyStoreError extends Problem<KeyStoreCode> {}
