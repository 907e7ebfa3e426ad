import { olpcJson } from '../canonical-json.ts';
import { extraOf, nameAt, objectOf, refuse, textAt } from '../json/fields.ts';
import { inside } from '../json/place.ts';
import type { KeyType, WireKey } from '../keys/public-key.ts';
import { keyAt, readWireKey, writeKey } from '../wire/keys.ts';
import { longestKeyId } from '../wire/names.ts';
import type { Profile } from '../wire/profile.ts';

const signatureMembers = new Set(['keyid', 'sig']);
const kib = 1024;

/** TUF 1.0. */
export const profileB: Profile = Object.freeze({
  name: 'b',
  typeWords: Object.freeze({ root: 'root', targets: 'targets', snapshot: 'snapshot', timestamp: 'timestamp' }),
  specVersion: '1.0.31',
  hashesCanonicalForm: false,
  timestampNeedsHash: false,
  caps: Object.freeze({
    root: 512_000,
    timestamp: 16_384,
    snapshot: 2_000_000,
    directorTargets: 64 * kib,
    imageTargets: 5_000_000,
    manifest: 512 * kib,
  }),
  canonical: olpcJson,
  readSignature(signature, at) {
    const text = textAt(signature, 'sig', at);
    if (text.length % 2 !== 0 || !/^[0-9a-fA-F]{2,2048}$/.test(text))
      throw refuse(inside(at, 'sig'), 'must be a signature in hexadecimal');
    const extra = extraOf(signature, signatureMembers);
    return {
      keyId: nameAt(signature, 'keyid', at, longestKeyId),
      method: undefined,
      bytes: Buffer.from(text, 'hex'),
      extra,
    };
  },
  writeSignature({ keyId, bytes, extra }) {
    return objectOf(
      [
        ['keyid', keyId],
        ['sig', Buffer.from(bytes).toString('hex')],
      ],
      extra,
    );
  },
  readKey(key, at) {
    const wire = readWireKey(key, at, undefined);
    return keyAt(typeOf(wire), wire, at);
  },
  writeKey,
  path(role, version) {
    return role === 'timestamp' ? 'timestamp.json' : `${version}.${role}.json`;
  },
} satisfies Profile);

/** A key of another kind may stand in a file (TUF 4.2: clients skip what they cannot use); it never counts. */
function typeOf({ keytype, scheme }: WireKey): KeyType {
  if (keytype === 'ed25519' && scheme === 'ed25519') return 'ed25519';
  if (keytype === 'rsa' && scheme === 'rsassa-pss-sha256') return 'rsa';
  const p256 = 'ecdsa-sha2-nistp256';
  if ((keytype === 'ecdsa' || keytype === p256) && scheme === p256) return 'ecdsa';
  return 'unknown';
}
