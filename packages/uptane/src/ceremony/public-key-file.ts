import { profileB } from '../dialect-b/profile.ts';
import { UptaneError } from '../error.ts';
import { objectOf, optionalTextAt } from '../json/fields.ts';
import { top } from '../json/place.ts';
import { readJsonObject } from '../json/read-json.ts';
import { keyIdOf } from '../keys/key-id.ts';
import type { PublicKey } from '../keys/public-key.ts';

const longestFile = 8 * 1024;

/** A public key as people hand it to a ceremony: the key object of the metadata, and its id to read aloud. */
export function publicKeyFile(key: PublicKey): string {
  return `${JSON.stringify(objectOf([['keyid', keyIdOf(key)], ...Object.entries(profileB.writeKey(key))]), null, 2)}\n`;
}

/** @throws UptaneError `uptane.bad-key` when it is no usable key, or not the one that its id names */
export function readPublicKeyFile(bytes: Uint8Array): PublicKey {
  const json = readJsonObject(bytes, longestFile, 'ascii');
  const keyId = optionalTextAt(json, 'keyid', top);
  const key = { ...profileB.readKey(json, top), extra: new Map() };
  if (key.type === 'unknown') throw new UptaneError('uptane.bad-key', '$.keytype', 'is no kind of key that signs here');
  if (keyId !== undefined && keyId !== keyIdOf(key))
    throw new UptaneError('uptane.bad-key', '$.keyid', 'is not the id of this key');
  return key;
}
