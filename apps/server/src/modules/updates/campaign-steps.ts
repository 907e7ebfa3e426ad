import type { CampaignConsequence, CampaignRequest } from '@bulkhead/contract';
import { newId } from '@bulkhead/kernel';
import { type Db, inTransaction } from '../../platform/db/database.ts';
import { requestOf } from './campaign-detail.ts';
import { type Chapter, enter } from './campaign-life.ts';
import { type CampaignRow, createCampaignStore } from './campaign-store.ts';
import { createCampaignViews } from './campaign-views.ts';
import type { Actor, UpdatesDeps } from './deps.ts';
import { stepCampaign } from './domain/campaign-states.ts';
import { hashChanged, UpdatesError, unknownCampaign, unknownRequest, wrongState } from './domain/error.ts';
import { requireOther, requirePerson } from './domain/people.ts';
import { inFlight } from './domain/vehicle-states.ts';
import { judgedWaves } from './judge.ts';
import { createReleaseViews } from './release-views.ts';
import { cancel, rollBack } from './rolling-back.ts';
import { createRxswinStore } from './rxswin-store.ts';
import { requirePublished, startCampaign } from './starting.ts';

interface Order {
  readonly dryRun: boolean;
  readonly reason: string;
}
interface Asked extends Order {
  readonly hash?: string;
}
type Danger = CampaignRequest['action'];

/** What people do to a campaign. Halting is done at once by one; letting loose needs two, bound to the hash they read. */
export const createCampaignSteps = (deps: UpdatesDeps) => ({
  pause: (id: string, order: Order, by: Actor) => act(deps, id, order, by, 'pause', pauseNow),
  stop: (id: string, order: Order, by: Actor) => act(deps, id, order, by, 'stop', stopNow),
  cancel: (id: string, order: Order, by: Actor) =>
    act(deps, id, order, by, 'cancel', (chapter, reason) => cancel(chapter, `Cancelled: ${reason}`)),
  start: (id: string, asked: Asked, by: Actor) => ask(deps, id, asked, by, 'start'),
  rollBack: (id: string, asked: Asked, by: Actor) => ask(deps, id, asked, by, 'roll-back'),
  /** A campaign that was only paused goes on at one person's word. */
  resume: async (id: string, asked: Asked, by: Actor): Promise<CampaignConsequence> => {
    const row = await createCampaignViews(deps.db).byId(id);
    if (!row) throw unknownCampaign(id);
    const needsTwo = row.state !== 'paused' || row.amended;
    return needsTwo ? ask(deps, id, asked, by, 'resume') : act(deps, id, asked, by, 'resume', resumeNow);
  },
  decide: (requestId: string, decision: Decision, by: Actor) => decide(deps, requestId, decision, by),
});

const pauseNow = (chapter: Chapter, reason: string) =>
  enter(chapter, 'paused', `Paused: ${reason}`, { verb: 'pause', event: 'updates.campaign-stopped' });

const stopNow = (chapter: Chapter, reason: string) =>
  enter(chapter, 'stopped', `Stopped: ${reason}`, {
    verb: 'stop',
    values: { sweep: 'withdraw', wake_at: chapter.now },
    event: 'updates.campaign-stopped',
  });

/**
 * Errors that made a wave fail are forgiven: a person has looked at them; only what comes after is judged. A wave that fell
 * short is accepted as it is.
 */
async function resumeNow(chapter: Chapter, reason: string): Promise<void> {
  const { tx, row, now } = chapter;
  await requirePublished(tx, row.release_id);
  const store = createCampaignStore(tx);
  await store.fold(row.id);
  for (const { row: wave, standing, verdict } of await judgedWaves({ tx, row })) {
    if (wave.state === 'waiting') continue;
    if (row.retry_failed) await store.setWave(row.id, wave.ordinal, { forgiven_errors: 0, forgiven_ended: 0 });
    else if (verdict === 'failed')
      await store.setWave(row.id, wave.ordinal, { forgiven_errors: standing.errors, forgiven_ended: standing.ended });
    else if (verdict === 'fell-short') await store.setWave(row.id, wave.ordinal, { accepted: true });
  }
  const release = await createReleaseViews(tx).byId(row.release_id);
  await createRxswinStore(tx).begin(row.id, release?.rxswins ?? [], Number(row.eligible), now);
  const sweep = row.retry_failed ? ('retry' as const) : null;
  const values = { amended: false, retry_failed: false, sweep, rate_at: now, rate_credit: 1, wake_at: now };
  await enter(chapter, 'running', `Resumed: ${reason}`, { verb: 'resume', values });
}

async function act(
  deps: UpdatesDeps,
  id: string,
  { dryRun, reason }: Order,
  by: Actor,
  step: 'pause' | 'stop' | 'cancel' | 'resume',
  apply: (chapter: Chapter, reason: string) => Promise<void>,
): Promise<CampaignConsequence> {
  return inTransaction(deps.db, async (tx) => {
    const store = createCampaignStore(tx);
    const row = await store.hold(id);
    if (!row) throw unknownCampaign(id);
    const state = stepCampaign(row.name, row.state, step);
    const now = deps.clock.now();
    const { vehicles, text } = await consequenceOf(tx, row, step);
    const hash = row.hash.toString('hex');
    if (dryRun) return { state: row.state, vehicles, text, hash, request: null };
    await apply({ deps, tx, row, now, by }, reason);
    await store.voidRequests(id, `The campaign is ${state} now`, now);
    return { state, vehicles, text, hash, request: null };
  });
}

/** Counted before it is done, in the words of what it means. */
async function consequenceOf(tx: Db, row: CampaignRow, step: 'pause' | 'stop' | 'cancel' | Danger) {
  const counts = await createCampaignViews(tx).counts([row.id]);
  const sum = (pick: (state: string) => boolean) =>
    counts.filter(({ wave, state }) => wave > 0 && pick(state)).reduce((all, { vehicles }) => all + vehicles, 0);
  const underWay = sum((state) => inFlight.has(state as never));
  const installing = sum((state) => ['installing', 'installed-awaiting-report', 'cancel-rejected'].includes(state));
  const waiting = sum((state) => ['pending', 'scheduled', 'deferred'].includes(state));
  const updated = sum((state) => state === 'succeeded');
  const rest = underWay + waiting;
  switch (step) {
    case 'pause':
      return {
        vehicles: waiting,
        text: `${waiting} vehicles get no offer until it is resumed; ${underWay} under way go on.`,
      };
    case 'stop':
      return {
        vehicles: rest,
        text: `${underWay - installing} vehicles lose their offer, ${waiting} get none; ${installing} are installing and cannot be reached.`,
      };
    case 'cancel':
      return {
        vehicles: rest,
        text: `${rest} vehicles will not be updated; ${installing} of them are installing and cannot be reached; ${updated} are updated already.`,
      };
    case 'roll-back':
      return {
        vehicles: updated + installing,
        text: `${updated + installing} vehicles are taken back to the former software; ${rest - installing} will not be updated.`,
      };
    default:
      return {
        vehicles: rest,
        text: `${rest} vehicles will be offered the update, in ${row.wave === 0 ? 'the waves as planned' : `the waves from ${row.wave} on`}.`,
      };
  }
}

const stepOf = { start: 'start', resume: 'resume', 'roll-back': 'roll-back' } as const;

/** Writes down what somebody asks for; a second person decides. */
function ask(
  deps: UpdatesDeps,
  id: string,
  { dryRun, reason, hash }: Asked,
  by: Actor,
  action: Danger,
): Promise<CampaignConsequence> {
  return inTransaction(deps.db, async (tx) => {
    const store = createCampaignStore(tx);
    const row = await store.hold(id);
    if (!row) throw unknownCampaign(id);
    stepCampaign(row.name, row.state, stepOf[action]);
    await requireShippable(tx, row, action);
    const { vehicles, text } = await consequenceOf(tx, row, action);
    const own = row.hash.toString('hex');
    const answer = { state: row.state, vehicles, text, hash: own };
    if (dryRun) return { ...answer, request: null };
    if (hash !== own) throw hashChanged();
    const now = deps.clock.now();
    await store.voidRequests(id, 'Replaced by a later request', now);
    const requestId = newId(now.getTime());
    await store.request({
      id: requestId,
      campaign_id: id,
      action,
      state: 'open',
      hash: row.hash,
      vehicles,
      reason,
      requested_at: now,
      requested_by: by.id,
      requested_by_name: by.name,
    });
    await store.log(id, now, `ask-${action}`, reason, by);
    const details = { id, requestId, hash: own, vehicles, reason };
    await deps
      .bind(tx)
      .audit.append({ action: `updates.ask-${action}-campaign`, subject: row.name, by, details, at: now });
    await deps.announce?.(tx, 'campaigns');
    const request = await createCampaignViews(tx).request(requestId);
    return { ...answer, request: request ? requestOf(request) : null };
  });
}

async function requireShippable(tx: Db, row: CampaignRow, action: Danger): Promise<void> {
  if (action !== 'roll-back') return requirePublished(tx, row.release_id);
  if (row.rollback_release_id === null)
    throw new UpdatesError('updates.bad-campaign', `${row.name} names no release to go back to.`);
  await requirePublished(tx, row.rollback_release_id);
}

interface Decision {
  readonly agree: boolean;
  readonly hash: string;
  readonly comment: string;
}

/** Somebody other than who asked agrees to exactly what was asked for, or refuses. */
function decide(
  deps: UpdatesDeps,
  requestId: string,
  { agree, hash, comment }: Decision,
  by: Actor,
): Promise<CampaignRequest> {
  return inTransaction(deps.db, async (tx) => {
    const views = createCampaignViews(tx);
    const known = await views.request(requestId);
    if (!known) throw unknownRequest(requestId);
    const store = createCampaignStore(tx);
    // the campaign first, as everybody does
    const row = await store.hold(known.campaign_id);
    const request = await store.holdRequest(requestId);
    if (!row || !request) throw unknownRequest(requestId);
    if (request.state !== 'open') throw wrongState('The request', request.state, ['open']);
    requirePerson(by);
    requireOther(by, [{ id: request.requested_by }], 'asked for it');
    if (hash !== row.hash.toString('hex') || !request.hash.equals(row.hash)) throw hashChanged();
    const now = deps.clock.now();
    await store.decide(requestId, agree ? 'approved' : 'rejected', comment, by, now);
    const verb = agree ? 'agree' : 'refuse';
    const details = { id: row.id, requestId, action: request.action, hash, comment };
    await deps.bind(tx).audit.append({ action: `updates.${verb}-campaign`, subject: row.name, by, details, at: now });
    await store.log(row.id, now, `${verb}-${request.action}`, comment, by);
    if (agree) await carryOut({ deps, tx, row, now, by }, request.action, request.reason);
    await deps.announce?.(tx, 'campaigns');
    const decided = await views.request(requestId);
    if (!decided) throw unknownRequest(requestId);
    return requestOf(decided);
  });
}

async function carryOut(chapter: Chapter, action: Danger, reason: string): Promise<void> {
  const { deps, tx, row, by } = chapter;
  stepCampaign(row.name, row.state, stepOf[action]);
  await requireShippable(tx, row, action);
  if (action === 'start') await startCampaign(deps, tx, row.id, `Started: ${reason}`, by);
  else if (action === 'resume') await resumeNow(chapter, reason);
  else await rollBack(chapter, reason);
}

/** A release that is withdrawn takes its campaigns with it. */
export async function stopCampaignsOf(
  deps: UpdatesDeps,
  tx: Db,
  releaseId: string,
  reason: string,
  by: Actor,
): Promise<void> {
  const store = createCampaignStore(tx);
  for (const { id } of await createCampaignViews(tx).ofRelease(releaseId)) {
    const row = await store.hold(id);
    if (row?.release_id !== releaseId || (row.state !== 'running' && row.state !== 'paused')) continue;
    await stopNow({ deps, tx, row, now: deps.clock.now(), by }, `the release was withdrawn: ${reason}`);
  }
}

/** What ending a release would stop. */
export async function endedBy(db: Db, releaseId: string): Promise<{ campaigns: number; vehicles: number }> {
  const views = createCampaignViews(db);
  const open = (await views.ofRelease(releaseId)).filter(({ state }) => state === 'running' || state === 'paused');
  const counts = await views.counts(open.map(({ id }) => id));
  const rest = counts.filter(
    ({ wave, state }) => wave > 0 && (inFlight.has(state) || ['pending', 'scheduled', 'deferred'].includes(state)),
  );
  return { campaigns: open.length, vehicles: rest.reduce((all, { vehicles }) => all + vehicles, 0) };
}
