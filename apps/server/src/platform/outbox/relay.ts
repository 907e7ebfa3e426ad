import { Problem } from '@bulkhead/kernel';
import { sql } from 'kysely';
import type { Db } from '../db/database.ts';
import { type Log, silentLog } from '../db/log.ts';
import type { Bus } from './bus.ts';
import { type OutboxEvent, outboxTopic } from './outbox.ts';

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
  const rows = await tx
    .selectFrom('platform_outbox')
    .select(['id', 'type', 'payload', 'attempts', 'created_at'])
    .where('dead_at', 'is', null)
    .where('next_attempt_at', '<=', sql<Date>`now()`)
    .where(sql<boolean>`type = any(${[...types]}::text[])`)
    .orderBy('next_attempt_at')
    .orderBy('id')
    .limit(batchSize)
    .forUpdate()
    .skipLocked()
    .execute();
  let done = 0;
  for (const { id, type, payload, attempts, created_at } of rows) {
    const event = { id, type, payload, createdAt: created_at };
    // A savepoint per event: a failing handler may have broken the transaction, and must not undo its neighbours.
    await sql`savepoint event`.execute(tx);
    try {
      for (const handler of handlers.get(type) ?? []) await handler(event, tx);
      await tx.deleteFrom('platform_outbox').where('id', '=', id).execute();
      done += 1;
    } catch (error) {
      await sql`rollback to savepoint event`.execute(tx);
      await recordFailure(tx, event, attempts + 1, error, options);
    }
    await sql`release savepoint event`.execute(tx);
  }
  return { seen: rows.length, done };
}

async function recordFailure(
  tx: Db,
  { id, type }: RelayedEvent,
  attempts: number,
  error: unknown,
  options: RelayOptions,
): Promise<void> {
  const { maxAttempts = 12, firstDelay = 1_000, log = silentLog } = options;
  const dead = attempts >= maxAttempts;
  const delay = Math.min(firstDelay * 2 ** (attempts - 1), longestDelay);
  log[dead ? 'error' : 'warn'](
    { err: error, event: id, type, attempts },
    dead ? 'an event was given up on' : 'an event is tried again',
  );
  await tx
    .updateTable('platform_outbox')
    .set({
      attempts,
      last_error: describe(error),
      next_attempt_at: sql<Date>`now() + ${delay} * interval '1 millisecond'`,
      dead_at: dead ? sql<Date>`now()` : null,
    })
    .where('id', '=', id)
    .execute();
}

/** Only expected failures are described: the text of any other may hold values of rows. */
function describe(error: unknown): string {
  if (error instanceof Problem) return `${error.code}: ${error.message}`.slice(0, 500);
  return error instanceof Error ? error.name : 'unknown failure';
}
