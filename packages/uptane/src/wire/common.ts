import { asText, extraOf, member, objectAt, refuse, textAt, wholeNumberAt } from '../json/fields.ts';
import { inside, type Place } from '../json/place.ts';
import type { JsonObject } from '../json/read-json.ts';
import type { Common, TopRole } from '../model/signed.ts';
import type { Hashes, HashName } from '../model/targets.ts';
import type { Profile } from './profile.ts';

/** Versions fit in a signed 32-bit integer: the smallest that a client in the field uses. */
export const versionRange = Object.freeze({ min: 1, max: 2 ** 31 - 1 });
export const lengthRange = Object.freeze({ min: 0, max: Number.MAX_SAFE_INTEGER });

export function readVersion(object: JsonObject, at: Place): number {
  return wholeNumberAt(object, 'version', at, versionRange);
}

/** Exactly 20 characters, and a day that exists: dialect A compares it as text. */
export function isExpiry(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text)) return false;
  const ms = Date.parse(text);
  return !Number.isNaN(ms) && expiryOf(new Date(ms)) === text;
}

/** A time as the wire carries it; parts of a second are cut off. */
export function expiryOf(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

/** Whether metadata that names this expiry may no longer be used at this time (Uptane 5.4.4.3 to 5.4.4.6). */
export function isExpired({ expires }: Pick<Common, 'expires'>, now: Date): boolean {
  return Date.parse(expires) <= now.getTime();
}

/** The payload's role, version and expiry (Uptane 5.2.1). */
export function readCommon(payload: JsonObject, role: TopRole, profile: Profile, known: ReadonlySet<string>): Common {
  const at = signedPlace;
  const type = textAt(payload, '_type', at);
  if (type !== profile.typeWords[role]) {
    const expected = profile.typeWords[role];
    throw refuse(
      inside(at, '_type'),
      `is ${JSON.stringify(type.slice(0, 40))}, expected "${expected}"`,
      'uptane.wrong-role',
    );
  }
  if (profile.specVersion !== undefined && !/^1(\.\d{1,4}){1,2}$/.test(textAt(payload, 'spec_version', at)))
    throw refuse(inside(at, 'spec_version'), 'must be a version 1 of the TUF specification, such as "1.0.31"');
  const expires = textAt(payload, 'expires', at);
  if (!isExpiry(expires)) throw refuse(inside(at, 'expires'), 'must be a time as 2026-01-31T12:00:00Z');
  return { version: readVersion(payload, at), expires, extra: extraOf(payload, known) };
}

/** Where payloads sit in their document. */
export const signedPlace: Place = inside({ parent: undefined, key: '$' }, 'signed');

const digits: ReadonlyMap<string, number> = new Map([
  ['sha256', 64],
  ['sha512', 128],
]);

/** All hashes listed will be compared, so one that cannot be is refused (requirement C5). */
export function readHashes(object: JsonObject, at: Place): Hashes {
  const place = inside(at, 'hashes');
  const hashes = new Map<HashName, string>();
  for (const [name, value] of Object.entries(objectAt(object, 'hashes', at))) {
    const length = digits.get(name);
    const here = inside(place, name);
    if (length === undefined) throw refuse(here, 'is no hash function that is used here; use sha256 or sha512');
    const hex = asText(value, here);
    if (hex.length !== length || !/^[0-9a-fA-F]+$/.test(hex))
      throw refuse(here, `must be ${length} hexadecimal digits`);
    hashes.set(name as HashName, hex.toLowerCase());
  }
  if (hashes.size === 0) throw refuse(place, 'must list at least one hash');
  return hashes;
}

export function optionalHashes(object: JsonObject, at: Place): Hashes | undefined {
  return member(object, 'hashes') === undefined ? undefined : readHashes(object, at);
}

export function commonMembers(
  role: TopRole,
  common: Common,
  profile: Profile,
): [string, string | number | undefined][] {
  return [
    ['_type', profile.typeWords[role]],
    ['spec_version', profile.specVersion],
    ['version', common.version],
    ['expires', common.expires],
  ];
}

/** The known members of a payload in a dialect; `spec_version` is foreign, therefore kept, in A. */
export function knownMembers(profile: Profile, ...own: readonly string[]): ReadonlySet<string> {
  const spec = profile.specVersion === undefined ? [] : ['spec_version'];
  return new Set(['_type', 'version', 'expires', ...spec, ...own]);
}
