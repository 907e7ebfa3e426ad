export { buildFleet, type Fleet, type FleetEcu, type FleetVehicle } from './fleet/build-fleet.ts';
export { readOptions, type SimulatorOptions } from './options.ts';
export { createRandom, type Random } from './random.ts';
export { playRogue, type RogueResult } from './run/rogue.ts';
export { type Simulation, simulate } from './simulate.ts';
