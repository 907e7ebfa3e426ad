import { type UplinkChannel, uplinkChannelNames } from '@bulkhead/contract';
import type { Db } from '../../platform/db/database.ts';
import type { Log, Metrics, Received, Sinks } from './deps.ts';
import { failureKind } from './domain/failure.ts';
import { reason } from './domain/reasons.ts';
import type { ConnectivityLimits } from './limits.ts';
import type { PacketRef, SessionStore } from './session-port.ts';

/** Who waits for an entry: the connection it came from. */
export interface EntryOwner {
  readonly sessionId: string;
  /** Called in the order in which the entries were pushed, after the commit. */
  settled(entry: Entry): void;
  /** Called once per batch after the last `settled`: everything is written in one go. */
  flush(): void;
  /** The queue has room again. */
  resumed(): void;
}

/** One thing that must happen durably before the device hears of it. One shape for all, for the sake of the hot path. */
export interface Entry extends Received {
  readonly kind: 'message' | 'release' | 'refusal';
  readonly owner: EntryOwner;
  readonly channel: UplinkChannel;
  readonly packetId: number;
  readonly bytes: number;
  /** MQTT 5 reason code; set when the entry is refused. */
  outcome: number;
  detail: string;
}

interface Lane {
  queue: Entry[];
  bytes: number;
  busy: boolean;
  scheduled: boolean;
  waiting: Set<EntryOwner>;
  /** Entries taken from the queue and not yet settled. */
  underway: number;
}

export interface CommitterDeps {
  readonly store: SessionStore;
  readonly sinks: Sinks;
  readonly limits: ConnectivityLimits;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Told of every message refused at commit. */
  readonly refused: (entry: Entry) => void;
}

export interface Committer {
  /** False = full: stop reading from this owner until `resumed`. The entry is taken in any case. */
  push(lane: number, entry: Entry): boolean;
  /** Resolves when nothing is queued or under way, or `timeoutMs` later. */
  idle(timeoutMs: number): Promise<boolean>;
  stop(): void;
  queued(): number;
}

/**
 * Gathers what many connections received into one transaction per batch, and lets the acknowledgements go after it.
 * A lane commits one batch at a time and a connection stays in its lane, so that acknowledgements keep the order of
 * the messages (MQTT 5 s4.6.0-2) while several batches are in flight.
 */
export function createCommitter(deps: CommitterDeps): Committer {
  const { limits } = deps;
  const lanes: Lane[] = Array.from({ length: limits.lanes }, () => ({
    queue: [],
    bytes: 0,
    busy: false,
    scheduled: false,
    waiting: new Set(),
    underway: 0,
  }));
  const control = { stopped: false };
  const queued = () => lanes.reduce((sum, lane) => sum + lane.queue.length + lane.underway, 0);

  function push(index: number, entry: Entry): boolean {
    const lane = lanes[index] as Lane;
    lane.queue.push(entry);
    lane.bytes += entry.bytes;
    if (!lane.busy && !lane.scheduled) {
      lane.scheduled = true;
      // After the poll phase: everything that this turn of the loop read goes into one batch.
      setImmediate(() => {
        lane.scheduled = false;
        void drain(lane);
      });
    }
    if (lane.queue.length < limits.queuedMessages && lane.bytes < limits.queuedBytes) return true;
    lane.waiting.add(entry.owner);
    return false;
  }

  async function drain(lane: Lane): Promise<void> {
    if (lane.busy) return;
    lane.busy = true;
    while (lane.queue.length > 0 && !control.stopped) {
      const batch = lane.queue.length <= limits.batchMessages ? lane.queue : lane.queue.slice(0, limits.batchMessages);
      lane.queue = batch === lane.queue ? [] : lane.queue.slice(limits.batchMessages);
      lane.underway = batch.length;
      await commitBatch(deps, control, batch);
      lane.underway = 0;
      for (const entry of batch) lane.bytes -= entry.bytes;
      settle(deps.log, batch);
      wake(lane);
    }
    lane.busy = false;
  }

  function wake(lane: Lane): void {
    if (lane.waiting.size === 0 || lane.queue.length > limits.queuedMessages / 2 || lane.bytes > limits.queuedBytes / 2)
      return;
    const owners = [...lane.waiting];
    lane.waiting.clear();
    for (const owner of owners) guard(deps.log, () => owner.resumed());
  }

  return {
    push,
    queued,
    stop: () => {
      control.stopped = true;
    },
    idle: async (timeoutMs) => {
      const until = Date.now() + timeoutMs;
      while (queued() > 0 && Date.now() < until) await pause(5);
      return queued() === 0;
    },
  };
}

const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

function settle(log: Log, batch: readonly Entry[]): void {
  // One connection's trouble must not keep the others from their answers, nor the lane from going on.
  for (const entry of batch) guard(log, () => entry.owner.settled(entry));
  for (const { owner } of batch) guard(log, () => owner.flush());
}

function guard(log: Log, action: () => void): void {
  try {
    action();
  } catch (error) {
    log.error({ err: error }, 'an answer to a device could not be written');
  }
}

/** Returns when every entry is stored or refused; waits out an outage of the database, acknowledging nothing meanwhile. */
async function commitBatch(deps: CommitterDeps, control: { stopped: boolean }, batch: readonly Entry[]): Promise<void> {
  let delay = 25;
  for (;;) {
    try {
      const started = performance.now();
      await commitOnce(deps, batch);
      deps.metrics.observe('mqtt_commit_seconds', (performance.now() - started) / 1_000);
      return;
    } catch (error) {
      if (failureKind(error) === 'data') return isolate(deps, control, batch, error);
      deps.metrics.count('mqtt_commit_retries_total');
      deps.log.warn(
        { err: error, messages: batch.length, delay },
        'a batch could not be committed; it is tried again, nothing is acknowledged',
      );
      await pause(delay);
      if (control.stopped) return abandon(batch);
      delay = Math.min(delay * 2, 2_000);
    }
  }
}

/** A stop during an outage: the messages were never acknowledged, the devices still hold them. */
function abandon(batch: readonly Entry[]): void {
  for (const entry of batch) entry.outcome = reason.unavailable;
}

/** Halves a batch that the data itself broke until the message at fault stands alone; the others are stored. */
async function isolate(
  deps: CommitterDeps,
  control: { stopped: boolean },
  batch: readonly Entry[],
  error: unknown,
): Promise<void> {
  const [only] = batch;
  if (batch.length === 1 && only !== undefined) {
    only.outcome = reason.badPayload;
    only.detail =
      error instanceof Error && 'code' in error && String(error.code).includes('.')
        ? error.message
        : 'the message cannot be stored';
    deps.log.warn({ err: error, channel: only.channel }, 'a message could not be stored and was refused');
    deps.refused(only);
    return;
  }
  const middle = batch.length >> 1;
  await commitBatch(deps, control, batch.slice(0, middle));
  await commitBatch(deps, control, batch.slice(middle));
}

/** Hands promises on instead of awaiting them: with few messages in a batch, each hop is a cost per message. */
function commitOnce(deps: CommitterDeps, batch: readonly Entry[]): Promise<unknown> | undefined {
  const claims: PacketRef[] = [];
  const releases: PacketRef[] = [];
  let messages = 0;
  for (const entry of batch) {
    const { kind, qos, packetId, owner } = entry;
    if (kind === 'message') messages++;
    if (kind === 'release') releases.push({ sessionId: owner.sessionId, packetId });
    else if (kind === 'message' && qos === 2) claims.push({ sessionId: owner.sessionId, packetId });
  }
  if (messages + releases.length === 0) return undefined;
  return deps.store.commit({
    claims,
    releases,
    work: (tx, isNew) =>
      storeMessages(deps.sinks, tx, claims.length === 0 ? batch : batch.filter((entry) => isFresh(entry, isNew))),
  });
}

const isFresh = (entry: Entry, isNew: (ref: PacketRef) => boolean) =>
  entry.kind !== 'message' || entry.qos !== 2 || isNew({ sessionId: entry.owner.sessionId, packetId: entry.packetId });

function storeMessages(sinks: Sinks, tx: Db, batch: readonly Entry[]): Promise<unknown> {
  const [first] = batch;
  if (first === undefined) return Promise.resolve();
  const alike = batch.every(({ kind, channel }) => kind === 'message' && channel === first.channel);
  return alike ? sinks[first.channel].store(tx, batch) : storeByChannel(sinks, tx, batch);
}

/** Heartbeats last: they skip rows that others hold, so they lock in no order, and whoever does must not wait afterwards. */
const channelOrder = [...uplinkChannelNames.filter((name) => name !== 'heartbeat'), 'heartbeat' as const];

async function storeByChannel(sinks: Sinks, tx: Db, batch: readonly Entry[]): Promise<void> {
  for (const channel of channelOrder) {
    const messages = batch.filter((entry) => entry.kind === 'message' && entry.channel === channel);
    if (messages.length > 0) await sinks[channel].store(tx, messages);
  }
}
