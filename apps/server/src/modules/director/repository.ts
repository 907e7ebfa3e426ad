import {
  createDirector,
  createRoot,
  type DialectName,
  type Director,
  dialectOf,
  type RolePlan,
  type Root,
  type SignedFile,
  type Signer,
  signRoot,
  type TopRole,
} from '@bulkhead/uptane';
import { type Db, inTransaction } from '../../platform/db/database.ts';
import type { DirectorDeps } from './deps.ts';
import { DirectorError } from './domain/error.ts';
import { makeKey, openKey, publicHex } from './online-keys.ts';
import { createRootStore } from './root-store.ts';
import { createRootViews } from './root-views.ts';
import type { OnlineRole } from './tables.ts';

export const dialects = ['a', 'b'] as const satisfies readonly DialectName[];
export const setRoles = ['targets', 'snapshot', 'timestamp'] as const;
const roles: readonly OnlineRole[] = ['root', ...setRoles];
const day = 86_400_000;
export const rootLifetimeMs = 365 * day;
const system = { kind: 'system', id: 'director', name: 'Director' } as const;

/** Keys and root of one version, ready to sign with. */
export interface Epoch {
  /** Version of the root that lists these keys. */
  readonly version: number;
  readonly roots: Readonly<Record<DialectName, SignedFile<Root>>>;
  readonly directors: Readonly<Record<DialectName, Director>>;
  /** Undefined once the root keys are offline. */
  readonly rootSigner: Signer | undefined;
}

/** Opens the repository of the Director; at the first start its keys and first root are made. */
export async function openRepository(deps: DirectorDeps) {
  await inTransaction(deps.db, async (tx) => {
    await createRootStore(tx).lock();
    if ((await createRootViews(tx).version()) === 0) await found(deps, tx);
  });
  let held = await loadEpoch(deps);
  let loading: Promise<Epoch> | undefined;
  return Object.freeze({
    current: () => held,
    /** The keys of the root of this version; loaded anew when another replica has rotated them. */
    at: async (version: number): Promise<Epoch> => {
      if (held.version >= version) return held;
      loading ??= loadEpoch(deps).finally(() => {
        loading = undefined;
      });
      held = await loading;
      return held;
    },
    reload: async () => {
      held = await loadEpoch(deps);
      return held;
    },
    root: (version: number, dialect: DialectName) => createRootViews(deps.db).root(version, dialect),
  });
}
export type Repository = Awaited<ReturnType<typeof openRepository>>;

/** One key for each role. The root keys begin online and are taken offline by a ceremony. */
async function found({ keys, clock, audit }: DirectorDeps, tx: Db): Promise<void> {
  const at = clock.now();
  const signers = new Map(roles.map((role) => [role, makeKey(keys, role, 1)]));
  const store = createRootStore(tx);
  await store.insertKeys(
    [...signers].map(([role, signer]) => ({
      role,
      generation: 1,
      key_id: signer.keyId,
      public_key: publicHex(signer),
      ...({ state: 'active', created_at: at } as const),
    })),
  );
  const planOf = (role: OnlineRole): RolePlan => ({ keys: [(signers.get(role) as Signer).key], threshold: 1 });
  const planned: Record<TopRole, RolePlan> = {
    root: planOf('root'),
    targets: planOf('targets'),
    snapshot: planOf('snapshot'),
    timestamp: planOf('timestamp'),
  };
  const plan = { expires: new Date(at.getTime() + rootLifetimeMs), roles: planned };
  const documents = dialects.map((dialect) => {
    const file = dialectOf(dialect).readRoot(createRoot(plan, dialect));
    return { dialect, document: Buffer.from(signRoot(file, signers.get('root') as Signer)) };
  });
  await store.insertRoots(
    documents.map((one) => ({ version: 1, ...one, published_at: at, published_by: system.name })),
  );
  await audit(tx).append({
    action: 'director.publish-root',
    subject: '1',
    by: system,
    at,
    details: { keys: Object.fromEntries([...signers].map(([role, { keyId }]) => [role, keyId])) },
  });
}

async function loadEpoch({ db, keys }: DirectorDeps): Promise<Epoch> {
  const views = createRootViews(db);
  const [rows, roots] = await Promise.all([views.keys(), views.current()]);
  const signer = (role: OnlineRole): Signer | undefined => {
    const row = rows.find((key) => key.role === role && key.state === 'active');
    return row && openKey(keys, row);
  };
  const online = (role: (typeof setRoles)[number]): readonly Signer[] => {
    const found = signer(role);
    if (!found) throw new DirectorError('director.key-missing', `The Director has no active key for ${role}`);
    return [found];
  };
  const sets = { targets: online('targets'), snapshot: online('snapshot'), timestamp: online('timestamp') };
  const rootOf = (dialect: DialectName) => {
    const row = roots.find((one) => one.dialect === dialect);
    if (!row) throw new DirectorError('director.key-missing', `The Director has no root in dialect ${dialect}`);
    return dialectOf(dialect).readRoot(row.document);
  };
  return Object.freeze({
    version: roots[0]?.version ?? 0,
    roots: { a: rootOf('a'), b: rootOf('b') },
    directors: { a: createDirector(sets, 'a'), b: createDirector(sets, 'b') },
    rootSigner: signer('root'),
  });
}
