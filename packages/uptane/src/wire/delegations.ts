import {
  asObject,
  asText,
  extraOf,
  listAt,
  member,
  nameAt,
  objectOf,
  optionalFlagAt,
  refuse,
  textAt,
  wholeNumberAt,
} from '../json/fields.ts';
import { inside, type Place } from '../json/place.ts';
import type { JsonObject } from '../json/read-json.ts';
import type { KeyRing } from '../model/root.ts';
import type { DelegatedRole, Delegation, Delegations } from '../model/targets.ts';
import { readKeyRing, readRoleKeys, roleKeyMembers, writeKeyRing } from './keys.ts';
import { pathPatternFault, roleNameFault } from './names.ts';
import type { Profile } from './profile.ts';
import { readHardwareIds } from './target.ts';

const mostDelegations = 1000;
const mostPaths = 1000;
const mostRoles = 16;
const longestName = 100;
const single = ['name', 'keyids', 'threshold'];
const shared = ['paths', 'hardwareIds', 'terminating'];
const singleMembers = new Set([...single, ...shared]);
const multiMembers = new Set(['name', 'roleinfo', 'min_roles_in_agreement', ...shared]);
const roleMembers = new Set(['rolename', 'keyids', 'threshold']);

/** Uptane 5.2.3.2: an ordered list, since the order is the priority; never an object, whose order JSON does not keep. */
export function readDelegations(object: JsonObject, at: Place, profile: Profile): Delegations {
  const keys = readKeyRing(object, at, profile);
  const place = inside(at, 'roles');
  const names = new Set<string>();
  const list = listAt(object, 'roles', at, mostDelegations).map((entry, i) => {
    const here = inside(place, i);
    const delegation = readDelegation(asObject(entry, here), here, keys);
    for (const { name } of delegation.roles) {
      if (names.has(name)) throw refuse(here, `delegates to the role ${JSON.stringify(name)} for the second time`);
      names.add(name);
    }
    return delegation;
  });
  return { keys, list, extra: extraOf(object, new Set(['keys', 'roles'])) };
}

function readDelegation(entry: JsonObject, at: Place, keys: KeyRing): Delegation {
  if (member(entry, 'path_hash_prefixes') !== undefined || member(entry, 'paths') === undefined)
    throw refuse(at, 'a delegation needs "paths"; hash prefixes are not supported');
  const multi = member(entry, 'roleinfo') !== undefined;
  const roles = multi
    ? readMultiRole(entry, at, keys)
    : ([readRole(entry, 'name', at, { keys, known: singleMembers })] as const);
  return {
    roles,
    name: multi ? nameAt(entry, 'name', at, longestName) : undefined,
    agreement: multi ? wholeNumberAt(entry, 'min_roles_in_agreement', at, { min: 1, max: roles.length }) : 1,
    paths: readPaths(entry, at),
    hardwareIds: readHardwareIds(entry, 'hardwareIds', at),
    terminating: optionalFlagAt(entry, 'terminating', at) ?? false,
    extra: multi ? extraOf(entry, multiMembers) : extraOf(entry, singleMembers),
  };
}

/** TAP 3: several roles, of which `min_roles_in_agreement` must say the same about an image. */
function readMultiRole(entry: JsonObject, at: Place, keys: KeyRing): Delegation['roles'] {
  const place = inside(at, 'roleinfo');
  const roles = listAt(entry, 'roleinfo', at, mostRoles).map((role, i) => {
    const here = inside(place, i);
    return readRole(asObject(role, here), 'rolename', here, { keys, known: roleMembers });
  });
  const [first, ...rest] = roles;
  if (!first) throw refuse(place, 'must list at least one role');
  return [first, ...rest];
}

interface RoleRules {
  readonly keys: KeyRing;
  readonly known: ReadonlySet<string>;
}

function readRole(role: JsonObject, key: 'name' | 'rolename', at: Place, { keys, known }: RoleRules): DelegatedRole {
  const name = textAt(role, key, at);
  const fault = roleNameFault(name);
  if (fault) throw refuse(inside(at, key), fault);
  return { name, ...readRoleKeys(role, at, keys, known) };
}

function readPaths(entry: JsonObject, at: Place): readonly string[] {
  const place = inside(at, 'paths');
  return listAt(entry, 'paths', at, mostPaths).map((path, i) => {
    const pattern = asText(path, inside(place, i));
    const fault = pathPatternFault(pattern);
    if (fault) throw refuse(inside(place, i), fault);
    return pattern;
  });
}

export function writeDelegations({ keys, list, extra }: Delegations, profile: Profile): JsonObject {
  return objectOf(
    [
      ['keys', writeKeyRing(keys, profile)],
      ['roles', list.map(writeDelegation)],
    ],
    extra,
  );
}

function writeDelegation({ roles, name, agreement, paths, hardwareIds, terminating, extra }: Delegation): JsonObject {
  const rules = [
    ['paths', paths],
    ['hardwareIds', hardwareIds],
    ['terminating', terminating],
  ] as const;
  if (roles.length === 1) return objectOf([...writeRole(roles[0], 'name'), ...rules], extra);
  const group = roles.map((role) => objectOf(writeRole(role, 'rolename'), role.extra));
  return objectOf([['name', name], ['roleinfo', group], ['min_roles_in_agreement', agreement], ...rules], extra);
}

function writeRole(role: DelegatedRole, key: 'name' | 'rolename'): [string, string | readonly string[] | number][] {
  return [[key, role.name], ...roleKeyMembers(role)];
}
