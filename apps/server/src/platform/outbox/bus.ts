import { type Json, Problem } from '@bulkhead/kernel';
import pg from 'pg';
import type { Db } from '../db/database.ts';
import { type Log, silentLog } from '../db/log.ts';
import { listenToBus, notifyBus } from './notify-store.ts';

export type BusCode = 'bus.payload-too-large';
export class BusError extends Problem<BusCode> {}

export interface BusOptions {
  url: string;
  log?: Log;
}

export interface Bus {
  /** Broadcasts to every replica, this one included, when the transaction of `tx` commits. At most 7.5 kB of JSON. */
  publish(tx: Db, topic: string, payload: Json): Promise<void>;
  /**
   * Calls `handler` for each message of the topic. Messages sent while the connection was down are lost: `onReconnected`
   * tells when to read the state again. Returns a function that ends the subscription.
   */
  subscribe(
    topic: string,
    handler: (payload: Json) => void | Promise<void>,
    onReconnected?: () => void | Promise<void>,
  ): () => void;
  close(): Promise<void>;
}

interface Subscription {
  readonly topic: string;
  readonly handler: (payload: Json) => void | Promise<void>;
  readonly onReconnected: (() => void | Promise<void>) | undefined;
}

/** NOTIFY carries less than 8,000 bytes (PostgreSQL, NOTIFY). */
const longestPayload = 7_500;
const heartbeatEvery = 10_000;
const heartbeatPatience = 5_000;

/** Broadcast between replicas over LISTEN/NOTIFY on one connection of its own, which comes back by itself. */
export async function createBus({ url, log = silentLog }: BusOptions): Promise<Bus> {
  const subscriptions = new Set<Subscription>();
  const guarded = async (work: () => void | Promise<void>, topic: string) => {
    try {
      await work();
    } catch (error) {
      log.error({ err: error, topic }, 'a subscriber of the bus failed');
    }
  };
  const deliver = (text: string) => {
    const { topic, payload }: { topic: string; payload: Json } = JSON.parse(text);
    for (const subscription of subscriptions) {
      if (subscription.topic === topic) void guarded(() => subscription.handler(payload), topic);
    }
  };
  const reconnected = () => {
    log.info({}, 'the bus is connected again');
    for (const { topic, onReconnected } of subscriptions) if (onReconnected) void guarded(onReconnected, topic);
  };
  const listener = createListener(url, log, deliver, reconnected);
  await listener.open();
  return Object.freeze({
    publish: announce,
    subscribe: (topic: string, handler: Subscription['handler'], onReconnected?: Subscription['onReconnected']) => {
      const subscription = { topic, handler, onReconnected };
      subscriptions.add(subscription);
      return () => void subscriptions.delete(subscription);
    },
    close: listener.close,
  });
}

/** Sends without holding a bus: all a writer needs is its transaction. @throws BusError `bus.payload-too-large` */
export async function announce(tx: Db, topic: string, payload: Json): Promise<void> {
  const text = JSON.stringify({ topic, payload });
  if (Buffer.byteLength(text) > longestPayload) {
    throw new BusError(
      'bus.payload-too-large',
      `A message on ${topic} exceeds 7.5 kB: send an identifier and let the receiver read the row`,
    );
  }
  await notifyBus(tx, text);
}

function createListener(url: string, log: Log, onMessage: (text: string) => void, onReconnected: () => void) {
  let client: pg.Client | undefined;
  let heartbeat: NodeJS.Timeout | undefined;
  let retry: NodeJS.Timeout | undefined;
  let closed = false;
  let delay = 100;

  const open = async () => {
    const next = new pg.Client({
      connectionString: url,
      application_name: 'bulkhead bus',
      keepAlive: true,
      query_timeout: heartbeatPatience,
      connectionTimeoutMillis: heartbeatPatience,
    });
    next.on('error', (error) => lost(next, error));
    next.on('end', () => lost(next));
    next.on('notification', ({ payload }) => onMessage(payload ?? ''));
    try {
      await next.connect();
      await listenToBus(next);
    } catch (error) {
      next.removeAllListeners('end');
      await next.end().catch(() => undefined);
      throw error;
    }
    if (closed) return next.end();
    client = next;
    delay = 100;
    // A connection that vanished without a word (a pulled cable) shows only when it is used.
    heartbeat = setInterval(() => void probe(next), heartbeatEvery);
    heartbeat.unref();
  };
  const probe = async (which: pg.Client) => {
    try {
      await which.query('select 1');
    } catch (error) {
      lost(which, error);
    }
  };
  const lost = (which: pg.Client, error?: unknown) => {
    if (closed || which !== client) return;
    client = undefined;
    clearInterval(heartbeat);
    which.end().catch(() => undefined);
    log.warn({ err: error }, 'the bus lost its connection; connecting again');
    reopenSoon();
  };
  const reopenSoon = () => {
    retry = setTimeout(
      () => void open().then(closed ? undefined : onReconnected, closed ? undefined : reopenSoon),
      delay,
    );
    delay = Math.min(delay * 2, 5_000);
  };
  const close = async () => {
    closed = true;
    clearInterval(heartbeat);
    clearTimeout(retry);
    await client?.end();
  };
  return { open, close };
}
