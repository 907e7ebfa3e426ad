import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type AgentUpdates,
  createFileSlots,
  createSecondary,
  createSecondaryEcu,
  type FileSlots,
  openState,
  type UpdateRoots,
  updateSignerOf,
} from '@bulkhead/agent';
import type { FleetEcu, FleetVehicle } from '../fleet/build-fleet.ts';
import type { Random } from '../random.ts';
import { createDay, type DayOptions } from './day.ts';
import { imageOf, versionIn } from './images.ts';
import { createSimulatedUser, type UserOptions } from './simulated-user.ts';

export interface FailingRelease {
  /** Program, and version of it, that does not come up. */
  readonly program: string;
  readonly version: string;
  /** Share of the vehicles in which it does not. */
  readonly share: number;
}

export interface UpdateBehaviour {
  readonly day: DayOptions;
  readonly user: UserOptions;
  readonly failing: readonly FailingRelease[];
  readonly pollSeconds: number;
}

export interface SimulatedUpdatesOptions {
  readonly vehicle: FleetVehicle;
  readonly directory: string;
  readonly directoryOf: (serial: string) => string;
  readonly random: Random;
  readonly behaviour: UpdateBehaviour;
  readonly roots: () => UpdateRoots | undefined;
  /** Milliseconds since the simulation began. */
  readonly elapsed: () => number;
}

interface SimulatedEcu {
  readonly ecu: FleetEcu;
  readonly slots: FileSlots;
}

function versionOf(slots: FileSlots) {
  const path = slots.runningPath();
  return path === undefined ? undefined : versionIn(readFileSync(path));
}

/** Longest message of the simulated diagnostics: a block of UDS TransferData. */
const linkBytes = 4_095;

/** The ECUs of one simulated vehicle that take updates: those with a place for a key, each with two slots of its own. */
export function createSimulatedUpdates(options: SimulatedUpdatesOptions) {
  const { vehicle, directory, directoryOf, random, behaviour, elapsed } = options;
  const holders = vehicle.ecus.filter(({ role, software }) => role.holdsKey && software.length > 0);
  const simulated = new Map<string, SimulatedEcu>();
  const day = createDay(random.fork('day'), behaviour.day);
  const user = createSimulatedUser(random.fork('user'), behaviour.user, () => Date.now());

  function slotsOf(ecu: FleetEcu): FileSlots {
    const place = ecu === vehicle.telematics ? directory : directoryOf(ecu.serial);
    const [first] = ecu.software;
    const factory = first && imageOf(first.name, first.reported);
    const slots = createFileSlots({ directory: join(place, 'slots'), durable: false, ...(factory ? { factory } : {}) });
    simulated.set(ecu.serial, { ecu, slots });
    return slots;
  }
  for (const ecu of holders) slotsOf(ecu);

  /** A release fails in the same vehicles whenever it is tried, as a hardware it does not fit would make it. */
  function isHealthy({ slots }: SimulatedEcu): boolean {
    const running = versionOf(slots);
    const bad = behaviour.failing.find(
      ({ program, version }) => program === running?.name && version === running.version,
    );
    return bad === undefined || !random.fork(`fails ${bad.program} ${bad.version}`).chance(bad.share);
  }

  function secondaryOf({ ecu, slots }: SimulatedEcu, roots: UpdateRoots, all: readonly SimulatedEcu[]) {
    const { serial, role } = ecu;
    const state = openState({ directory: directoryOf(serial), durable: false });
    const signer = updateSignerOf(state);
    const secondary = createSecondary({
      vin: vehicle.vin,
      serial,
      hardwareId: role.partNumber,
      signer,
      decryptionKey: state.decryptionKey(),
      installer: slots,
      health: async () => isHealthy({ ecu, slots }),
      verification: role.function === 'gateway' ? 'full' : 'partial',
      roots,
      state,
    });
    return createSecondaryEcu({
      serial,
      hardwareId: role.partNumber,
      key: signer.key,
      link: { mostBytes: linkBytes, exchange: secondary.handle },
      ecus: () => all.map((one) => ({ serial: one.ecu.serial, hardwareId: one.ecu.role.partNumber })),
      state: openState({ directory, durable: false }),
    });
  }

  return Object.freeze({
    pollSeconds: behaviour.pollSeconds,
    /** For the agent; undefined until the roots of both repositories are known. */
    provide: (): AgentUpdates | undefined => {
      const roots = options.roots();
      const primary = simulated.get(vehicle.telematics.serial);
      if (!roots || !primary) return undefined;
      const all = [...simulated.values()];
      return {
        hardwareId: vehicle.telematics.role.partNumber,
        roots,
        installer: primary.slots,
        health: async () => isHealthy(primary),
        secondaries: all.filter((one) => one !== primary).map((one) => secondaryOf(one, roots, all)),
        vehicle: { read: () => day.signalsAt(elapsed()) },
        user,
        healthTimeoutMs: 10_000,
      };
    },
    /** The version of a program that an ECU runs, when an update has put it there. */
    installed: (serial: string, name: string): string | undefined => {
      const ecu = simulated.get(serial);
      const running = ecu && versionOf(ecu.slots);
      return running?.name === name ? running.version : undefined;
    },
  });
}
export type SimulatedUpdates = ReturnType<typeof createSimulatedUpdates>;
