import { Problem } from '@bulkhead/kernel';
import type { Db } from '../db/database.ts';
import { type Log, silentLog } from '../db/log.ts';
import type { Bus } from './bus.ts';
import { type OutboxEvent, outboxTopic } from './outbox.ts';
import { createOutboxStore, type FailedAttempt } from './outbox-store.ts';

export interface RelayedEvent extends OutboxEvent {
  readonly id: string;
  readonly createdAt: Date;
}

/**
 * Runs inside the transaction that removes the event: what it writes through `tx` happens exactly once. What it does
 * elsewhere may happen again after a crash and must be idempotent.
 */
export type EventHandler = (event: RelayedEvent, tx: Db) => Promise<void>;

export interface RelayOptions {
  db: Db;
  bus?: Pick<Bus, 'subscribe'>;
  log?: Log;
  /** Pause between looks for events that no message announced. */
  interval?: number;
  /** Attempts before an event is given up on; with the delays doubling from `firstDelay` 12 take about half an hour. */
  maxAttempts?: number;
  firstDelay?: number;
}

export interface Relay {
  /** Register before `start`. Several handlers of one type run in the order of registration, all or none. */
  on(type: string, handler: EventHandler): void;
  start(): void;
  /** Hands over everything due now; returns how many events were handled. */
  run(): Promise<number>;
  stop(): Promise<void>;
}

const batchSize = 50;
const longestDelay = 600_000;

/**
 * Hands committed events to their handlers, at least once each, in order of creation but for retries. Several replicas
 * share the work: each takes rows that no other has locked. Types without a handler stay for a replica that has one.
 */
export function createRelay(options: RelayOptions): Relay {
  const { db, bus, log = silentLog, interval = 500 } = options;
  const handlers = new Map<string, EventHandler[]>();
  let timer: NodeJS.Timeout | undefined;
  let stopped = true;
  let turn: Promise<void> | undefined;
  let again = false;
  let unsubscribe = () => {};

  const run = async () => {
    const types = [...handlers.keys()];
    let handled = 0;
    for (;;) {
      const { seen, done } = await db.transaction().execute((tx) => relayBatch(tx, types, handlers, options));
      handled += done;
      if (seen < batchSize || stopping()) return handled;
    }
  };
  const stopping = () => stopped && turn !== undefined;
  const loop = async () => {
    do {
      again = false;
      await run().catch((error: unknown) => log.error({ err: error }, 'the outbox could not be relayed; trying again'));
    } while (again && !stopped);
    turn = undefined;
    if (!stopped) timer = setTimeout(wake, interval);
  };
  const wake = () => {
    clearTimeout(timer);
    again = true;
    if (!stopped) turn ??= loop();
  };
  return Object.freeze({
    on: (type: string, handler: EventHandler) => void handlers.set(type, [...(handlers.get(type) ?? []), handler]),
    run,
    start: () => {
      if (!stopped) return;
      stopped = false;
      unsubscribe = bus?.subscribe(outboxTopic, wake, wake) ?? unsubscribe;
      wake();
    },
    stop: async () => {
      stopped = true;
      unsubscribe();
      clearTimeout(timer);
      await turn;
    },
  });
}

async function relayBatch(
  tx: Db,
  types: readonly string[],
  handlers: ReadonlyMap<string, EventHandler[]>,
  options: RelayOptions,
) {
  const store = createOutboxStore(tx);
  const rows = await store.takeDue(types, batchSize);
  let done = 0;
  for (const { id, type, payload, attempts, created_at } of rows) {
    const event = { id, type, payload, createdAt: created_at };
    // A failing handler may have broken the transaction, and must not undo its neighbours.
    await store.attempt(
      async () => {
        for (const handler of handlers.get(type) ?? []) await handler(event, tx);
        await store.delete(id);
        done += 1;
      },
      async (error) => {
        await store.recordFailure(id, failureOf(event, attempts + 1, error, options));
      },
    );
  }
  return { seen: rows.length, done };
}

function failureOf({ id, type }: RelayedEvent, attempts: number, error: unknown, options: RelayOptions): FailedAttempt {
  const { maxAttempts = 12, firstDelay = 1_000, log = silentLog } = options;
  const dead = attempts >= maxAttempts;
  log[dead ? 'error' : 'warn'](
    { err: error, event: id, type, attempts },
    dead ? 'an event was given up on' : 'an event is tried again',
  );
  const delay = Math.min(firstDelay * 2 ** (attempts - 1), longestDelay);
  return { attempts, error: describe(error), delay, dead };
}

/** Only expected failures are described: the text of any other may hold values of rows. */
function describe(error: unknown): string {
  if (error instanceof Problem) return `${error.code}: ${error.message}`.slice(0, 500);
  return error instanceof Error ? error.name : 'unknown failure';
}
