import { type Agent, type Credential, createAgent } from '@bulkhead/agent';
import type { Clock } from '@bulkhead/kernel';
import type { FleetVehicle } from '../fleet/build-fleet.ts';
import { contentHash } from '../fleet/content-hash.ts';
import { programNamed } from '../fleet/software.ts';
import type { Endpoints } from '../provision/platform.ts';
import type { SimulatedUpdates } from '../updates/simulated-updates.ts';

export interface VehicleOptions {
  readonly vehicle: FleetVehicle;
  readonly endpoints: Endpoints;
  readonly directory: string;
  readonly claim: Credential;
  readonly clock: Clock;
  /** 0..1, see the agent. */
  readonly spread: number;
  readonly heartbeatSeconds: number;
  readonly log: (level: 'info' | 'warn', fields: object, message: string) => void;
  /** Left out: it takes no updates. */
  readonly updates?: SimulatedUpdates;
}

export interface SimulatedVehicle {
  readonly vehicle: FleetVehicle;
  readonly agent: Agent;
  /** Puts the oldest versions back on all ECUs and says so, as after a botched repair. */
  reportOldest(): Promise<void>;
}

/** A vehicle with the real agent on its telematics unit; the other ECUs are what that agent finds behind it. */
export function createVehicle(options: VehicleOptions): SimulatedVehicle {
  const { vehicle, endpoints, directory, claim, clock, spread, heartbeatSeconds, log, updates } = options;
  let oldest = false;
  const inventory = () => ({
    software: vehicle.ecus.flatMap(({ serial, software }) =>
      software.map(({ name, reported }) => {
        const running = updates?.installed(serial, name) ?? reported;
        // what came by an update stays: the unit says what its boot loader has started
        const version = oldest && running === reported ? programNamed(name).versions[0] : running;
        return { ecuSerial: serial, name, version, sha256: contentHash(name, version) };
      }),
    ),
    ecus: vehicle.ecus.map(({ serial, role, hardwareVersion }) => ({
      serial,
      hardwareVersion,
      partNumber: role.partNumber,
      name: role.name,
    })),
  });
  const agent = createAgent({
    vin: vehicle.vin,
    serial: vehicle.telematics.serial,
    estUrl: endpoints.estUrl,
    mqtt: endpoints.mqtt,
    trust: endpoints.trust,
    state: { directory, durable: false }, // thousands share one disk here; a vehicle has its own
    claim: () => claim,
    inventory,
    clock,
    spread,
    heartbeatSeconds,
    log,
    ...(updates ? { updates: updates.provide, pollSeconds: updates.pollSeconds } : {}),
  });
  return Object.freeze({
    vehicle,
    agent,
    reportOldest: async () => {
      oldest = true;
      await agent.reportInventory();
    },
  });
}
