import { createImageSet, type DialectName, UptaneError } from '@bulkhead/uptane';
import type { Db } from '../../platform/db/database.ts';
import type { ImagesDeps } from './deps.ts';
import type { Collection } from './domain/collection.ts';
import { badMetadata, ImagesError } from './domain/error.ts';
import { createMetadataViews, type Repository } from './metadata-views.ts';
import type { OnlineKeys } from './online-keys.ts';

const hour = 3_600_000;
/** Uptane deployment guidance: "such as in a day". The snapshot lasts longer, so that the shorter one decides. */
export const lifetimes = Object.freeze({ timestamp: 24 * hour, snapshot: 72 * hour });
export interface SignedSet {
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly versions: { readonly snapshot: number; readonly timestamp: number };
  readonly expires: { readonly snapshot: Date; readonly timestamp: Date };
  readonly before: Repository | undefined;
}

/**
 * Snapshot and timestamp over a collection, with the next versions and our online keys.
 * @throws ImagesError `images.bad-metadata` naming what clients would refuse
 */
export async function signSet(
  { clock }: Pick<ImagesDeps, 'clock'>,
  onlineKeys: Pick<OnlineKeys, 'signersOf'>,
  tx: Db,
  { dialect, root, targets }: Collection,
): Promise<SignedSet> {
  const top = targets.get('targets');
  if (!root || !top)
    throw new ImagesError('images.incomplete', `Wire form ${dialect} lacks ${root ? 'targets' : 'a root'}.`);
  const before = await createMetadataViews(tx).repository(dialect);
  const versions = { snapshot: (before?.snapshot_version ?? 0) + 1, timestamp: (before?.timestamp_version ?? 0) + 1 };
  const now = clock.now();
  const expires = {
    snapshot: new Date(now.getTime() + lifetimes.snapshot),
    timestamp: new Date(now.getTime() + lifetimes.timestamp),
  };
  const keys = {
    snapshot: await onlineKeys.signersOf(tx, 'snapshot', root.signed),
    timestamp: await onlineKeys.signersOf(tx, 'timestamp', root.signed),
  };
  const delegated = new Map(
    [...targets].filter(([role]) => role !== 'targets').map(([role, { bytes }]) => [role, bytes]),
  );
  const unchanged = await unchangedRoles(tx, dialect, targets);
  const previous = before && (await createMetadataViews(tx).file(dialect, 'snapshot', before.snapshot_version))?.bytes;
  try {
    const input = { dialect, root: root.bytes, targets: top.bytes, delegated, versions, expires, now, keys };
    const files = createImageSet({ ...input, previous, mayBeExpired: unchanged });
    return { files, versions, expires, before };
  } catch (error) {
    if (!(error instanceof UptaneError)) throw error;
    throw badMetadata(`Clients would refuse what is to be published: ${error.message}.`, error);
  }
}

/** Roles whose file stays: only these may have expired meanwhile. */
async function unchangedRoles(tx: Db, dialect: DialectName, next: Collection['targets']): Promise<Set<string>> {
  const rows = await createMetadataViews(tx).current(dialect);
  const same = rows.filter(({ role, version }) => next.get(role)?.signed.version === version);
  return new Set(same.map(({ role }) => role).filter((role) => role !== 'targets'));
}
