import { createRandom, type Random } from '../random.ts';
import { type FleetModel, type FleetRole, telematicsOf } from './model.ts';
import { models } from './models.ts';
import { programNamed } from './software.ts';
import { makeVin, type Region } from './vin.ts';

export interface Installed {
  readonly name: string;
  readonly planned: string;
  /** What the vehicle says it runs; older than planned in an outdated vehicle. */
  readonly reported: string;
}

export interface FleetEcu {
  readonly serial: string;
  readonly role: FleetRole;
  readonly hardwareVersion: string;
  readonly software: readonly Installed[];
}

export interface FleetVehicle {
  readonly vin: string;
  readonly model: FleetModel;
  readonly region: Region;
  readonly plant: string;
  /** Day it was built, `YYYY-MM-DD`. */
  readonly built: string;
  readonly ecus: readonly FleetEcu[];
  readonly telematics: FleetEcu;
  readonly outdated: boolean;
}

export interface Fleet {
  readonly seed: string;
  readonly vehicles: readonly FleetVehicle[];
}

export interface FleetOptions {
  readonly seed: string;
  readonly vehicles: number;
  readonly regions?: readonly [Region, ...Region[]];
  /** Share of vehicles that report an older version than planned. */
  readonly outdatedShare?: number;
}

interface Plant {
  readonly code: string;
  readonly region: Region;
  readonly letter: string;
}

const plants: Readonly<Record<Region, readonly [Plant, ...Plant[]]>> = Object.freeze({
  eu: [
    { code: 'luneburg', region: 'eu', letter: 'L' },
    { code: 'vigo-norte', region: 'eu', letter: 'V' },
  ],
  na: [{ code: 'monclova', region: 'na', letter: 'M' }],
});

/** Shares that give a little more than eight ECUs per vehicle. */
const mix: readonly (readonly [FleetModel, number])[] = models.map((model, i) => [model, [40, 35, 25][i] ?? 1]);
const day = 86_400_000;
const firstBuilt = Date.UTC(2025, 8, 1);

/** The fleet that follows from a seed: the same seed gives the same VINs, serials, versions, whatever the day. */
export function buildFleet({ seed, vehicles, regions = ['eu', 'na'], outdatedShare = 0.15 }: FleetOptions): Fleet {
  const random = createRandom(seed);
  const tag = random.whole(0x1000, 0xffff).toString(16).toUpperCase();
  const firstNumber = random.whole(1_000, 700_000);
  const offset = random.next();
  return {
    seed,
    // each vehicle draws from its own generator, so that the first hundred of a larger fleet are the hundred of a small one
    vehicles: Array.from({ length: vehicles }, (_, index) =>
      buildVehicle(random.fork(`vehicle ${index}`), { index, tag, firstNumber, offset, regions, outdatedShare }),
    ),
  };
}

interface Place extends Required<Pick<FleetOptions, 'regions' | 'outdatedShare'>> {
  readonly index: number;
  readonly tag: string;
  readonly firstNumber: number;
  readonly offset: number;
}

/** Spread evenly by the golden ratio, so that a small fleet also has its share of outdated vehicles. */
const isOutdated = (index: number, offset: number, share: number) => (offset + index * 0.618_033_988_75) % 1 < share;

function buildVehicle(
  random: Random,
  { index, tag, firstNumber, offset, regions, outdatedShare }: Place,
): FleetVehicle {
  const model = random.pickWeighted(mix);
  const region = random.pick(regions);
  const plant = random.pick(plants[region]);
  const outdated = isOutdated(index, offset, outdatedShare);
  const built = new Date(firstBuilt + random.whole(0, 400) * day).toISOString().slice(0, 10);
  const ecus = model.roles.map((role) => buildEcu(random.fork(role.id), role, { index, tag, outdated }));
  const telematics = ecus[model.roles.indexOf(telematicsOf(model))] as FleetEcu;
  const number = (firstNumber + index) % 1_000_000;
  const vin = makeVin({ region, vinLetter: model.vinLetter, year: model.year, plantLetter: plant.letter, number });
  return { vin, model, region, plant: plant.code, built, ecus, telematics, outdated };
}

function buildEcu(
  random: Random,
  role: FleetRole,
  { index, tag, outdated }: { index: number; tag: string; outdated: boolean },
): FleetEcu {
  return {
    serial: `${role.serialPrefix}${tag}-${String(index + 1).padStart(7, '0')}`,
    role,
    hardwareVersion: random.pick(role.hardwareVersions),
    software: role.software.map((name) => install(random, name, outdated && mayLag(random, role))),
  };
}

/** In an outdated vehicle the telematics unit lags for certain and each other ECU that takes updates now and then. */
const mayLag = (random: Random, role: FleetRole) =>
  role.function === 'telematics' || (role.patchable && random.chance(0.3));

/** Most ECUs are planned for the newest version; a few still for the one before, as a staged rollout leaves them. */
function install(random: Random, name: string, outdated: boolean): Installed {
  const { versions } = programNamed(name);
  const newest = versions.length - 1;
  const planned = random.chance(0.9) ? newest : newest - 1;
  const behind = outdated && planned > 0;
  return {
    name,
    planned: versions[planned] as string,
    reported: versions[behind ? random.whole(0, planned - 1) : planned] as string,
  };
}
