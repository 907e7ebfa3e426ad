import type { Log } from '../log.ts';
import type { CycleResult } from './updater.ts';

export interface UpdateLoopOptions {
  readonly cycle: () => Promise<CycleResult>;
  readonly pollSeconds: number;
  /** 0..1, different for each device, so that a fleet does not come at once. */
  readonly spread: number;
  readonly ended: (result: CycleResult) => void;
  readonly log: Log;
}

/** Asks for updates now and then, and at once when somebody says that there is one; polling works without MQTT. */
export function createUpdateLoop({ cycle, pollSeconds, spread, ended, log }: UpdateLoopOptions) {
  let timer: NodeJS.Timeout | undefined;
  let stopped = true;
  let running = false;
  let again = false;
  let waiting = false;

  const schedule = (ms: number): void => {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(() => void run(), ms);
  };

  async function run(): Promise<void> {
    if (running) {
      again = true; // what is new may have come too late for the cycle under way
      return;
    }
    running = true;
    try {
      const result = await cycle();
      waiting = result.end === 'waiting';
      ended(result);
    } catch (error) {
      log('warn', { err: String(error) }, 'an update cycle ended with an error; it is tried again');
    }
    running = false;
    // nine to eleven tenths of the period, of its own for each device and each round
    schedule(again ? 0 : pollSeconds * 1_000 * (0.9 + 0.1 * spread + 0.1 * Math.random()));
    again = false;
  }

  return Object.freeze({
    start: (): void => {
      stopped = false;
      schedule(pollSeconds * 1_000 * spread);
    },
    /** Now; used by commands of the platform. */
    wake: (): boolean => {
      if (!stopped) void run();
      return !stopped;
    },
    /** The state of the vehicle, or the mind of its user, changed: of interest while an update waits for that. */
    changed: (): void => {
      if (!stopped && (waiting || running)) void run();
    },
    stop: (): void => {
      stopped = true;
      clearTimeout(timer);
    },
  });
}
export type UpdateLoop = ReturnType<typeof createUpdateLoop>;
