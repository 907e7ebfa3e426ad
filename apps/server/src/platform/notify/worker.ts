import { randomUUID } from 'node:crypto';
import type { Clock } from '@bulkhead/kernel';
import type { Db } from '../db/database.ts';
import type { Bus } from '../outbox/bus.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { createDeliveryStore } from './delivery-store.ts';
import type { Send } from './send/send.ts';
import { createNotifyViews } from './views.ts';
import { workChannel } from './work-channel.ts';
import { createWorkStore } from './work-store.ts';

export interface WorkerDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'count' | 'gauge'>;
  readonly bus: Pick<Bus, 'subscribe'>;
  readonly send: Send;
  readonly consoleUrl: string;
  readonly onChanged: () => void;
  /** 0 to 1, spreads retries. */
  readonly random?: () => number;
  /** Channels this replica sends for at the same time. */
  readonly concurrency?: number;
  /** Milliseconds after which another replica takes over from one that died; longer than any attempt. */
  readonly leaseMs?: number;
  /** Milliseconds between looks for work that nobody announced (retries, digests). */
  readonly pollMs?: number;
}

/** Topic of the bus on which replicas tell each other that there is something to send. */
export const workTopic = 'platform.notify-work';

const gaugesEvery = 15_000;
const purgeEvery = 3_600_000;

/** Sends what waits. Any number of replicas may run it; a channel is served by one of them at a time, in order. */
export function createWorker(deps: WorkerDeps) {
  const { db, clock, log, metrics, bus, concurrency = 8, leaseMs = 60_000, pollMs = 1_000 } = deps;
  const active = new Set<Promise<void>>();
  const timers: NodeJS.Timeout[] = [];
  let running = false;
  let claiming: Promise<void> | undefined;
  let again = false;
  let unsubscribe = () => {};

  const serve = (channelId: string, token: string) => {
    const work = workChannel({ random: Math.random, ...deps, leaseMs, stopping: () => !running }, channelId, token);
    const task: Promise<void> = work
      .then(
        () => true,
        (error: unknown) => {
          log.error({ err: error, channelId }, 'a channel could not be served; trying again');
          return false; // at the next turn of the timer, so that a lasting failure does not spin
        },
      )
      .then((well) => {
        active.delete(task);
        if (well) wake();
      });
    active.add(task);
  };
  /** One token per turn: it is only ever compared. */
  const claim = async () => {
    do {
      again = false;
      const free = concurrency - active.size;
      if (free <= 0) return;
      const token = randomUUID();
      for (const { id } of await createWorkStore(db).claim(free, token, leaseMs, clock.now())) serve(id, token);
    } while (again && running);
  };
  const wake = () => {
    again = true;
    if (!running) return;
    claiming ??= claim()
      .catch((error: unknown) => log.error({ err: error }, 'no channel could be claimed; trying again'))
      .finally(() => {
        claiming = undefined;
      });
  };
  const showBacklog = async () => {
    const { waiting, oldest } = await createNotifyViews(db).backlog();
    metrics.gauge('notify_waiting_deliveries', waiting);
    metrics.gauge('notify_oldest_waiting_seconds', oldest ? (clock.now().getTime() - oldest.getTime()) / 1000 : 0);
  };
  const every = (ms: number, what: string, work: () => Promise<unknown>) => {
    const timer = setInterval(
      () => void work().catch((error: unknown) => log.warn({ err: error, what }, 'upkeep of notifications failed')),
      ms,
    );
    timers.push(timer);
  };

  return Object.freeze({
    start: () => {
      if (running) return;
      running = true;
      unsubscribe = bus.subscribe(workTopic, wake, wake);
      timers.push(setInterval(wake, pollMs));
      every(gaugesEvery, 'gauges', showBacklog);
      every(purgeEvery, 'purge', () => createDeliveryStore(db).purge(clock.now()));
      showBacklog().catch(() => {});
      wake();
    },
    /** Lets attempts that are under way end; what is left goes on in another replica or at the next start. */
    stop: async () => {
      running = false;
      unsubscribe();
      for (const timer of timers.splice(0)) clearInterval(timer);
      await claiming;
      await Promise.all(active);
    },
  });
}
