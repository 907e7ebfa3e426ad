import { setTimeout as sleep } from 'node:timers/promises';
import { AgentError, type Credential, enrol, openState } from '@bulkhead/agent';
import type { FleetEcu, FleetVehicle } from '../fleet/build-fleet.ts';
import type { Endpoints } from '../provision/platform.ts';
import { inParallel } from './in-parallel.ts';

export interface IdentityOptions {
  readonly endpoints: Endpoints;
  readonly directoryOf: (serial: string) => string;
  readonly claimOf: (vehicle: FleetVehicle) => Credential;
  readonly stop: AbortSignal;
}

const attempts = 5;

/** The ECUs that hold a key of their own but do not speak to the platform every day. */
export const quietKeyHolders = ({ ecus, telematics }: FleetVehicle): readonly FleetEcu[] =>
  ecus.filter((ecu) => ecu !== telematics && ecu.role.holdsKey);

/** Enrols one ECU unless it has an identity; the platform being busy is waited out. Returns whether it was new. */
export async function enrolEcu(
  { endpoints, directoryOf, claimOf, stop }: IdentityOptions,
  vehicle: FleetVehicle,
  { serial }: FleetEcu,
): Promise<boolean> {
  const state = openState({ directory: directoryOf(serial), durable: false });
  if (state.identity()) return false;
  const est = { url: endpoints.estUrl, trust: endpoints.trust, vin: vehicle.vin, serial };
  for (let attempt = 1; !stop.aborted; attempt++) {
    try {
      state.saveIdentity(await enrol(est, claimOf(vehicle), state.nextKey()));
      return true;
    } catch (error) {
      const passing = error instanceof AgentError && error.code === 'agent.enrolment-unreachable';
      if (!passing || attempt === attempts) throw error;
      await sleep(500 * 2 ** attempt, undefined, { ref: false });
    }
  }
  return false;
}

/** Gives every ECU of the vehicles that can hold a key its identity, a few at a time. Returns how many were new. */
export async function enrolQuietEcus(
  options: IdentityOptions,
  vehicles: readonly FleetVehicle[],
  width: number,
): Promise<number> {
  const work = vehicles.flatMap((vehicle) => quietKeyHolders(vehicle).map((ecu) => ({ vehicle, ecu })));
  let enrolled = 0;
  await inParallel(
    width,
    work,
    async ({ vehicle, ecu }) => {
      if (await enrolEcu(options, vehicle, ecu)) enrolled += 1;
    },
    options.stop,
  );
  return enrolled;
}
