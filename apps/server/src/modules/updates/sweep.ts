import { engine } from './campaign-life.ts';
import type { Drive } from './drive-context.ts';
import { move } from './drive-context.ts';
import { tellUndelivered } from './undelivered.ts';

/**
 * What was ordered for many vehicles is carried out in steps that a kill may interrupt anywhere: the order stands in the
 * campaign's row until nothing is left to do. Answers whether there may be more.
 */
export async function sweep(drive: Drive): Promise<boolean> {
  const { row, store } = drive;
  if (row.sweep === null) return false;
  const moved =
    row.sweep === 'cancel'
      ? await cancelSome(drive)
      : row.sweep === 'retry'
        ? await retrySome(drive)
        : await withdrawSome(drive);
  if (moved === 0) {
    await store.set(row.id, { sweep: null });
    if (row.sweep === 'cancel') await tellUndelivered(drive.deps, drive.tx, row, engine);
  }
  return moved > 0;
}

/** A stopped campaign takes its offers back; what is being installed cannot be taken back. */
async function withdrawSome({ tx, row, vehicles, now, budget }: Drive): Promise<number> {
  const held = await vehicles.holdServed(row.id, ['offered', 'consented', 'downloading', 'downloaded'], budget);
  return move({ tx, row, now }, held, () => ({ event: 'withdraw', at: now, cause: 'campaign-stopped' }));
}

async function cancelSome(drive: Drive): Promise<number> {
  const { tx, row, vehicles, now, budget } = drive;
  const cancelled = () => ({ event: 'cancel' as const, at: now, cause: 'campaign-cancelled' });
  const states = [
    'offered',
    'consented',
    'downloading',
    'downloaded',
    'installing',
    'installed-awaiting-report',
  ] as const;
  const served = await move({ tx, row, now }, await vehicles.holdServed(row.id, states, budget), cancelled);
  if (served > 0) return served;
  const waiting = await move({ tx, row, now }, await vehicles.holdWaiting(row.id, budget), cancelled);
  return waiting > 0 ? waiting : cancelPending(drive);
}

/** Vehicles that were never offered anything end as a set: one line in the log of the campaign speaks for them. */
async function cancelPending({ row, store, vehicles, now, budget }: Drive): Promise<number> {
  const lane = (await store.lanes(row.id)).find(({ next, size }) => next < size);
  if (!lane) return 0;
  const to = Math.min(lane.size, lane.next + 10 * budget);
  await vehicles.cancelPending(row.id, lane.wave, lane.lane, lane.next, to, now);
  await store.advanceLane(row.id, lane.wave, lane.lane, to);
  return to - lane.next;
}

/** One more attempt for vehicles that failed, after a correction that two people agreed to. */
async function retrySome({ tx, row, vehicles, now, budget }: Drive): Promise<number> {
  const held = await vehicles.holdFailed(row.id, ['failed', 'timed-out', 'rolled-back', 'unreachable'], budget);
  return move({ tx, row, now }, held, () => ({ event: 'retry', at: now, cause: 'retried' }));
}
