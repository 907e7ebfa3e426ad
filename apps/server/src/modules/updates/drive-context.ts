import type { Db } from '../../platform/db/database.ts';
import { engine, enter } from './campaign-life.ts';
import type { CampaignRow, CampaignStore } from './campaign-store.ts';
import type { UpdatesDeps } from './deps.ts';
import { stepCampaign } from './domain/campaign-states.ts';
import { applyMoves, moveOf, type Told } from './moves.ts';
import type { HeldVehicle } from './vehicle-lock-store.ts';
import type { VehicleStore } from './vehicle-store.ts';

/** One step of a campaign, in its transaction. */
export interface Drive {
  readonly deps: UpdatesDeps;
  readonly tx: Db;
  readonly row: CampaignRow;
  readonly store: CampaignStore;
  readonly vehicles: VehicleStore;
  readonly now: Date;
  /** Vehicles that one step may move. */
  readonly budget: number;
}

/** Applies one happening to many vehicles; answers how many it changed. */
export async function move(
  { tx, row, now }: Pick<Drive, 'tx' | 'row' | 'now'>,
  held: readonly HeldVehicle[],
  told: (vehicle: HeldVehicle) => Told,
): Promise<number> {
  const moves = held.flatMap((vehicle) => moveOf(vehicle, told(vehicle), row.rules) ?? []);
  await applyMoves(tx, moves, row, now);
  return moves.length;
}

/** Halts a campaign by itself, with the reason in words. */
export async function halt({ deps, tx, row, now }: Drive, to: 'stopped' | 'paused', why: string): Promise<void> {
  const state = stepCampaign(row.name, row.state, to === 'stopped' ? 'stop' : 'pause');
  const values = to === 'stopped' ? { sweep: 'withdraw' as const, wake_at: now } : {};
  await enter({ deps, tx, row, now, by: engine }, state, why, {
    verb: to === 'stopped' ? 'stop' : 'pause',
    values,
    event: 'updates.campaign-stopped',
  });
}
