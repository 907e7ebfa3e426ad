import type { Log } from '../../platform/telemetry/log.ts';
import { createCampaignStore } from './campaign-store.ts';
import type { UpdatesDeps } from './deps.ts';
import { driveStep } from './drive.ts';
import { checkStep } from './rxswin-check.ts';

export interface DriverOptions {
  readonly replica: string;
  readonly log: Pick<Log, 'warn' | 'error'>;
  /** Pause between looks for campaigns that are due. */
  readonly intervalMs?: number;
}

const leaseMs = 10_000;
const afterFailureMs = 5_000;

/**
 * Drives campaigns by taking steps of those that are due, the longest waiting first. Any number of replicas may: a lease
 * keeps them apart, and the row that each step holds keeps them right even where a lease has run out.
 */
export function createDriver(deps: UpdatesDeps, { replica, log, intervalMs = 500 }: DriverOptions) {
  const store = createCampaignStore(deps.db);
  let timer: NodeJS.Timeout | undefined;
  let turning: Promise<unknown> | undefined;
  let stopped = true;

  /** One step of the campaign that has waited longest; false when none is due. */
  const step = async (): Promise<boolean> => {
    const id = await store.lease(replica, deps.clock.now(), leaseMs);
    if (id === undefined) return false;
    try {
      await driveStep(deps, id);
    } catch (error) {
      log.error({ err: error, campaign: id }, 'a step of a campaign failed; it is tried again');
      await store.set(id, { wake_at: new Date(deps.clock.now().getTime() + afterFailureMs), leased_until: null });
    }
    return true;
  };

  const turn = async () => {
    try {
      while (!stopped && ((await step()) || (await checkStep(deps))));
    } catch (error) {
      log.warn({ err: error }, 'campaigns could not be driven for a moment');
    }
    if (!stopped) timer = setTimeout(begin, intervalMs);
  };
  const begin = () => {
    turning = turn();
  };

  return Object.freeze({
    start: () => {
      stopped = false;
      begin();
    },
    step,
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await turning;
    },
  });
}
export type Driver = ReturnType<typeof createDriver>;
