import { Problem } from '@bulkhead/kernel';

export type SimulatorCode =
  | 'simulator.bad-option'
  | 'simulator.bad-scenario'
  | 'simulator.import-refused'
  | 'simulator.no-platform'
  | 'simulator.no-token'
  | 'simulator.wrong-root'
  | 'simulator.breach';

/** A failure of the simulator that a person can act on. */
export class SimulatorError extends Problem<SimulatorCode> {}
