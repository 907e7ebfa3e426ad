import { hash } from 'node:crypto';
import { compactJson, olpcJson } from '../canonical-json.ts';
import type { PublicKey } from './public-key.ts';

/**
 * Our key id, used in both dialects: SHA-256 over the canonical key object, which covers value, algorithm and scheme
 * (Uptane 5.2.1). For the kinds of key that both dialects know, one id then serves both.
 */
export function keyIdOf({ keytype, scheme, value }: PublicKey): string {
  return hash('sha256', olpcJson({ keytype, scheme, keyval: { public: value } }), 'hex');
}

/** The id that aktualizr makes for its own keys: over the value only, written as a JSON string. */
export function aktualizrKeyId({ value }: Pick<PublicKey, 'value'>): string {
  return hash('sha256', compactJson(value.replace(/\n+$/, '')), 'hex');
}
