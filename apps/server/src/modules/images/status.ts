import { hash } from 'node:crypto';
import type { DialectStatus, MetadataDraft, RepositoryRole, RepositoryStatus } from '@bulkhead/contract';
import {
  type DialectName,
  dialectOf,
  type KeyRing,
  type RoleKeys,
  type SignedFile,
  type Targets,
  topRoles,
} from '@bulkhead/uptane';
import type { Db } from '../../platform/db/database.ts';
import { readCollection, targetsOf } from './collections.ts';
import type { ImagesDeps } from './deps.ts';
import { describeDraft } from './describe-draft.ts';
import { type Collection, overlaid, standingOfRoot } from './domain/collection.ts';
import { allDialects } from './drafts.ts';
import { createImageViews } from './image-views.ts';
import { createMetadataViews, type Draft } from './metadata-views.ts';
import type { OnlineKeys } from './online-keys.ts';

/** The repository as people see it: who may sign what, until when, and what is to be done next. */
export async function describeRepository({ db, blobs }: ImagesDeps, onlineKeys: OnlineKeys): Promise<RepositoryStatus> {
  const keys = await onlineKeys.list();
  const online = new Set(keys.map(({ keyId }) => keyId));
  const found: Described[] = [];
  for (const dialect of allDialects) found.push(await describeDialect(db, dialect, online));
  const dialects = found.map(({ status }) => status);
  const drafts = found.flatMap((one) => one.drafts);
  const totals = await createImageViews(db).totals();
  const freeBytes = await blobs.freeBytes().catch(() => null);
  const roles = found.flatMap((one) => one.roles);
  return { dialects, roles, drafts, onlineKeys: keys, ...totals, freeBytes, next: nextStep(dialects, drafts) };
}

interface Described {
  readonly status: DialectStatus;
  readonly roles: RepositoryRole[];
  readonly drafts: MetadataDraft[];
}

async function describeDialect(db: Db, dialect: DialectName, online: ReadonlySet<string>): Promise<Described> {
  const views = createMetadataViews(db);
  const row = await views.repository(dialect);
  const published = await readCollection(db, dialect);
  const drafts = await views.drafts(dialect);
  const around = withDrafts(published, drafts);
  const status = {
    dialect,
    published: row !== undefined,
    rootVersion: published.root?.signed.version ?? null,
    rootDigest: published.root ? hash('sha256', published.root.message, 'hex') : null,
    signedAt: row?.signed_at.toISOString() ?? null,
    fault: row?.fault ?? null,
  };
  return {
    status,
    roles: await rolesOf(db, dialect, published, online),
    drafts: drafts.map((draft) => describeDraft(draft, draft.role === 'root' ? published : around)),
  };
}

/** What drafts are measured by: the drafted root once it is complete, or while there is no other. */
function withDrafts(published: Collection, drafts: readonly Draft[]): Collection {
  const row = drafts.find(({ role }) => role === 'root');
  const root = row && dialectOf(row.dialect).readRoot(row.bytes);
  const counts = root && (!published.root || standingOfRoot(root, published.root).complete);
  return overlaid(published, { targets: targetsOf(drafts), ...(counts ? { root } : {}) });
}

async function rolesOf(
  db: Db,
  dialect: DialectName,
  { root, targets }: Collection,
  online: ReadonlySet<string>,
): Promise<RepositoryRole[]> {
  if (!root) return [];
  const row = await createMetadataViews(db).repository(dialect);
  const ofTop = topRoles.map((name): RepositoryRole => {
    const keys = root.signed.roles.get(name) as RoleKeys;
    const file = name === 'root' ? root.signed : name === 'targets' ? targets.get('targets')?.signed : undefined;
    const version = {
      root: row?.root_version,
      targets: row?.targets_version,
      snapshot: row?.snapshot_version,
      timestamp: row?.timestamp_version,
    }[name];
    const fresh = name === 'timestamp' ? row?.fresh_until.toISOString() : undefined;
    return {
      ...bare,
      dialect,
      name,
      delegator: null,
      threshold: keys.threshold,
      keys: keysOf(keys, root.signed.keys, online),
      version: version ?? null,
      expires: file?.expires ?? fresh ?? null,
      images: name === 'targets' ? (targets.get('targets')?.signed.targets.size ?? 0) : 0,
    };
  });
  return [...ofTop, ...[...targets].flatMap(([name, file]) => delegatedBy(dialect, name, file, targets, online))];
}

const bare = { paths: [], hardwareIds: null, terminating: false } satisfies Partial<RepositoryRole>;

function delegatedBy(
  dialect: DialectName,
  delegator: string,
  { signed }: SignedFile<Targets>,
  targets: Collection['targets'],
  online: ReadonlySet<string>,
): RepositoryRole[] {
  return (signed.delegations?.list ?? []).flatMap(({ roles, paths, hardwareIds, terminating }) =>
    roles.map((role) => {
      const file = targets.get(role.name)?.signed;
      return {
        dialect,
        name: role.name,
        delegator,
        threshold: role.threshold,
        keys: keysOf(role, signed.delegations?.keys ?? new Map(), online),
        paths: [...paths],
        hardwareIds: hardwareIds ? [...hardwareIds] : null,
        terminating,
        version: file?.version ?? null,
        expires: file?.expires ?? null,
        images: file?.targets.size ?? 0,
      };
    }),
  );
}

const keysOf = ({ keyIds }: RoleKeys, keys: KeyRing, online: ReadonlySet<string>): RepositoryRole['keys'] =>
  keyIds.map((keyId) => ({ keyId, type: keys.get(keyId)?.type ?? 'unknown', online: online.has(keyId) }));

/** One sentence with the command, while the repository is not complete. */
function nextStep(dialects: readonly DialectStatus[], drafts: readonly MetadataDraft[]): string | null {
  if (dialects.some(({ published }) => published)) return null;
  const root = drafts.find(({ role }) => role === 'root');
  const targets = drafts.find(({ role }) => role === 'targets');
  if (!root) return 'Hold the first ceremony: bulkhead repository root -f plan.json';
  if (!root.complete)
    return 'The root waits for signatures: bulkhead repository download root --draft, bulkhead root sign, bulkhead repository upload';
  if (!targets) return 'Open the top-level targets: bulkhead repository targets -f delegations.json';
  if (!targets.complete)
    return 'The targets wait for signatures: bulkhead repository download targets --draft, bulkhead sign, bulkhead repository upload';
  return 'Publish: bulkhead repository publish --dialect a, then b';
}
