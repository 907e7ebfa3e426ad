import type { Fleet, FleetVehicle } from '../fleet/build-fleet.ts';
import type { Endpoints } from '../provision/platform.ts';
import type { SimulatorState } from '../provision/simulator-state.ts';
import { createRandom } from '../random.ts';
import { createSimulatedUpdates, type SimulatedUpdates, type UpdateBehaviour } from '../updates/simulated-updates.ts';
import { createUpdateRoots } from '../updates/update-roots.ts';
import type { SimulatedVehicle } from './simulated-vehicle.ts';

const lookForRootsMs = 10_000;

export interface FleetUpdatesOptions {
  readonly fleet: Fleet;
  readonly state: SimulatorState;
  readonly endpoints: Endpoints;
  readonly updates?: UpdateBehaviour;
}

/** The updates of a fleet: one state of ECUs per vehicle, and the roots that all of them are built with. */
export function createFleetUpdates(
  { fleet, state, endpoints, updates: behaviour }: FleetUpdatesOptions,
  vehicles: readonly SimulatedVehicle[],
) {
  if (!behaviour) return undefined;
  const startedAt = performance.now();
  const directoryOf = (vehicle: FleetVehicle) => state.path('vehicles', vehicle.vin);
  const roots = createUpdateRoots(endpoints, state, () => fleet.vehicles.slice(0, 20).map(directoryOf));
  // whoever has waited for roots, or for its vehicle to stand still, asks again
  let timer: NodeJS.Timeout | undefined;
  const nudge = () => {
    for (const { agent } of vehicles) agent.vehicleChanged();
  };
  return {
    of: (vehicle: FleetVehicle): { readonly updates: SimulatedUpdates } => ({
      updates: createSimulatedUpdates({
        vehicle,
        directory: directoryOf(vehicle),
        directoryOf: (serial) => state.path('ecus', serial),
        random: createRandom(`${fleet.seed}/updates/${vehicle.vin}`),
        behaviour,
        roots: roots.roots,
        elapsed: () => performance.now() - startedAt,
      }),
    }),
    start: (): void => {
      roots.start(lookForRootsMs);
      timer = setInterval(nudge, behaviour.pollSeconds * 500);
    },
    stop: (): void => {
      roots.stop();
      clearInterval(timer);
    },
  };
}
