import { engine } from './campaign-life.ts';
import { type Check, createCompatibilityViews } from './compatibility-views.ts';
import { creditAt, currentRate } from './domain/rate.ts';
import { type Opening, openingAt } from './domain/windows.ts';
import type { Drive } from './drive-context.ts';
import { move } from './drive-context.ts';
import type { Judgement } from './judge.ts';
import { applyMoves, moveOf } from './moves.ts';
import { createReleaseViews } from './release-views.ts';
import type { HeldVehicle } from './vehicle-lock-store.ts';
import type { Move } from './vehicle-store.ts';

/** How long a vehicle waits that another campaign has. */
const busyMinutes = 10;

interface Lane {
  readonly wave: number;
  readonly lane: number;
  readonly time_zone: string;
  readonly size: number;
  readonly next: number;
}

/**
 * Makes the offers that rate, limit in flight, windows and waves allow: first to vehicles that wait for another attempt,
 * then to the next ones of each lane whose window is open. Answers how many vehicles were moved.
 */
export async function offer(drive: Drive, { waves, inFlight, succeeded }: Judgement): Promise<number> {
  const { row, store, now, budget } = drive;
  const lanes = await store.lanes(row.id);
  const notified = lanes.reduce((all, { next }) => all + next, 0);
  const perMinute = currentRate(row.rules.rate, { notified, succeeded });
  const credit = creditAt(row.rate_credit, row.rate_at ?? now, now, perMinute);
  const room = Math.min(Math.floor(credit), row.rules.maxInFlight - inFlight, budget);
  const begun = new Set(waves.filter((wave) => wave.row.state !== 'waiting').map((wave) => wave.row.ordinal));
  const windows = new Map<string, Opening>();
  const opening = (zone: string) => {
    const known = windows.get(zone) ?? openingAt(row.rules.windows, zone, now);
    windows.set(zone, known);
    return known;
  };
  const counters = room > 0 ? await offerSome(drive, lanes, begun, opening, room) : { offered: 0, moved: 0 };
  await store.set(row.id, { rate_credit: credit - counters.offered, rate_at: now });
  return counters.moved;
}

async function offerSome(
  drive: Drive,
  lanes: readonly Lane[],
  begun: ReadonlySet<number>,
  opening: (zone: string) => Opening,
  room: number,
): Promise<{ offered: number; moved: number }> {
  const { row, store, vehicles, now } = drive;
  const again = await vehicles.holdReady(row.id, now, room);
  const closed = await postpone(drive, again, lanes, opening);
  const held = again.filter(({ vin }) => !closed.has(vin));
  const from: Record<string, [number, number]> = {};
  for (const lane of lanes) {
    const left = room - held.length;
    if (left <= 0) break;
    if (lane.next >= lane.size || !begun.has(lane.wave) || !opening(lane.time_zone).open) continue;
    const to = Math.min(lane.size, lane.next + left);
    held.push(...(await vehicles.holdPending(row.id, lane.wave, lane.lane, lane.next, to)));
    await store.advanceLane(row.id, lane.wave, lane.lane, to);
    from[`${lane.wave}/${lane.time_zone}`] = [lane.next, to];
  }
  if (held.length === 0) return { offered: 0, moved: closed.size };
  const offered = await give(drive, held);
  const details = { id: row.id, vehicles: held.length, offered, places: from };
  await drive.deps
    .bind(drive.tx)
    .audit.append({ action: 'updates.offer', subject: row.name, by: engine, details, at: now });
  return { offered, moved: held.length + closed.size };
}

/** Outside of its window a vehicle waits for the next one. */
async function postpone(
  { tx, row, now }: Drive,
  held: readonly HeldVehicle[],
  lanes: readonly Lane[],
  opening: (zone: string) => Opening,
): Promise<Set<string>> {
  const zones = new Map(lanes.map((lane) => [`${lane.wave}/${lane.lane}`, lane.time_zone]));
  const openingOf = (vehicle: HeldVehicle) => opening(zones.get(`${vehicle.wave}/${vehicle.lane}`) ?? 'UTC');
  const closed = held.filter((vehicle) => !openingOf(vehicle).open);
  await move({ tx, row, now }, closed, (vehicle) => {
    const { until } = openingOf(vehicle);
    return { event: 'schedule', at: now, cause: 'window', ...(until ? { until } : {}) };
  });
  return new Set(closed.map(({ vin }) => vin));
}

/**
 * Each vehicle is compared once more with what is known of it now (UN R156 7.1.1.7), then it is claimed: a vehicle that
 * another campaign has waits.
 */
async function give({ tx, row, vehicles, now, deps }: Drive, held: readonly HeldVehicle[]): Promise<number> {
  const ordered = held.toSorted((a, b) => (a.vin < b.vin ? -1 : 1));
  const faults = await faultsOf({ tx, row, deps }, ordered);
  const fit = ordered.filter(({ vin }) => !faults.has(vin));
  const claimed = await vehicles.claim(
    row.id,
    fit.map(({ vin, attempt }) => ({ vin, attempt })),
    now,
  );
  const moves = ordered.flatMap((vehicle): Move[] => {
    const fault = faults.get(vehicle.vin);
    const made =
      fault?.reason === 'up-to-date'
        ? moveOf(vehicle, { event: 'verified', at: now, detail: 'It had the release already' }, row.rules)
        : fault
          ? moveOf(vehicle, { event: 'exclude', at: now, cause: fault.reason, detail: fault.subject }, row.rules)
          : claimed.has(vehicle.vin)
            ? moveOf(vehicle, { event: 'offer', at: now }, row.rules)
            : moveOf(
                vehicle,
                { event: 'schedule', at: now, cause: 'busy', until: new Date(now.getTime() + busyMinutes * 60_000) },
                row.rules,
              );
    return made ? [made] : [];
  });
  await applyMoves(tx, moves, row, now);
  return claimed.size;
}

async function faultsOf({ tx, row }: Pick<Drive, 'tx' | 'row' | 'deps'>, held: readonly HeldVehicle[]) {
  const views = createReleaseViews(tx);
  const own = createCompatibilityViews(tx);
  const release = await views.byId(row.release_id);
  const check: Check = await own.checkOf({
    models: release?.models ?? [],
    rules: release?.rules ?? [],
    items: await views.items(row.release_id),
  });
  const vins = held.map(({ vin }) => vin);
  const found = await own.verdicts(check, own.theseVins(vins));
  const judged = new Map(found.map((row) => [row.vin, row]));
  const faults = new Map<string, { reason: string; subject: string }>();
  for (const vin of vins) {
    const verdict = judged.get(vin);
    if (!verdict) faults.set(vin, { reason: 'retired', subject: '' });
    else if (verdict.reason !== null) faults.set(vin, { reason: verdict.reason, subject: verdict.subject ?? '' });
  }
  return faults;
}
