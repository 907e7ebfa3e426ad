import type { CampaignRules } from '@bulkhead/contract';
import type { Db } from '../../platform/db/database.ts';
import { inFlight } from './domain/vehicle-states.ts';
import { type Happening, stepVehicle } from './domain/vehicle-step.ts';
import type { HeldVehicle } from './vehicle-lock-store.ts';
import { createVehicleStore, type Move } from './vehicle-store.ts';

export type Told = Happening & { readonly detail?: string | null };

/** What a happening makes of a vehicle, or undefined when it changes nothing. */
export function moveOf(vehicle: HeldVehicle, told: Told, rules: CampaignRules): Move | undefined {
  const step = stepVehicle(vehicle, told, rules);
  if (!step) return undefined;
  return { ...step, from: vehicle, event: told.event, at: told.at, detail: told.detail ?? null };
}

/** The vehicle after a move, for the next one in the same transaction. */
export const after = ({ from, state, cause, detail, attempt, deferrals }: Move): HeldVehicle => ({
  ...from,
  state,
  cause,
  detail,
  attempt,
  deferrals,
});

export interface Mover {
  readonly kind: 'rollout' | 'rollback';
  readonly parent_id: string | null;
}

/**
 * Writes moves of vehicles of one campaign that the transaction holds. Vehicles that no longer hold an offer are given free;
 * those that were taken back count as rolled back in the campaign that had updated them.
 */
export async function applyMoves(tx: Db, moves: readonly Move[], campaign: Mover, now: Date): Promise<void> {
  if (moves.length === 0) return;
  const store = createVehicleStore(tx);
  await store.write(moves);
  const left = moves.filter(({ from, state }) => inFlight.has(from.state) && !inFlight.has(state));
  await store.release(
    left.map(({ from }) => from),
    now,
  );
  const back = campaign.kind === 'rollback' ? moves.filter(({ state }) => state === 'succeeded') : [];
  if (campaign.parent_id === null || back.length === 0) return;
  const parentId = campaign.parent_id;
  const held = await store.hold(back.map(({ from }) => ({ campaign_id: parentId, vin: from.vin })));
  const told: Told = { event: 'taken-back', at: now, cause: 'rolled-back' };
  await store.write(held.flatMap((vehicle) => moveOf(vehicle, told, noRetries) ?? []));
}

const noRetries: CampaignRules = Object.freeze({
  rate: { perMinute: 1 },
  maxInFlight: 1,
  windows: [],
  timeouts: {
    offered: 1,
    consented: 1,
    downloading: 1,
    downloaded: 1,
    installing: 1,
    'installed-awaiting-report': 1,
  },
  retries: [],
  deferral: { times: 0, hours: 1 },
  onError: 'stop',
  countAsError: [],
});
