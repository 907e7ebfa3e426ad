import { hash } from 'node:crypto';
import { type DialectName, dialectOf, type SignedFile, type Targets } from '@bulkhead/uptane';
import { type Db, inTransaction } from '../../platform/db/database.ts';
import { readCollection, targetsOf } from './collections.ts';
import type { Actor, ImagesDeps } from './deps.ts';
import { type Assembly, assemble } from './domain/assemble.ts';
import { authorityOver, type Collection } from './domain/collection.ts';
import { ImagesError, noRepository } from './domain/error.ts';
import { createDraftStore } from './draft-store.ts';
import { createMetadataStore } from './metadata-store.ts';
import { createMetadataViews, type Repository } from './metadata-views.ts';
import type { OnlineKeys } from './online-keys.ts';
import { requireHeld } from './require-held.ts';
import { lifetimes, type SignedSet, signSet } from './sign-set.ts';

const namesShown = 100;

export interface Publication {
  readonly published: { role: string; version: number }[];
  readonly waiting: { role: string; why: string }[];
  readonly added: string[];
  readonly removed: string[];
  readonly images: number;
}

/** Puts complete drafts before the vehicles, and signs snapshot and timestamp anew. */
export const createPublishing = (deps: ImagesDeps, onlineKeys: OnlineKeys, onChanged: () => void) => {
  const { db, bind, clock, announce } = deps;

  const publish = (dialect: DialectName, dryRun: boolean, by: Actor): Promise<Publication> =>
    inTransaction(db, async (tx) => {
      await createMetadataStore(tx).take(dialect);
      const { current, assembly } = await assembleDrafts(tx, dialect);
      const { next, published } = assembly;
      if (published.length === 0 || !next.root || !next.targets.has('targets')) throw nothing(dialect, assembly);
      for (const { role } of published)
        if (role !== 'root') await requireHeld(tx, fileOf(next, role).signed, current.targets.get(role)?.signed);
      const set = await signSet(deps, onlineKeys, tx, next);
      const changes = changesOf(current, assembly);
      if (dryRun) return changes;
      await store(tx, next, set, by);
      for (const { role } of published) await createDraftStore(tx).dropDraft(dialect, role);
      const details = { dialect, published: changes.published, added: changes.added, removed: changes.removed };
      await bind(tx).audit.append({ action: 'images.publish', subject: dialect, by, details, at: clock.now() });
      for (const list of ['images', 'repository'] as const) await announce?.(tx, list);
      return changes;
    });

  const store = async (tx: Db, next: Collection, set: SignedSet, by: Actor): Promise<void> => {
    const { dialect } = next;
    const metadata = createMetadataStore(tx);
    const listed = new Map(
      (await createMetadataViews(tx).current(dialect)).map(({ role, version }) => [role, version]),
    );
    await storeFiles(tx, next, set, { at: clock.now(), by });
    for (const [role, file] of next.targets) {
      // a role that lost its delegation stays in the snapshot, but no client would find what it lists
      if (authorityOver(role, next) === undefined) await metadata.unlist(dialect, role);
      else if (listed.get(role) !== file.signed.version) await storeListing(tx, dialect, role, file, clock.now());
    }
    const { root } = next;
    await metadata.putRepository({
      dialect,
      root_version: root?.signed.version ?? 0,
      targets_version: fileOf(next, 'targets').signed.version,
      snapshot_version: set.versions.snapshot,
      timestamp_version: set.versions.timestamp,
      signed_at: clock.now(),
      fresh_until: set.expires.timestamp,
    });
    onChanged();
  };

  return Object.freeze({
    publish,
    /**
     * Signs snapshot and timestamp anew over what is published, when half of their time has passed. Of two replicas one
     * does it. @throws ImagesError when it cannot be done
     */
    refresh: (dialect: DialectName, by: Actor): Promise<boolean> =>
      inTransaction(db, async (tx) => {
        await createMetadataStore(tx).take(dialect);
        const row = await createMetadataViews(tx).repository(dialect);
        if (!row || !isDue(row, clock.now())) return false;
        const current = await readCollection(tx, dialect);
        const set = await signSet(deps, onlineKeys, tx, current);
        await store(tx, current, set, by);
        const details = { dialect, snapshot: set.versions.snapshot, timestamp: set.versions.timestamp };
        await bind(tx).audit.append({ action: 'images.sign-anew', subject: dialect, by, details, at: clock.now() });
        return true;
      }),
  });
};
export type Publishing = ReturnType<typeof createPublishing>;

/** Half of the timestamp's life has passed, or what went wrong is to be tried again. */
function isDue({ fresh_until, fault }: Repository, now: Date): boolean {
  return fault !== null || fresh_until.getTime() - now.getTime() < lifetimes.timestamp / 2;
}

async function assembleDrafts(tx: Db, dialect: DialectName): Promise<{ current: Collection; assembly: Assembly }> {
  const current = await readCollection(tx, dialect);
  const rows = await createMetadataViews(tx).drafts(dialect);
  const rootRow = rows.find(({ role }) => role === 'root');
  const root = rootRow && dialectOf(dialect).readRoot(rootRow.bytes);
  return { current, assembly: assemble(current, { root, targets: targetsOf(rows) }) };
}

function nothing(dialect: DialectName, { waiting }: Assembly): ImagesError {
  if (waiting.length === 0) return noRepository(`There is nothing to publish in wire form ${dialect}.`);
  const why = waiting.map(({ role, why: reason }) => `${role}: ${reason}`).join('; ');
  return new ImagesError('images.incomplete', `Nothing can be published yet. ${why}.`);
}

function fileOf({ targets }: Collection, role: string): SignedFile<Targets> {
  const file = targets.get(role);
  if (!file) throw new ImagesError('images.incomplete', `The targets file of ${role} is missing.`);
  return file;
}

async function storeFiles(tx: Db, next: Collection, set: SignedSet, who: { at: Date; by: Actor }): Promise<void> {
  const { dialect, root, targets } = next;
  const wire = dialectOf(dialect);
  const metadata = createMetadataStore(tx);
  const put = async (role: string, version: number, expires: Date) => {
    const bytes = Buffer.from(set.files.get(wire.path(role, version)) as Uint8Array);
    const sha256 = Buffer.from(hash('sha256', bytes, 'hex'), 'hex');
    const row = { dialect, role, version, bytes, sha256, expires, published_at: who.at, published_by: who.by.name };
    await metadata.insertFile(row);
  };
  if (root) await put('root', root.signed.version, new Date(root.signed.expires));
  for (const [role, { signed }] of targets) {
    const expires = new Date(signed.expires);
    if (set.files.has(wire.path(role, signed.version))) await put(role, signed.version, expires);
    await metadata.putCurrent({ dialect, role, version: signed.version, expires, images: signed.targets.size });
  }
  for (const role of ['snapshot', 'timestamp'] as const) {
    await put(role, set.versions[role], set.expires[role]);
    await metadata.dropOldFiles(dialect, role, set.versions[role] - 1);
  }
}

async function storeListing(tx: Db, dialect: DialectName, role: string, file: SignedFile<Targets>, at: Date) {
  const metadata = createMetadataStore(tx);
  await metadata.unlist(dialect, role);
  await metadata.list(
    [...file.signed.targets].map(([name, { length, hashes, custom }]) => ({
      dialect,
      file_name: name,
      sha256: Buffer.from(hashes.get('sha256') ?? '', 'hex'),
      sha512: hashes.has('sha512') ? Buffer.from(hashes.get('sha512') ?? '', 'hex') : null,
      role,
      length,
      hardware_ids: [...(custom?.hardwareIds ?? [])],
      release_counter: custom?.releaseCounter ?? null,
      listed: true,
      first_at: at,
    })),
  );
}

function changesOf(current: Collection, { next, published, waiting }: Assembly): Publication {
  const before = namesOf(current);
  const after = namesOf(next);
  const fresh = [...after].filter(([name, sha256]) => before.get(name) !== sha256).map(([name]) => name);
  const gone = [...before.keys()].filter((name) => !after.has(name));
  return {
    published: published.map((entry) => ({ ...entry })),
    waiting: waiting.map((entry) => ({ ...entry })),
    added: fresh.slice(0, namesShown),
    removed: gone.slice(0, namesShown),
    images: after.size,
  };
}

function namesOf({ targets }: Collection): Map<string, string> {
  return new Map(
    [...targets.values()].flatMap(({ signed }) =>
      [...signed.targets].map(([name, { hashes }]) => [name, hashes.get('sha256') ?? ''] as const),
    ),
  );
}
