import { type Db, inTransaction } from '../../platform/db/database.ts';
import type { Actor, ImagesDeps, Notice } from './deps.ts';
import { createImageViews } from './image-views.ts';
import { createMetadataStore } from './metadata-store.ts';
import { createMetadataViews, type Repository } from './metadata-views.ts';
import type { Publishing } from './publish.ts';
import { createUploadStore } from './upload-store.ts';
import { createUploadViews } from './upload-views.ts';
import { dropUpload } from './uploads.ts';

const day = 86_400_000;
const abandonedAfterMs = 7 * day;
const warnings = [30, 14, 7, 1] as const;
const system: Actor = Object.freeze({ kind: 'system', id: 'images', name: 'image repository' });

/**
 * What the repository does by itself: signs snapshot and timestamp anew in time (attack "freeze"), warns before files that
 * people signed expire, and clears away what was never completed.
 */
export const createKeeper = (deps: ImagesDeps, publishing: Publishing) => {
  const { db, clock, log, metrics } = deps;

  const refreshAll = async (): Promise<void> => {
    for (const row of await createMetadataViews(db).repositories()) {
      try {
        await publishing.refresh(row.dialect, system);
      } catch (error) {
        await reportFault(deps, row, error instanceof Error ? error.message : 'unknown');
        metrics.count('images_signing_failures_total', { dialect: row.dialect });
        log.error({ err: error, dialect: row.dialect }, 'snapshot and timestamp could not be signed anew');
      }
    }
  };

  const watchExpiry = async (): Promise<void> => {
    for (const { dialect, fault, fresh_until } of await createMetadataViews(db).repositories()) {
      const now = clock.now().getTime();
      const seconds = (at: Date) => Math.round((at.getTime() - now) / 1000);
      metrics.gauge('images_signing_fault', fault === null ? 0 : 1, { dialect });
      metrics.gauge('images_metadata_expires_seconds', seconds(fresh_until), { dialect, role: 'timestamp' });
      for (const { role, expires } of await expiringFiles(db, dialect)) {
        const known = role === 'root' || role === 'targets' ? role : 'delegated';
        if (known !== 'delegated')
          metrics.gauge('images_metadata_expires_seconds', seconds(expires), { dialect, role });
        await warn(deps, dialect, role, expires);
      }
    }
  };

  const sweep = async (): Promise<void> => {
    const before = new Date(clock.now().getTime() - abandonedAfterMs);
    for (const { id } of await createUploadViews(db).abandoned(before))
      await inTransaction(db, async (tx) => {
        const row = await createUploadStore(tx).hold(id);
        if (row && row.touched_at < before) await dropUpload(deps, tx, row, system);
      });
    await sweepFiles(deps);
  };

  return Object.freeze({ refreshAll, watchExpiry, sweep });
};
export type Keeper = ReturnType<typeof createKeeper>;

async function expiringFiles(db: Db, dialect: Repository['dialect']): Promise<{ role: string; expires: Date }[]> {
  const views = createMetadataViews(db);
  const root = await views.newestRootExpiry(dialect);
  return [...(root ? [{ role: 'root', expires: root.expires }] : []), ...(await views.current(dialect))];
}

/** A fault is told once for each that differs; the next success clears it. */
function reportFault({ db, clock, notify, announce }: ImagesDeps, row: Repository, fault: string): Promise<void> {
  return inTransaction(db, async (tx) => {
    await createMetadataStore(tx).markFault(row.dialect, fault, clock.now());
    if (row.fault === fault) return;
    await notify?.publish(tx, {
      topic: 'updates.repository',
      severity: 'critical',
      subject: `The Image repository cannot sign its timestamp anew (wire form ${row.dialect})`,
      text: `${fault}\n\nVehicles take the present one until ${row.fresh_until.toISOString()}; after that no update is installed.`,
      link: '/updates/repository',
      data: { dialect: row.dialect, until: row.fresh_until.toISOString() },
      dedupeKey: `images-fault-${row.dialect}-${fault.slice(0, 100)}`,
    });
    await announce?.(tx, 'repository');
  });
}

async function warn({ db, clock, notify }: ImagesDeps, dialect: string, role: string, expires: Date): Promise<void> {
  const left = expires.getTime() - clock.now().getTime();
  const step = [...warnings].reverse().find((days) => left <= days * day);
  if (step === undefined || !notify) return;
  const notice: Notice = {
    topic: 'updates.repository',
    severity: left <= 0 ? 'critical' : step <= 7 ? 'high' : 'medium',
    subject:
      left <= 0 ? `The file of ${role} has expired` : `The file of ${role} expires in ${Math.ceil(left / day)} days`,
    text: `Wire form ${dialect}, ${role}: valid until ${expires.toISOString()}. Its people must sign the next version; vehicles refuse it afterwards.`,
    link: '/updates/repository',
    data: { dialect, role, expires: expires.toISOString() },
    dedupeKey: `images-expiry-${dialect}-${role}-${expires.toISOString()}-${left <= 0 ? 'over' : step}`,
  };
  await inTransaction(db, (tx) => notify.publish(tx, notice));
}

/** Files that no row needs: what a process that died had begun. Younger ones may be on their way into the database. */
async function sweepFiles({ db, clock, blobs }: ImagesDeps): Promise<void> {
  const { blobs: old, drafts } = await blobs.olderThan(new Date(clock.now().getTime() - day));
  const known = await createUploadViews(db).ids();
  for (const draft of drafts) if (!known.has(draft)) await blobs.removeDraft(draft);
  for (let i = 0; i < old.length; i += 500) {
    const some = old.slice(i, i + 500);
    const needed = await createImageViews(db).needed(some);
    for (const sha256 of some.filter((name) => !needed.has(name))) await removeUnneeded(db, blobs, sha256);
  }
}

/** Looks again under the lock that every taker of a blob holds. */
export function removeUnneeded(db: Db, blobs: ImagesDeps['blobs'], sha256: string): Promise<void> {
  return inTransaction(db, async (tx) => {
    await createUploadStore(tx).takeBlobs();
    if (!(await createImageViews(tx).needed([sha256])).has(sha256)) await blobs.remove(sha256);
  });
}
