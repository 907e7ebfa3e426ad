export type { KeyStoreCode } from './error.ts';
export { createKeyStore } from './file-key-store.ts';
export type { KeyCurve, KeyStore, StoredKey } from './key-store.ts';
