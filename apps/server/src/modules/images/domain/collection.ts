import {
  type DialectName,
  type KeyRing,
  meetsThreshold,
  type RoleKeys,
  type Root,
  rootStatus,
  type SignatureState,
  type SignedFile,
  signatureState,
  type Targets,
} from '@bulkhead/uptane';

/** The files of one wire form that belong together: the root and the targets file of each role. */
export interface Collection {
  readonly dialect: DialectName;
  readonly root: SignedFile<Root> | undefined;
  /** `targets` for the repository's own. */
  readonly targets: ReadonlyMap<string, SignedFile<Targets>>;
}

export interface Authority {
  /** Who says so: `root`, or the role that delegates. */
  readonly delegator: string;
  readonly role: RoleKeys;
  readonly keys: KeyRing;
}

/** Whose signatures a targets file must carry (Uptane 5.2.3.2); undefined when nobody speaks of the role. */
export function authorityOver(role: string, { root, targets }: Collection): Authority | undefined {
  if (role === 'targets') {
    const keys = root?.signed.roles.get('targets');
    return root && keys && { delegator: 'root', role: keys, keys: root.signed.keys };
  }
  for (const [delegator, { signed }] of targets) {
    const found = signed.delegations?.list.flatMap(({ roles }) => roles).find(({ name }) => name === role);
    if (found && signed.delegations) return { delegator, role: found, keys: signed.delegations.keys };
  }
  return undefined;
}

export interface Standing {
  readonly own: SignatureState;
  readonly previous: SignatureState | undefined;
  readonly complete: boolean;
}

const nobody: SignatureState = { count: 0, threshold: 1, valid: [], invalid: [], missing: [] };

export function standingOfRoot(file: SignedFile<Root>, current: SignedFile<Root> | undefined): Standing {
  const { own, previous, complete } = rootStatus(file, current);
  return { own, previous, complete };
}

export function standingOfTargets(role: string, file: SignedFile<Targets>, around: Collection): Standing {
  const authority = authorityOver(role, around);
  const own = authority ? signatureState(file, authority.role, authority.keys) : nobody;
  return { own, previous: undefined, complete: meetsThreshold(own) };
}

/** The delegated roles of a file, in order of priority. */
export function delegateesOf({ signed }: SignedFile<Targets>): readonly string[] {
  return (signed.delegations?.list ?? []).flatMap(({ roles }) => roles.map(({ name }) => name));
}

/** The same collection with some files in the place of those that are there. */
export function overlaid(base: Collection, changes: Partial<Pick<Collection, 'root' | 'targets'>>): Collection {
  return {
    dialect: base.dialect,
    root: changes.root ?? base.root,
    targets: new Map([...base.targets, ...(changes.targets ?? [])]),
  };
}
