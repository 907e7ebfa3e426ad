import { compactJson } from '../canonical-json.ts';
import { extraOf, nameAt, objectOf, refuse, textAt } from '../json/fields.ts';
import { inside } from '../json/place.ts';
import { knownMethods } from '../keys/verify-signature.ts';
import { isTopRole } from '../model/signed.ts';
import { keyAt, readWireKey, writeKey } from '../wire/keys.ts';
import { longestKeyId } from '../wire/names.ts';
import type { Profile } from '../wire/profile.ts';

const signatureMembers = new Set(['keyid', 'method', 'sig']);
const kib = 1024;

/** aktualizr's JSON. */
export const profileA: Profile = Object.freeze({
  name: 'a',
  typeWords: Object.freeze({ root: 'Root', targets: 'Targets', snapshot: 'Snapshot', timestamp: 'Timestamp' }),
  specVersion: undefined,
  hashesCanonicalForm: true,
  timestampNeedsHash: true,
  caps: Object.freeze({
    root: 64 * kib,
    timestamp: 64 * kib,
    // the client takes what the timestamp declares; this bounds what may be declared
    snapshot: 8192 * kib,
    directorTargets: 64 * kib,
    imageTargets: 8192 * kib,
    manifest: 512 * kib,
  }),
  canonical: compactJson,
  readSignature(signature, at) {
    const method = textAt(signature, 'method', at);
    if (!knownMethods.has(method))
      throw refuse(inside(at, 'method'), `${JSON.stringify(method.slice(0, 40))} is no method of signing here`);
    const text = textAt(signature, 'sig', at);
    const bytes = Buffer.from(text, 'base64');
    if (text.length > 1400 || bytes.length === 0 || bytes.toString('base64') !== text)
      throw refuse(inside(at, 'sig'), 'must be a signature in base64');
    return {
      keyId: nameAt(signature, 'keyid', at, longestKeyId),
      method,
      bytes,
      extra: extraOf(signature, signatureMembers),
    };
  },
  writeSignature({ keyId, method, bytes, extra }) {
    const sig = Buffer.from(bytes).toString('base64');
    return objectOf(
      [
        ['keyid', keyId],
        ['method', method],
        ['sig', sig],
      ],
      extra,
    );
  },
  readKey(key, at) {
    const keytype = textAt(key, 'keytype', at).toLowerCase();
    if (keytype === 'ed25519') return keyAt('ed25519', readWireKey(key, at, 'ed25519'), at);
    if (keytype === 'rsa') return keyAt('rsa', readWireKey(key, at, 'rsassa-pss-sha256'), at);
    // One such key makes aktualizr refuse the whole file, so it must not pass here either.
    throw refuse(inside(at, 'keytype'), 'dialect A knows keys of type ed25519 and rsa only', 'uptane.bad-key');
  },
  writeKey,
  path(role, version) {
    if (role === 'root') return `${version}.root.json`;
    return isTopRole(role) ? `${role}.json` : `delegations/${role}.json`;
  },
} satisfies Profile);
