import { UptaneError } from '../error.ts';
import {
  asName,
  asObject,
  extraOf,
  listAt,
  member,
  objectAt,
  objectOf,
  refuse,
  textAt,
  wholeNumberAt,
} from '../json/fields.ts';
import { inside, type Place } from '../json/place.ts';
import type { JsonObject } from '../json/read-json.ts';
import type { KeyType, PublicKey, WireKey } from '../keys/public-key.ts';
import { publicKey } from '../keys/public-key.ts';
import type { KeyRing, RoleKeys } from '../model/root.ts';
import { longestKeyId } from './names.ts';
import type { Profile } from './profile.ts';

const mostKeys = 256;
const known = new Set(['keytype', 'scheme', 'keyval']);

/** The members of a key object, before a dialect decides what it is. */
export function readWireKey(key: JsonObject, at: Place, defaultScheme: string | undefined): WireKey {
  const keytype = textAt(key, 'keytype', at);
  const scheme =
    defaultScheme !== undefined && member(key, 'scheme') === undefined ? defaultScheme : textAt(key, 'scheme', at);
  const value = textAt(objectAt(key, 'keyval', at), 'public', inside(at, 'keyval'));
  return { keytype, scheme, value, extra: extraOf(key, known) };
}

export function keyAt(type: KeyType, wire: WireKey, at: Place): PublicKey {
  try {
    return publicKey(type, wire);
  } catch (error) {
    if (!(error instanceof UptaneError)) throw error;
    throw refuse(inside(inside(at, 'keyval'), 'public'), error.message, 'uptane.bad-key');
  }
}

export function writeKey({ keytype, scheme, value, extra }: PublicKey): JsonObject {
  return objectOf(
    [
      ['keytype', keytype],
      ['scheme', scheme],
      ['keyval', { public: value }],
    ],
    extra,
  );
}

export function readKeyRing(object: JsonObject, at: Place, profile: Profile): KeyRing {
  const place = inside(at, 'keys');
  const entries = Object.entries(objectAt(object, 'keys', at));
  if (entries.length > mostKeys) throw refuse(place, `lists ${entries.length} keys; at most ${mostKeys} are allowed`);
  return new Map(
    entries.map(([keyId, value]) => {
      const here = inside(place, keyId);
      asName(keyId, here, longestKeyId);
      return [keyId, profile.readKey(asObject(value, here), here)] as const;
    }),
  );
}

export function writeKeyRing(keys: KeyRing, profile: Profile): JsonObject {
  return Object.fromEntries([...keys].map(([keyId, key]) => [keyId, profile.writeKey(key)]));
}

const roleMembers = new Set(['keyids', 'threshold']);

/** Key ids and threshold of a role. The keys themselves come from the same file, never from another. */
export function readRoleKeys(
  role: JsonObject,
  at: Place,
  keys: KeyRing,
  known: ReadonlySet<string> = roleMembers,
): RoleKeys {
  const place = inside(at, 'keyids');
  const keyIds = listAt(role, 'keyids', at, mostKeys).map((id, i) => asName(id, inside(place, i), longestKeyId));
  const identities = new Set<string>();
  for (const [i, keyId] of keyIds.entries()) {
    const key = keys.get(keyId);
    if (!key) throw refuse(inside(place, i), 'names a key that this file does not list');
    if (keyIds.indexOf(keyId) !== i) throw refuse(inside(place, i), 'names a key for the second time');
    identities.add(key.identity);
  }
  const threshold = wholeNumberAt(role, 'threshold', at, { min: 1, max: 1000 });
  // One key under two ids is one key: such a role could never be met by honest signers
  if (threshold > identities.size)
    throw refuse(inside(at, 'threshold'), `asks for ${threshold} signatures of ${identities.size} different keys`);
  return { keyIds, threshold, extra: extraOf(role, known) };
}

export function roleKeyMembers({ keyIds, threshold }: RoleKeys): [string, readonly string[] | number][] {
  return [
    ['keyids', keyIds],
    ['threshold', threshold],
  ];
}
