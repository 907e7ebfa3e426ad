import { inTransaction } from '../../platform/db/database.ts';
import { type CampaignRow, createCampaignStore } from './campaign-store.ts';
import type { UpdatesDeps } from './deps.ts';
import { type Drive, halt, move } from './drive-context.ts';
import { judge } from './judge.ts';
import { offer } from './offer.ts';
import { sweep } from './sweep.ts';
import { createVehicleStore } from './vehicle-store.ts';

/** How soon a campaign is looked at again while vehicles are under way. */
const lookEvery = 1_000;

/**
 * One step of a campaign, one transaction that holds its row: what ran out of time, what was stopped, whether a threshold
 * is crossed, whether a wave is done, and only then who gets the next offers. Answers whether more is due at once.
 */
export function driveStep(deps: UpdatesDeps, id: string, budget = 1_000): Promise<boolean> {
  return inTransaction(deps.db, async (tx) => {
    const store = createCampaignStore(tx);
    const row = await store.hold(id);
    if (!row) return false;
    const now = deps.clock.now();
    const drive: Drive = { deps, tx, row, store, vehicles: createVehicleStore(tx), now, budget };
    const timers = await endOverdue(drive);
    const swept = await sweep(drive);
    await store.fold(id);
    if (row.rules.endsAt && new Date(row.rules.endsAt) <= now && (row.state === 'running' || row.state === 'paused')) {
      await halt(drive, 'stopped', `It has reached the end that was set for it, ${row.rules.endsAt}.`);
      return true;
    }
    // vehicles that get one more attempt first, or their errors would stop the campaign again
    const verdict = row.sweep === 'retry' && swept ? undefined : await judge(drive);
    const begun = !row.rules.startsAt || new Date(row.rules.startsAt) <= now;
    const offered = verdict?.goOn && begun ? await offer(drive, verdict) : 0;
    const more = timers === budget || swept || offered > 0 || verdict?.changed === true;
    await wake(drive, verdict?.state ?? row.state, verdict?.inFlight ?? 1, more);
    return more;
  });
}

/** A time-out leads where the table of states says; whoever deferred is due for an offer again. */
async function endOverdue({ tx, row, vehicles, now, budget }: Drive): Promise<number> {
  const overdue = await vehicles.holdOverdue(row.id, now, budget);
  await move({ tx, row, now }, overdue, (vehicle) => ({
    event: 'time-out',
    at: now,
    ...(vehicle.state === 'deferred'
      ? {}
      : {
          cause: vehicle.state === 'offered' ? 'unreachable' : 'timed-out',
          detail: `Nothing was heard in the state ${vehicle.state}`,
        }),
  }));
  return overdue.length;
}

async function wake(
  { row, store, now }: Drive,
  state: CampaignRow['state'],
  underWay: number,
  more: boolean,
): Promise<void> {
  const asleep = state !== 'running' && underWay === 0 && !more;
  const next = new Date(now.getTime() + (more ? 0 : lookEvery));
  const begins = row.rules.startsAt ? new Date(row.rules.startsAt) : now;
  await store.set(row.id, { wake_at: asleep ? null : begins > next ? begins : next, leased_until: null });
}
