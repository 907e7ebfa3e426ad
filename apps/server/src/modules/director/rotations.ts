import {
  compactJson,
  type DialectName,
  describeSignatures,
  detectDialect,
  dialectOf,
  type RolePlan,
  type Root,
  type RootStatus,
  readPublicKeyFile,
  rootStatus,
  rotateRoot,
  type SignedFile,
  type Signer,
  signRoot,
  UptaneError,
} from '@bulkhead/uptane';
import { type Db, inTransaction } from '../../platform/db/database.ts';
import type { Actor, DirectorDeps } from './deps.ts';
import { DirectorError } from './domain/error.ts';
import { makeKey, openKey, publicHex } from './online-keys.ts';
import { dialects, type Repository, rootLifetimeMs } from './repository.ts';
import { createRootStore } from './root-store.ts';
import { createRootViews } from './root-views.ts';
import type { KeyTable, OnlineRole } from './tables.ts';

type Plans = Partial<Record<OnlineRole, RolePlan>>;

/** What stands in the database, read under the lock. */
interface Standing {
  readonly tx: Db;
  readonly keys: readonly KeyTable[];
  readonly roots: Readonly<Record<DialectName, SignedFile<Root>>>;
  readonly rootSigner: Signer | undefined;
}

/**
 * Changes of the root (Uptane 5.4.4.3; deployment guidance on keys): exchange of online keys, and the ceremony that takes the
 * root keys offline. A root is signed by a threshold of the keys before it and of its own, in both dialects at once.
 */
export function createRotations(deps: DirectorDeps, repository: Repository) {
  const changing = async <T>(work: (standing: Standing) => Promise<T>): Promise<T> => {
    const result = await inTransaction(deps.db, async (tx) => {
      await createRootStore(tx).lock();
      return work(await readStanding(deps, tx));
    });
    await repository.reload();
    deps.announce?.('director');
    return result;
  };
  return Object.freeze({
    /** New online keys for roles; with none, the same keys for another year. */
    rotate: (roles: readonly OnlineRole[], reason: string, by: Actor) =>
      changing((standing) => rotate(deps, standing, roles, { reason, by })),

    /** @throws DirectorError `director.bad-root`, `director.draft-exists` */
    planRoot: (files: readonly string[], threshold: number, reason: string, by: Actor) =>
      changing(async (standing) => {
        await requireNoDraft(standing.tx);
        const plan = reading(() => ({ keys: files.map((file) => readPublicKeyFile(Buffer.from(file))), threshold }));
        const documents = reading(() => nextRoots(deps, standing, { root: plan }, []));
        await settle(deps, standing, documents, { action: 'director.plan-root', reason, by });
      }),

    /** @throws DirectorError `director.no-draft`, `director.bad-root` */
    sign: (document: string, by: Actor) =>
      changing(async (standing) => {
        const { tx } = standing;
        const drafts = await createRootViews(tx).drafts();
        if (drafts.length === 0) throw noDraft();
        const bytes = Buffer.from(document);
        const dialect = reading(() => detectDialect(bytes));
        const merged = drafts.map((draft) =>
          draft.dialect === dialect
            ? { dialect, document: reading(() => merge(standing.roots[dialect], draft.document, bytes)) }
            : { dialect: draft.dialect, document: draft.document },
        );
        await settle(deps, standing, merged, { action: 'director.sign-root', reason: '', by });
      }),

    /** @throws DirectorError `director.no-draft` */
    discard: (by: Actor) =>
      changing(async ({ tx }) => {
        const [draft] = await createRootViews(tx).drafts();
        if (!draft) throw noDraft();
        const store = createRootStore(tx);
        await store.dropDrafts();
        await store.dropPending();
        const subject = String(draft.version);
        await deps.audit(tx).append({ action: 'director.discard-root', subject, by, at: deps.clock.now() });
      }),
  });
}
export type Rotations = ReturnType<typeof createRotations>;

const noDraft = () => new DirectorError('director.no-draft', 'No root waits for signatures');

/** What the core refuses about a root is told to the person who brought it. */
function reading<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof UptaneError)) throw cause;
    throw new DirectorError('director.bad-root', cause.message, { cause });
  }
}

async function requireNoDraft(tx: Db): Promise<void> {
  if ((await createRootViews(tx).drafts()).length > 0)
    throw new DirectorError('director.draft-exists', 'Another root waits for signatures: complete or discard it first');
}

async function readStanding({ keys: store }: DirectorDeps, tx: Db): Promise<Standing> {
  const views = createRootViews(tx);
  const [keys, rows] = await Promise.all([views.keys(), views.current()]);
  const rootOf = (dialect: DialectName) => {
    const row = rows.find((one) => one.dialect === dialect);
    if (!row) throw new DirectorError('director.key-missing', `The Director has no root in dialect ${dialect}`);
    return dialectOf(dialect).readRoot(row.document);
  };
  const held = keys.find(({ role, state }) => role === 'root' && state === 'active');
  return { tx, keys, roots: { a: rootOf('a'), b: rootOf('b') }, rootSigner: held && openKey(store, held) };
}

async function rotate(
  deps: DirectorDeps,
  standing: Standing,
  roles: readonly OnlineRole[],
  { reason, by }: { reason: string; by: Actor },
): Promise<void> {
  await requireNoDraft(standing.tx);
  const made = [...new Set(roles)].map((role) => {
    const last = Math.max(0, ...standing.keys.filter((key) => key.role === role).map(({ generation }) => generation));
    return { role, generation: last + 1, signer: makeKey(deps.keys, role, last + 1) };
  });
  const plans: Plans = Object.fromEntries(made.map(({ role, signer }) => [role, { keys: [signer.key], threshold: 1 }]));
  const rootSigners = made.filter(({ role }) => role === 'root').map(({ signer }) => signer);
  const documents = reading(() => nextRoots(deps, standing, plans, rootSigners));
  const at = deps.clock.now();
  if (made.length > 0)
    await createRootStore(standing.tx).insertKeys(
      made.map(({ role, generation, signer }) => ({
        role,
        generation,
        key_id: signer.keyId,
        public_key: publicHex(signer),
        state: 'pending',
        created_at: at,
      })),
    );
  await settle(deps, standing, documents, { action: 'director.rotate-keys', reason, by });
}

interface Document {
  readonly dialect: DialectName;
  readonly document: Buffer;
}

/** The next root in both dialects, with the signatures that this platform can give. */
function nextRoots({ clock }: DirectorDeps, standing: Standing, roles: Plans, own: readonly Signer[]): Document[] {
  const expires = new Date(clock.now().getTime() + rootLifetimeMs);
  const { roots, rootSigner } = standing;
  const signers = [...(rootSigner ? [rootSigner] : []), ...own];
  return dialects.map((dialect) => {
    const { readRoot } = dialectOf(dialect);
    const previous = roots[dialect];
    const unsigned: Uint8Array = rotateRoot(previous, { expires, roles });
    const document = signers.reduce((bytes, signer) => signRoot(readRoot(bytes), signer, previous), unsigned);
    return { dialect, document: Buffer.from(document) };
  });
}

interface Step {
  readonly action: string;
  readonly reason: string;
  readonly by: Actor;
}

/** Publishes what has enough signatures in both dialects; keeps it to be signed otherwise. */
async function settle(deps: DirectorDeps, standing: Standing, documents: readonly Document[], step: Step) {
  const { tx, roots } = standing;
  const { action, reason, by } = step;
  const at = deps.clock.now();
  const store = createRootStore(tx);
  const read = documents.map((one) => ({ ...one, file: dialectOf(one.dialect).readRoot(one.document) }));
  const version = read[0]?.file.signed.version ?? 0;
  const complete = read.every(({ file, dialect }) => rootStatus(file, roots[dialect]).complete);
  await deps.audit(tx).append({ action, subject: String(version), by, details: { reason, published: complete }, at });
  if (!complete) {
    for (const { dialect, document } of read)
      await store.putDraft({ dialect, version, document, created_at: at, created_by: by.name });
    return;
  }
  await store.dropDrafts();
  await store.insertRoots(
    read.map(({ dialect, document }) => ({ version, dialect, document, published_at: at, published_by: by.name })),
  );
  for (const { role, generation, state } of standing.keys.concat(await pendingOf(tx, standing)))
    if (state === 'pending') await store.activate(role, generation);
  await retireRoot(standing, read[0]?.file.signed as Root);
}

/** Keys made in this transaction, which were not read at its beginning. */
async function pendingOf(tx: Db, { keys }: Standing): Promise<KeyTable[]> {
  const known = new Set(keys.map(({ role, generation }) => `${role} ${generation}`));
  return (await createRootViews(tx).keys()).filter(({ role, generation }) => !known.has(`${role} ${generation}`));
}

/** A root key of ours that the root no longer lists is of no use to anybody but a thief. */
async function retireRoot({ tx, rootSigner }: Standing, root: Root): Promise<void> {
  const listed = root.roles.get('root')?.keyIds.map((keyId) => root.keys.get(keyId)?.identity) ?? [];
  const active = (await createRootViews(tx).keys()).find(({ role, state }) => role === 'root' && state === 'active');
  if (!active || !rootSigner) return;
  const held = active.public_key === publicHex(rootSigner) ? rootSigner.key.identity : undefined;
  if (held !== undefined && !listed.includes(held)) await createRootStore(tx).activate('root', undefined);
}

type Wire = { readonly signatures: readonly { readonly keyid: string }[]; readonly signed: never };

/** The draft with the signatures of another copy of it added; only those of keys that count. */
function merge(previous: SignedFile<Root>, draft: Buffer, copy: Buffer): Buffer {
  const { readRoot } = dialectOf(previous.dialect);
  const [ours, theirs] = [readRoot(draft), readRoot(copy)];
  if (!Buffer.from(ours.message).equals(theirs.message))
    throw new UptaneError('uptane.mix-and-match', 'root', 'this is not the root that waits for signatures');
  const counting = new Set([ours.signed, previous.signed].flatMap((root) => root.roles.get('root')?.keyIds ?? []));
  const parse = (bytes: Buffer) => JSON.parse(bytes.toString()) as Wire;
  const byKey = new Map(
    [...parse(copy).signatures, ...parse(draft).signatures].map((signature) => [signature.keyid, signature]),
  );
  const signatures = [...byKey.values()].filter(({ keyid }) => counting.has(keyid));
  const merged = Buffer.from(compactJson({ signatures: signatures as never, signed: parse(draft).signed }));
  const { own, previous: before } = rootStatus(readRoot(merged), previous);
  const invalid = [...own.invalid, ...(before?.invalid ?? [])];
  // one bad signature makes some clients refuse the whole file
  if (invalid.length > 0)
    throw new UptaneError(
      'uptane.wrong-signer',
      'root',
      `a signature is not valid: ${invalid.join(', ').slice(0, 200)}`,
    );
  return merged;
}

/** How far a draft has come, in words. */
export function describeDraft({ own, previous }: RootStatus): string {
  const parts = [`of its own keys ${describeSignatures(own)}`];
  if (previous) parts.push(`of the keys before ${describeSignatures(previous)}`);
  return parts.join('; ');
}
