import { extraOf, objectAt, objectOf, optionalFlagAt, refuse } from '../json/fields.ts';
import { inside } from '../json/place.ts';
import type { JsonObject } from '../json/read-json.ts';
import type { KeyRing, RoleKeys, Root } from '../model/root.ts';
import { type TopRole, topRoles } from '../model/signed.ts';
import { commonMembers, knownMembers, readCommon, signedPlace } from './common.ts';
import { readKeyRing, readRoleKeys, roleKeyMembers, writeKeyRing } from './keys.ts';
import type { Profile } from './profile.ts';

/** Uptane 5.2.2: the keys of all four roles, each with its id and the threshold. */
export function readRoot(payload: JsonObject, profile: Profile): Root {
  const common = readCommon(payload, 'root', profile, knownMembers(profile, 'keys', 'roles', 'consistent_snapshot'));
  const keys = readKeyRing(payload, signedPlace, profile);
  const wire = objectAt(payload, 'roles', signedPlace);
  const consistentSnapshot = optionalFlagAt(payload, 'consistent_snapshot', signedPlace);
  if (profile.name === 'b' && consistentSnapshot === undefined)
    throw refuse(inside(signedPlace, 'consistent_snapshot'), 'is required and missing', 'uptane.missing-field');
  const otherRoles = extraOf(wire, new Set(topRoles));
  return { type: 'root', ...common, keys, roles: readRoles(wire, keys), otherRoles, consistentSnapshot };
}

function readRoles(wire: JsonObject, keys: KeyRing): ReadonlyMap<TopRole, RoleKeys> {
  const at = inside(signedPlace, 'roles');
  return new Map(topRoles.map((role) => [role, readRoleKeys(objectAt(wire, role, at), inside(at, role), keys)]));
}

export function writeRoot(root: Root, profile: Profile): JsonObject {
  const roles = [...root.roles].map(([name, role]) => [name, objectOf(roleKeyMembers(role), role.extra)] as const);
  return objectOf(
    [
      ...commonMembers('root', root, profile),
      ['keys', writeKeyRing(root.keys, profile)],
      ['roles', objectOf(roles, root.otherRoles)],
      ['consistent_snapshot', root.consistentSnapshot ?? (profile.name === 'b' ? true : undefined)],
    ],
    root.extra,
  );
}
