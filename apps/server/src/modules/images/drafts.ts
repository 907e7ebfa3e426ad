import { hash } from 'node:crypto';
import type { DelegationPlan, MetadataDraft } from '@bulkhead/contract';
import {
  type DialectName,
  detectDialect,
  dialectOf,
  publishCaps,
  type Root,
  type SignedFile,
  type Targets,
} from '@bulkhead/uptane';
import { type Db, inTransaction } from '../../platform/db/database.ts';
import { readCollection, targetsOf } from './collections.ts';
import type { Actor, ImagesDeps } from './deps.ts';
import { describeDraft } from './describe-draft.ts';
import { checkExpiry, checkTargets } from './domain/check-targets.ts';
import {
  authorityOver,
  type Collection,
  overlaid,
  type Standing,
  standingOfRoot,
  standingOfTargets,
} from './domain/collection.ts';
import { badMetadata, ImagesError, noRepository, notAuthorised, refused } from './domain/error.ts';
import { mergeSignatures } from './domain/merge-signatures.ts';
import { type KeysPlan, nextRoot } from './domain/plan-root.ts';
import { nextTopTargets } from './domain/plan-targets.ts';
import { createDraftStore } from './draft-store.ts';
import { createMetadataStore } from './metadata-store.ts';
import { createMetadataViews, type Draft } from './metadata-views.ts';
import type { OnlineKeys } from './online-keys.ts';
import { requireHeld } from './require-held.ts';

export const allDialects: readonly DialectName[] = ['a', 'b'];

export interface RootRequest {
  readonly expires: string;
  readonly roles: { readonly root?: KeysPlan | undefined; readonly targets?: KeysPlan | undefined };
  readonly dialects?: readonly DialectName[] | undefined;
}

export interface TargetsRequest {
  readonly expires: string;
  readonly delegations?: readonly DelegationPlan[] | undefined;
  readonly dialects?: readonly DialectName[] | undefined;
}

/** Files whose signatures are being collected: opened here or handed in, added up until enough keys signed them. */
export const createDrafts = (deps: ImagesDeps, onlineKeys: OnlineKeys) => {
  const { db, bind, clock, announce } = deps;
  return Object.freeze({
    createRoot: async (
      { expires, roles, dialects = allDialects }: RootRequest,
      by: Actor,
    ): Promise<MetadataDraft[]> => {
      checkExpiry('The root', expires, clock.now());
      const [snapshot, timestamp] = [await onlineKeys.newest('snapshot', by), await onlineKeys.newest('timestamp', by)];
      const online = { snapshot: snapshot.key, timestamp: timestamp.key };
      return inTransaction(db, async (tx) => {
        const drafts: MetadataDraft[] = [];
        for (const dialect of dialects) {
          const around = await openFor(tx, dialect, 'root');
          const bytes = nextRoot(dialect, around.root, { expires, roles, online });
          drafts.push(await put(deps, tx, around, 'root', dialectOf(dialect).readRoot(bytes), by));
        }
        return drafts;
      });
    },

    createTargets: (request: TargetsRequest, by: Actor): Promise<MetadataDraft[]> =>
      inTransaction(db, async (tx) => {
        const { dialects = await dialectsWithRoot(tx) } = request;
        if (dialects.length === 0) throw noRepository('No root is there that could say whose targets count.');
        const drafts: MetadataDraft[] = [];
        for (const dialect of dialects) {
          const around = await openFor(tx, dialect, 'targets');
          const file = dialectOf(dialect).readTargets(nextTopTargets(dialect, around.targets.get('targets'), request));
          const here = overlaid(around, { targets: new Map([['targets', file]]) });
          checkTargets('targets', file, here, around.targets.get('targets'), clock.now());
          drafts.push(await put(deps, tx, around, 'targets', file, by));
        }
        return drafts;
      }),

    upload: async (role: string, bytes: Uint8Array, by: Actor): Promise<MetadataDraft> => {
      if (bytes.length > publishCaps.imageTargets)
        throw badMetadata(`A metadata file has at most ${publishCaps.imageTargets} bytes, which is what clients take.`);
      const dialect = refused(role, () => detectDialect(bytes));
      return inTransaction(db, async (tx) => {
        await createMetadataStore(tx).take(dialect);
        const around = await readCollection(tx, dialect);
        const drafts = await createMetadataViews(tx).drafts(dialect);
        return role === 'root'
          ? takeRoot(deps, tx, { bytes, around, drafts, by }, onlineKeys)
          : takeTargets(deps, tx, role, { bytes, around, drafts, by });
      });
    },

    discard: (dialect: DialectName, role: string, by: Actor): Promise<void> =>
      inTransaction(db, async (tx) => {
        await createMetadataStore(tx).take(dialect);
        if (!(await createDraftStore(tx).dropDraft(dialect, role)))
          throw new ImagesError('images.unknown-metadata', `There is no draft of ${role} in wire form ${dialect}.`);
        const details = { dialect };
        await bind(tx).audit.append({ action: 'images.discard-draft', subject: role, by, details, at: clock.now() });
        await announce?.(tx, 'repository');
      }),
  });
};

interface Handed {
  readonly bytes: Uint8Array;
  readonly around: Collection;
  readonly drafts: readonly Draft[];
  readonly by: Actor;
}

/** @throws ImagesError `images.draft-exists`: what people have begun to sign is not replaced under their hands */
async function openFor(tx: Db, dialect: DialectName, role: string): Promise<Collection> {
  await createMetadataStore(tx).take(dialect);
  if (await createMetadataViews(tx).draft(dialect, role))
    throw draftExists(role, dialect, 'publish it or discard it first');
  const around = await readCollection(tx, dialect);
  if (role === 'root' || around.root) return around;
  const draft = await createMetadataViews(tx).draft(dialect, 'root');
  if (!draft) throw noRepository(`There is no root in wire form ${dialect}.`);
  return { ...around, root: dialectOf(dialect).readRoot(draft.bytes) };
}

const draftExists = (role: string, dialect: DialectName, remedy: string) =>
  new ImagesError('images.draft-exists', `A draft of ${role} is being signed in wire form ${dialect}: ${remedy}.`);

/** Wire forms that have a root, published or being signed. */
async function dialectsWithRoot(tx: Db): Promise<DialectName[]> {
  const views = createMetadataViews(tx);
  const found: DialectName[] = [];
  for (const dialect of allDialects)
    if ((await views.newestRoot(dialect)) || (await views.draft(dialect, 'root'))) found.push(dialect);
  return found;
}

async function takeRoot(deps: ImagesDeps, tx: Db, handed: Handed, onlineKeys: OnlineKeys): Promise<MetadataDraft> {
  const { around, drafts, by, bytes } = handed;
  const wire = dialectOf(around.dialect);
  const file = refused('root', () => wire.readRoot(bytes, publishCaps.root));
  const { version, expires } = file.signed;
  const next = (around.root?.signed.version ?? 0) + 1;
  if (version !== next)
    throw badMetadata(
      `The next root is version ${next}, this one is version ${version} (Uptane 5.4.4.3: N + 1 follows N).`,
    );
  checkExpiry('root', expires, deps.clock.now());
  for (const role of ['snapshot', 'timestamp'] as const)
    if ((await onlineKeys.signersOf(tx, role, file.signed)).length < (file.signed.roles.get(role)?.threshold ?? 1))
      throw badMetadata(
        `This root gives the role ${role} to keys that the platform does not hold, so that it could not sign (bulkhead repository online-key ${role}).`,
      );
  const standing = standingOfRoot(file, around.root);
  const good = new Set([...standing.own.valid, ...(standing.previous?.valid ?? [])]);
  const merged = merge(
    file,
    good,
    drafts.find(({ role }) => role === 'root'),
    (kept) => {
      const before = standingOfRoot(wire.readRoot(kept), around.root);
      return new Set([...before.own.valid, ...(before.previous?.valid ?? [])]);
    },
  );
  return put(deps, tx, around, 'root', wire.readRoot(merged), by, [...good]);
}

async function takeTargets(deps: ImagesDeps, tx: Db, role: string, handed: Handed): Promise<MetadataDraft> {
  const { around: published, drafts, by, bytes } = handed;
  const wire = dialectOf(published.dialect);
  const file = refused(role, () => wire.readTargets(bytes, publishCaps.imageTargets));
  const rootDraft = drafts.find((draft) => draft.role === 'root');
  const root = rootDraft && wire.readRoot(rootDraft.bytes);
  const drafted = overlaid(published, { targets: targetsOf(drafts), ...(root ? { root } : {}) });
  const around = overlaid(drafted, { targets: new Map([[role, file]]) });
  if (!around.root) throw noRepository(`There is no root in wire form ${published.dialect}.`);
  const [standing, judged] = standingInEither(role, file, around, published);
  checkTargets(role, file, around, published.targets.get(role), deps.clock.now());
  await requireHeld(tx, file.signed, published.targets.get(role)?.signed);
  const good = new Set(standing.own.valid);
  const merged = merge(
    file,
    good,
    drafts.find((draft) => draft.role === role),
    (kept) => new Set(standingOfTargets(role, wire.readTargets(kept), judged).own.valid),
  );
  return put(deps, tx, drafted, role, wire.readTargets(merged), by, [...good]);
}

/** The keys count that will speak for the role once the drafts are published, or else those that speak for it now. */
function standingInEither(
  role: string,
  file: SignedFile<Targets>,
  next: Collection,
  published: Collection,
): [Standing, Collection] {
  const now = overlaid(published, { targets: new Map([[role, file]]) });
  const speaking = [next, now].filter((around) => authorityOver(role, around) !== undefined);
  const [first] = speaking;
  if (!first) throw notAuthorised(`Nobody delegates to a role ${role}, so no client would ask it (Uptane 5.2.3.2).`);
  for (const around of speaking) {
    const standing = standingOfTargets(role, file, around);
    if (standing.own.valid.length > 0) return [standing, around];
  }
  const delegator = authorityOver(role, first)?.delegator;
  throw notAuthorised(
    `None of the keys to which ${delegator} gives the role ${role} signed this file (Uptane 5.2.3.2, S14).`,
  );
}

/**
 * What is kept: the file with the good signatures of this copy and of the draft that says the same. Another draft is
 * replaced only by a higher version, or when nobody has signed it.
 */
function merge(
  file: SignedFile<Root | Targets>,
  good: ReadonlySet<string>,
  draft: Draft | undefined,
  goodOf: (kept: Uint8Array) => ReadonlySet<string>,
): Uint8Array {
  const copy = { file, good };
  if (good.size === 0) throw notAuthorised('No key that may sign this file has signed it (Uptane 5.2.2).');
  if (!draft) return mergeSignatures([copy]);
  const same = draft.digest.toString('hex') === digestOf(file);
  const kept = goodOf(draft.bytes);
  if (!same && kept.size > 0 && file.signed.version <= draft.version)
    throw draftExists(
      draft.role,
      draft.dialect,
      'it says something else; sign that one, raise the version, or discard it',
    );
  if (!same) return mergeSignatures([copy]);
  const wire = dialectOf(draft.dialect);
  const before = draft.role === 'root' ? wire.readRoot(draft.bytes) : wire.readTargets(draft.bytes);
  return mergeSignatures([{ file: before, good: kept }, copy]);
}

const digestOf = ({ message }: SignedFile<unknown>): string => hash('sha256', message, 'hex');

async function put(
  { bind, clock, announce }: ImagesDeps,
  tx: Db,
  around: Collection,
  role: string,
  file: SignedFile<Root | Targets>,
  by: Actor,
  signedBy: readonly string[] = [],
): Promise<MetadataDraft> {
  const now = clock.now();
  const digest = digestOf(file);
  const { dialect } = around;
  await createDraftStore(tx).putDraft({
    dialect,
    role,
    version: file.signed.version,
    bytes: Buffer.from(file.bytes),
    digest: Buffer.from(digest, 'hex'),
    created_at: now,
    created_by: by.id,
    created_by_name: by.name,
    updated_at: now,
    updated_by_name: by.name,
  });
  const details = { dialect, version: file.signed.version, digest, signedBy: [...signedBy] };
  const action = signedBy.length > 0 ? 'images.add-signatures' : 'images.open-draft';
  await bind(tx).audit.append({ action, subject: role, by, details, at: now });
  await announce?.(tx, 'repository');
  const draft = (await createMetadataViews(tx).draft(dialect, role)) as Draft;
  return describeDraft(draft, around);
}
