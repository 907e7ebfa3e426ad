import type { ReleaseDetail } from '@bulkhead/contract';
import { newId } from '@bulkhead/kernel';
import { type Db, inTransaction } from '../../platform/db/database.ts';
import { endedBy, stopCampaignsOf } from './campaign-steps.ts';
import { type Actor, type UpdatesDeps, updatesEvent } from './deps.ts';
import { dossierGaps } from './domain/dossier-gaps.ts';
import { hashChanged, UpdatesError, unknownRelease } from './domain/error.ts';
import { requireOther, requirePerson } from './domain/people.ts';
import { type ReleaseStep, stepRelease } from './domain/release-states.ts';
import { releaseDetail } from './release-detail.ts';
import { createReleaseStore, type ReleaseRow, type ReleaseStore } from './release-store.ts';
import { createReleaseViews, type ReleaseViews } from './release-views.ts';
import { createRxswinViews } from './rxswin-views.ts';

interface Bound {
  readonly hash: string;
  readonly comment: string;
}

interface Desk {
  readonly tx: Db;
  readonly row: ReleaseRow;
  readonly store: ReleaseStore;
  readonly views: ReleaseViews;
  readonly now: Date;
  /** Writes the audit entry of the step. */
  record(verb: string, details?: Record<string, string | number | boolean>): Promise<void>;
}

type AtDesk = (id: string, by: Actor, work: (desk: Desk) => Promise<void>) => Promise<ReleaseDetail>;

/** What happens to a release after it is written: sign-off, approval by two, publication, end. */
export const createAgreements = (deps: UpdatesDeps) => {
  const { db, clock, bind, images, announce } = deps;
  const at: AtDesk = (id, by, work) =>
    inTransaction(db, async (tx) => {
      const store = createReleaseStore(tx);
      const row = await store.hold(id);
      if (!row) throw unknownRelease(id);
      const now = clock.now();
      const { audit } = bind(tx);
      const record: Desk['record'] = (verb, details = {}) => {
        const entry = { id, hash: row.hash.toString('hex'), ...details };
        return audit.append({ action: `updates.${verb}`, subject: row.name, by, details: entry, at: now });
      };
      await work({ tx, row, store, views: createReleaseViews(tx), now, record });
      await announce?.(tx, 'releases');
      return releaseDetail(tx, id, images);
    });
  return { ...agreeing(deps, at), ...issuing(deps, at), diffs: (id: string) => shownDiffs(deps, id) };
};

const agreeing = (deps: UpdatesDeps, at: AtDesk) => ({
  /** @throws UpdatesError `updates.incomplete` naming what is missing */
  submit: (id: string, by: Actor) =>
    at(id, by, async ({ row, store, views, now, record }) => {
      const state = stepRelease(row.name, row.state, 'submit');
      refuseGaps(row, await views.items(id));
      await store.setState(id, state, now);
      await record('submit-release');
    }),

  /** UN R156 7.1.2.5 i. A new sign-off replaces the one before; that it failed also voids approvals. */
  signOff: (id: string, { hash, comment, passed }: Bound & { passed: boolean }, by: Actor) =>
    at(id, by, async ({ row, store, views, now, record }) => {
      const state = stepRelease(row.name, row.state, 'sign-off');
      requirePerson(by);
      requireOther(by, await views.authors(id), 'written parts of this release');
      requireHash(row, hash);
      await store.voidAgreements(id, 'Replaced by a later sign-off', now, 'sign-off');
      if (!passed) await store.voidAgreements(id, 'Verification failed', now, 'approval');
      await store.agree(agreement(row, 'sign-off', by, now, { passed, comment, diffs: [] }));
      await store.setState(id, passed ? row.state : state, now);
      await record('sign-off-release', { passed });
    }),

  /** The second approval makes the release approved. */
  approve: async (id: string, { hash, comment }: Bound, by: Actor) => {
    const diffs = await diffsOf(deps, id);
    return at(id, by, async ({ row, store, views, now, record }) => {
      const state = stepRelease(row.name, row.state, 'approve');
      requirePerson(by);
      requireOther(by, await views.authors(id), 'written parts of this release');
      requireHash(row, hash);
      const good = (await views.agreements(id)).filter(({ voided_at }) => voided_at === null);
      if (!good.some(({ kind, passed }) => kind === 'sign-off' && passed)) throw notSignedOff(row.name);
      const before = good.filter(({ kind }) => kind === 'approval');
      const approvers = before.map(({ by_id }) => ({ id: by_id }));
      requireOther(by, approvers, 'approved it already');
      await store.agree(agreement(row, 'approval', by, now, { passed: true, comment, diffs }));
      if (before.length + 1 >= approvalsNeeded) await store.setState(id, state, now);
      await record('approve-release', { approvals: before.length + 1 });
    });
  },

  return: (id: string, reason: string, by: Actor) =>
    at(id, by, async ({ row, store, now, record }) => {
      const state = stepRelease(row.name, row.state, 'return');
      const voided = await store.voidAgreements(id, `Returned: ${reason}`, now);
      await store.setState(id, state, now);
      await record('return-release', { reason, voided });
    }),
});

const stepTo = (to: 'deprecated' | 'withdrawn'): ReleaseStep => (to === 'deprecated' ? 'deprecate' : 'withdraw');

const issuing = (deps: UpdatesDeps, at: AtDesk) => ({
  publish: (id: string, hash: string, by: Actor) =>
    at(id, by, async ({ tx, row, store, views, now, record }) => {
      stepRelease(row.name, row.state, 'publish');
      requireHash(row, hash);
      const items = await views.items(id);
      for (const item of items) await requireImage(deps, item);
      await requireReleased(tx, row.rxswins);
      await store.publish(id, by, now);
      const software = items.map(({ software_id }) => software_id);
      const payload = { releaseId: id, name: row.name, fixes: await views.fixes(id), software };
      await deps.bind(tx).outbox.publishAll([updatesEvent('updates.release-published', payload)]);
      await record('publish-release');
    }),

  end: (id: string, to: 'deprecated' | 'withdrawn', reason: string, by: Actor) =>
    at(id, by, async ({ tx, row, store, now, record }) => {
      stepRelease(row.name, row.state, stepTo(to));
      await store.end(id, to, reason, by, now);
      if (to === 'withdrawn') await stopCampaignsOf(deps, tx, id, reason, by);
      const payload = { releaseId: id, name: row.name, state: to, reason };
      await deps.bind(tx).outbox.publishAll([updatesEvent('updates.release-ended', payload)]);
      await record(`${stepTo(to)}-release`, { reason });
    }),

  /** What `end` would stop; refuses what it would refuse. Only a withdrawal stops anything. */
  endedBy: async (id: string, to: 'deprecated' | 'withdrawn') => {
    const row = await createReleaseViews(deps.db).byId(id);
    if (!row) throw unknownRelease(id);
    const state = stepRelease(row.name, row.state, stepTo(to));
    const stopped = to === 'withdrawn' ? await endedBy(deps.db, id) : { campaigns: 0, vehicles: 0 };
    return { ...stopped, state };
  },
});

async function shownDiffs(deps: UpdatesDeps, id: string) {
  const { contents } = await releaseDetail(deps.db, id, deps.images);
  const diffs = await diffsOf(deps, id);
  const before = await createReleaseViews(deps.db).software(
    diffs.flatMap(({ fromSoftwareId }) => fromSoftwareId ?? []),
  );
  const versions = new Map(before.map(({ id: softwareId, version }) => [softwareId, version]));
  const items = contents.map(({ role, software, version, fromSoftwareId }, i) => ({
    role,
    software,
    from: versions.get(fromSoftwareId ?? '') ?? null,
    to: version,
    diff: diffs[i]?.diff ?? null,
  }));
  return { items };
}

function refuseGaps(row: ReleaseRow, items: readonly unknown[]): void {
  const gaps = dossierGaps({ models: row.models, items, dossier: row.dossier });
  if (gaps.length === 0) return;
  throw new UpdatesError(
    'updates.incomplete',
    `${gaps.length} things are missing before verification can begin, first: ${gaps[0]?.message} (UN R156 ${gaps[0]?.clause})`,
    { fields: Object.fromEntries(gaps.map(({ field, message }) => [field, message])) },
  );
}

const approvalsNeeded = 2;

const agreement = (
  row: ReleaseRow,
  kind: 'sign-off' | 'approval',
  by: Actor,
  at: Date,
  more: { passed: boolean; comment: string; diffs: unknown },
) => ({ id: newId(), release_id: row.id, kind, hash: row.hash, at, by_id: by.id, by_name: by.name, ...more });

function requireHash(row: ReleaseRow, hash: string): void {
  if (row.hash.toString('hex') !== hash) throw hashChanged();
}

const notSignedOff = (name: string) =>
  new UpdatesError(
    'updates.not-signed-off',
    `Nobody has signed off the verification of ${name} as it is now: that comes before approval (UN R156 7.1.2.5 i).`,
  );

/** The differences as they stand now, kept with the approval: findings change, what was agreed to must not. */
async function diffsOf({ db, diffOf }: UpdatesDeps, id: string) {
  const items = await createReleaseViews(db).items(id);
  return Promise.all(
    items.map(async ({ software_id, from_software_id }) => ({
      softwareId: software_id,
      fromSoftwareId: from_software_id,
      diff: from_software_id === null ? null : ((await diffOf?.(from_software_id, software_id)) ?? null),
    })),
  );
}

/** What is shipped must be what the repository holds. @throws UpdatesError `updates.bad-contents` */
async function requireImage(
  { images }: UpdatesDeps,
  item: { sha256: Buffer; sha512: Buffer | null; length: string; file_name: string },
): Promise<void> {
  if (!images || (images.isOpen && !(await images.isOpen()))) return;
  const sha256 = item.sha256.toString('hex');
  const image = await images.byDigest(sha256);
  const same =
    image !== undefined &&
    image.length === Number(item.length) &&
    (item.sha512 === null || image.sha512 === null || image.sha512 === item.sha512.toString('hex'));
  if (same) return;
  throw new UpdatesError(
    'updates.bad-contents',
    image
      ? `The image ${item.file_name} in the repository has another length or SHA-512 than the release says.`
      : `The image repository does not hold ${item.file_name} (SHA-256 ${sha256}): upload it first.`,
  );
}

/** UN R156 7.1.1.3: what an identifier stands for afterwards is settled before the update is issued. */
async function requireReleased(tx: Db, rxswins: readonly string[]): Promise<void> {
  const draft = (await createRxswinViews(tx).byIds(rxswins)).find(({ state }) => state === 'draft');
  if (draft)
    throw new UpdatesError(
      'updates.bad-contents',
      `The definition of ${draft.rxswin} version ${draft.version} is a draft: release it first.`,
    );
}
