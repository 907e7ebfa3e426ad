import type { CampaignVehicleState as State } from '@bulkhead/contract';
import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import './campaign-tables.ts';
import { rowsOf } from './rows-store.ts';
import { createVehicleLocks, type HeldVehicle } from './vehicle-lock-store.ts';

/** What becomes of it, and what happened. */
export interface Move {
  readonly from: HeldVehicle;
  readonly event: string;
  readonly at: Date;
  readonly state: State;
  readonly cause: string | null;
  readonly detail: string | null;
  readonly attempt: number;
  readonly deferrals: number;
  readonly dueAt: Date | null;
}

/**
 * Writes where vehicles stand. Locks are taken on the rows of vehicles first and on assignments second, each in the order
 * of VINs, so that drivers and reports cannot wait for one another in a ring.
 */
export const createVehicleStore = (db: Db) => ({
  ...createVehicleLocks(db),

  /** Gives vehicles to a campaign unless another one has them; answers those it got. */
  claim: async (
    campaignId: string,
    vehicles: readonly { vin: string; attempt: number }[],
    now: Date,
  ): Promise<Set<string>> => {
    if (vehicles.length === 0) return new Set();
    const { rows } = await sql<{ vin: string }>`
      insert into updates_assignment as a (vin, campaign_id, attempt, changed, changed_at, last_campaign_id)
      select r.vin, ${campaignId}::uuid, r.attempt, pg_current_xact_id(), ${now}::timestamptz, ${campaignId}::uuid
      from ${rowsOf(vehicles, { vin: 'text', attempt: 'int' })} order by r.vin
      on conflict (vin) do update set campaign_id = excluded.campaign_id, attempt = excluded.attempt,
        changed = excluded.changed, changed_at = excluded.changed_at, last_campaign_id = excluded.last_campaign_id
      where a.campaign_id is null returning vin`.execute(db);
    return new Set(rows.map(({ vin }) => vin));
  },

  /** Takes offers back from vehicles that hold one of this campaign. */
  release: async (keys: readonly { campaign_id: string; vin: string }[], now: Date) => {
    if (keys.length === 0) return;
    await sql`update updates_assignment a set campaign_id = null, changed = pg_current_xact_id(), changed_at = ${now}::timestamptz
      from ${rowsOf(keys, { campaign_id: 'uuid', vin: 'text' })} where a.vin = r.vin and a.campaign_id = r.campaign_id`.execute(
      db,
    );
  },

  /** The rows, what happened, and the difference it makes to the counts. */
  write: async (moves: readonly Move[]) => {
    if (moves.length === 0) return;
    await sql`update updates_campaign_vehicle p set state = r.state, cause = r.cause, detail = r.detail, attempt = r.attempt,
        deferrals = r.deferrals, since = r.at, due_at = r.due_at
      from ${rowsOf(moves.map(rowOf), rowTypes)} where p.campaign_id = r.campaign_id and p.vin = r.vin`.execute(db);
    await addEvents(db, moves.map(rowOf));
    await addTallies(db, talliesOf(moves));
  },

  /** Something worth keeping that moved nothing. */
  note: (events: readonly EventRow[]) => addEvents(db, events),

  /** Ends the next vehicles of a lane that were never offered anything, as one set. */
  cancelPending: async (campaignId: string, wave: number, lane: number, from: number, to: number, now: Date) => {
    const { numAffectedRows = 0n } = await sql`update updates_campaign_vehicle
      set state = 'cancelled', cause = 'campaign-cancelled', since = ${now}::timestamptz
      where campaign_id = ${campaignId} and wave = ${wave} and lane = ${lane} and position >= ${from} and position < ${to}
        and state = 'pending'`.execute(db);
    const vehicles = Number(numAffectedRows);
    const where = { campaign_id: campaignId, wave };
    if (vehicles > 0)
      await addTallies(db, [
        { ...where, state: 'pending', cause: '', vehicles: -vehicles },
        { ...where, state: 'cancelled', cause: 'campaign-cancelled', vehicles },
      ]);
    return vehicles;
  },
});
export type VehicleStore = ReturnType<typeof createVehicleStore>;

interface EventRow {
  readonly campaign_id: string;
  readonly vin: string;
  readonly at: Date;
  readonly event: string;
  readonly state: State;
  readonly attempt: number;
  readonly cause: string | null;
  readonly detail: string | null;
}

const rowOf = ({ from, event, at, state, cause, detail, attempt, deferrals, dueAt }: Move) => ({
  campaign_id: from.campaign_id,
  vin: from.vin,
  at,
  event,
  state,
  cause,
  detail,
  attempt,
  deferrals,
  due_at: dueAt,
});

const eventTypes = {
  campaign_id: 'uuid',
  vin: 'text',
  at: 'timestamptz',
  event: 'text',
  state: 'text',
  attempt: 'int',
  cause: 'text',
  detail: 'text',
} as const;
const rowTypes = { ...eventTypes, deferrals: 'int', due_at: 'timestamptz' } as const;

async function addEvents(db: Db, rows: readonly EventRow[]): Promise<void> {
  if (rows.length === 0) return;
  await sql`insert into updates_vehicle_event (campaign_id, vin, at, event, state, attempt, cause, detail)
    select r.* from ${rowsOf(rows, eventTypes)}`.execute(db);
}

interface Tally {
  readonly campaign_id: string;
  readonly wave: number;
  readonly state: State;
  readonly cause: string;
  readonly vehicles: number;
}

function talliesOf(moves: readonly Move[]): Tally[] {
  const sums = new Map<string, Tally>();
  const add = (campaign_id: string, wave: number, state: State, cause: string | null, vehicles: number) => {
    const key = JSON.stringify([campaign_id, wave, state, cause]);
    const sum = (sums.get(key)?.vehicles ?? 0) + vehicles;
    sums.set(key, { campaign_id, wave, state, cause: cause ?? '', vehicles: sum });
  };
  for (const { from, state, cause } of moves) {
    add(from.campaign_id, from.wave, from.state, from.cause, -1);
    add(from.campaign_id, from.wave, state, cause, 1);
  }
  return [...sums.values()].filter(({ vehicles }) => vehicles !== 0);
}

async function addTallies(db: Db, tallies: readonly Tally[]): Promise<void> {
  if (tallies.length === 0) return;
  const types = { campaign_id: 'uuid', wave: 'int', state: 'text', cause: 'text', vehicles: 'bigint' } as const;
  await sql`insert into updates_tally (campaign_id, wave, state, cause, vehicles)
    select r.* from ${rowsOf(tallies, types)}`.execute(db);
}
