import { compactJson } from '../canonical-json.ts';
import { UptaneError } from '../error.ts';
import type { KeyRing } from '../model/root.ts';
import type { DelegatedRole, Delegation, Target, Targets } from '../model/targets.ts';
import { writeHashes } from '../wire/target.ts';
import { coversPath } from './path-pattern.ts';

export interface Wanted {
  readonly filename: string;
  /** Undefined: no particular hardware; delegations that name some are then not followed. */
  readonly hardwareId: string | undefined;
}

/** A delegated targets file that the walk must see next; the answer is the file, verified with these keys. */
export interface Visit {
  readonly role: DelegatedRole;
  readonly keys: KeyRing;
  /** Names from the top-level targets to the delegator. */
  readonly chain: readonly string[];
}

export interface Found {
  readonly target: Target;
  /** The roles that vouch for it: from the top-level targets to the one that lists it. */
  readonly chain: readonly string[];
}

/** `below`: the delegatee's own delegations; `beside`: the delegations listed after it. */
export interface AfterTerminating {
  readonly below: boolean;
  readonly beside: boolean;
}

/** Uptane 5.4.4.7 step 3: neither. TUF 5.6.7 goes on below, aktualizr beside; what this rule finds, all of them find. */
const nothingFurther: AfterTerminating = Object.freeze({ below: false, beside: false });

export interface WalkRules {
  /** What is still searched when a terminating delegation did not list the image itself. */
  readonly afterTerminating: AfterTerminating;
  readonly covers: (pattern: string, path: string) => boolean;
  readonly maxDepth: number;
  readonly maxRoles: number;
}

/** The standard's, stricter than both dialects' clients, with the lower of their limits. */
export const strictRules: WalkRules = Object.freeze({
  afterTerminating: nothingFurther,
  covers: coversPath,
  maxDepth: 5,
  maxRoles: 32,
});

/** `undefined` from the caller: the file is not to be used; the search goes on with the next delegation. */
export type Walk = Generator<Visit, Found | undefined, Targets | undefined>;

interface Search {
  readonly wanted: Wanted;
  readonly rules: WalkRules;
  readonly visited: Set<string>;
  readonly budget: { roles: number };
}

type Result = Found | 'none' | 'stop';
type Steps = Generator<Visit, Result, Targets | undefined>;

/**
 * Looks an image up in the top-level targets and their delegations: preorder, depth first, in the order listed, which is
 * that of priority (Uptane 5.4.4.7).
 * @throws UptaneError `uptane.endless-delegation` beyond the limits of depth or number.
 */
export function* findImage(wanted: Wanted, top: Targets, rules: WalkRules = strictRules): Walk {
  const search: Search = { wanted, rules, visited: new Set(['targets']), budget: { roles: rules.maxRoles } };
  const result = yield* searchFile(top, ['targets'], search);
  return typeof result === 'string' ? undefined : result;
}

function* searchFile(file: Targets, chain: readonly string[], search: Search): Steps {
  const target = file.targets.get(search.wanted.filename);
  if (target) return { target, chain };
  return yield* searchDelegations(file, chain, search);
}

function* searchDelegations(file: Targets, chain: readonly string[], search: Search): Steps {
  for (const delegation of file.delegations?.list ?? []) {
    if (!isCovered(delegation, search)) continue;
    const keys = file.delegations?.keys ?? new Map();
    const result = yield* searchDelegation(delegation, keys, { chain, search });
    if (result !== 'none') return result;
    if (delegation.terminating && !search.rules.afterTerminating.beside) return 'stop';
  }
  return 'none';
}

function isCovered({ paths, hardwareIds }: Delegation, { wanted, rules }: Search): boolean {
  if (hardwareIds && (wanted.hardwareId === undefined || !hardwareIds.includes(wanted.hardwareId))) return false;
  return paths.some((pattern) => rules.covers(pattern, wanted.filename));
}

interface From {
  readonly chain: readonly string[];
  readonly search: Search;
}

function* searchDelegation(delegation: Delegation, keys: KeyRing, from: From): Steps {
  const [role, ...others] = delegation.roles;
  if (others.length === 0) return yield* searchRole(role, delegation, { keys, ...from });
  return yield* searchGroup(delegation, keys, from);
}

/** Uptane 5.4.4.8 (TAP 3): enough of the roles must say the same; if several groups do, the earliest role decides. */
function* searchGroup(delegation: Delegation, keys: KeyRing, from: From): Steps {
  const votes = new Map<string, { first: Found; count: number }>();
  for (const role of delegation.roles) {
    const result = yield* searchRole(role, delegation, { keys, ...from });
    if (typeof result === 'string') continue;
    const said = statementOf(result.target);
    const vote = votes.get(said) ?? { first: result, count: 0 };
    vote.count++;
    votes.set(said, vote);
  }
  return [...votes.values()].find(({ count }) => count >= delegation.agreement)?.first ?? 'none';
}

/** What roles must agree on: everything but the custom part, and of that what shall match. */
function statementOf({ length, hashes, custom }: Target): string {
  const { hardwareIds, releaseCounter, shallMatch } = custom ?? {};
  const shall = [hardwareIds ?? null, releaseCounter ?? null, shallMatch ?? null];
  return compactJson({ length, hashes: writeHashes(hashes), shall });
}

function* searchRole(role: DelegatedRole, delegation: Delegation, from: From & { keys: KeyRing }): Steps {
  const { chain, search, keys } = from;
  // A role is asked once: loops end here
  if (search.visited.has(role.name)) return 'none';
  if (chain.length > search.rules.maxDepth) throw endless(chain, `deeper than ${search.rules.maxDepth}`);
  if (search.budget.roles-- <= 0) throw endless(chain, `over more than ${search.rules.maxRoles} roles`);
  const file = yield { role, keys, chain };
  if (!file) return 'none';
  // The roles of a group are asked independently of each other; all others share what was visited.
  const inner = delegation.roles.length > 1 ? { ...search, visited: new Set(search.visited) } : search;
  inner.visited.add(role.name);
  const here = [...chain, role.name];
  if (!delegation.terminating || search.rules.afterTerminating.below) return yield* searchFile(file, here, inner);
  const target = file.targets.get(search.wanted.filename);
  return target ? { target, chain: here } : 'none';
}

function endless(chain: readonly string[], how: string): UptaneError {
  return new UptaneError('uptane.endless-delegation', chain.join(' > '), `the search for an image goes ${how}`);
}
