import type { Random } from '../random.ts';
import type { SimulatedVehicle } from './simulated-vehicle.ts';

/** How long a vehicle is without network on average: a car park, a ferry, a dead spot. */
const meanOfflineMs = 90_000;
const tickMs = 1_000;

/** Keeps about a share of the fleet without network, never the same vehicles for long. */
export function createChurn(random: Random, vehicles: readonly SimulatedVehicle[], share: number) {
  const backAt = new Map<SimulatedVehicle, number>();
  let elapsed = 0;
  let timer: NodeJS.Timeout | undefined;

  function tick(): void {
    elapsed += tickMs;
    for (const [vehicle, at] of backAt) {
      if (at > elapsed) continue;
      backAt.delete(vehicle);
      vehicle.agent.setNetwork(true);
    }
    const expected = (share * vehicles.length * tickMs) / meanOfflineMs;
    const leaving = Math.floor(expected) + (random.chance(expected % 1) ? 1 : 0);
    for (let i = 0; i < leaving; i++) {
      const vehicle = vehicles[random.whole(0, vehicles.length - 1)];
      if (!vehicle || backAt.has(vehicle)) continue;
      backAt.set(vehicle, elapsed + random.exponential(meanOfflineMs));
      vehicle.agent.setNetwork(false);
    }
  }

  return Object.freeze({
    start: (): void => {
      if (share > 0) timer = setInterval(tick, tickMs);
    },
    stop: (): void => clearInterval(timer),
  });
}
