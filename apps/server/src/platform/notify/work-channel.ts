import { type Clock, newId } from '@bulkhead/kernel';
import { createAudit } from '../audit/audit.ts';
import { type Db, inTransaction } from '../db/database.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { retryDelay } from './backoff.ts';
import { createChannelStore } from './channel-store.ts';
import { createDeliveryStore, rowsAtOnce } from './delivery-store.ts';
import { nextDigest } from './digest-schedule.ts';
import { failed, type Outcome, type Parcel } from './send/parcel.ts';
import type { Send } from './send/send.ts';
import type { ChannelRow } from './tables.ts';
import { createWorkStore, type StoredParcel } from './work-store.ts';

interface Deps {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'count'>;
  readonly send: Send;
  readonly consoleUrl: string;
  readonly onChanged: () => void;
  readonly random: () => number;
  readonly leaseMs: number;
  readonly stopping: () => boolean;
}
type Failure = Extract<Outcome, { delivered: false }>;

/** Age alone is no proof: this server may have been off for the seven days. */
const leastAttempts = 20;
/** Then another channel has its turn. */
const parcelsPerTurn = 50;
/** About eight minutes: a message that the receiver still fails over then lets the others pass. */
const unclearAttempts = 8;

/** Sends for one channel, one parcel after the other, until nothing is due, the receiver fails, or the turn is over. */
export async function workChannel(deps: Deps, channelId: string, token: string): Promise<void> {
  const { db, clock, leaseMs } = deps;
  const store = createWorkStore(db);
  try {
    for (let sent = 0; sent < parcelsPerTurn && !deps.stopping(); sent++) {
      // Read anew before each attempt: it may be disabled, changed, deleted or served by another replica by now.
      const channel = await store.extend(channelId, token, leaseMs);
      if (!channel?.enabled) return;
      await gatherDigest(deps, channel);
      const stored = await store.nextParcel(channelId, clock.now());
      if (!stored) return;
      const outcome = await attempt(deps, channel, stored);
      const goOn = await record(deps, channel, token, stored, outcome);
      deps.onChanged();
      if (!goOn) return;
    }
  } finally {
    await store.release(channelId, token);
  }
}

/** What cannot even be put together must not hold up what comes after it. */
async function attempt({ send, consoleUrl, log }: Deps, channel: ChannelRow, stored: StoredParcel): Promise<Outcome> {
  try {
    return await send(channel, parcelOf(stored, consoleUrl), stored.remaining ?? undefined);
  } catch (error) {
    log.error({ err: error, delivery: stored.id }, 'a notification could not be put together');
    return failed('It could not be put together; the log of the server says why', 'message');
  }
}

/** At its time everything that waits becomes one parcel, committed before it is sent: a retry sends the same again. */
async function gatherDigest({ db, clock }: Deps, channel: ChannelRow): Promise<void> {
  const now = clock.now();
  if (channel.next_digest_at === null || channel.next_digest_at > now) return;
  await inTransaction(db, async (tx) => {
    await createWorkStore(tx).scheduleDigest(channel.id, nextDigest(channel, now));
    const gathered = await createDeliveryStore(tx).gatherDigest(channel.id, newId(now.getTime()), now);
    if (gathered === rowsAtOnce) await createWorkStore(tx).scheduleDigest(channel.id, now); // the rest follows at once
  });
}

const parcelOf = ({ id, digest, entries, total }: StoredParcel, consoleUrl: string): Parcel => ({
  id,
  digest,
  more: total - entries.length,
  moreLink: `${consoleUrl}/settings?tab=deliveries`,
  entries: entries.map((entry) => ({ ...entry, link: entry.link === null ? null : `${consoleUrl}${entry.link}` })),
});

/** Answers whether the next parcel may be tried at once. */
async function record(deps: Deps, channel: ChannelRow, token: string, stored: StoredParcel, outcome: Outcome) {
  const { db, clock, metrics } = deps;
  const count = (state: string) => metrics.count('notify_deliveries_total', { outcome: state, kind: channel.kind });
  if (outcome.delivered) {
    // True whoever holds the lease now; the one who took over may then send it a second time, under the same id.
    await inTransaction(db, async (tx) => {
      await createChannelStore(tx).noteSuccess(channel.id, clock.now());
      await createDeliveryStore(tx).markDelivered(stored.id, clock.now());
    });
    count('delivered');
    return true;
  }
  const { ended, goOn } = await inTransaction(db, async (tx) =>
    (await createWorkStore(tx).holds(channel.id, token))
      ? recordFailure(deps, tx, channel, stored, outcome)
      : { ended: 0, goOn: false },
  );
  count(ended > 0 ? 'undeliverable' : 'retrying');
  return goOn;
}

async function recordFailure(deps: Deps, tx: Db, channel: ChannelRow, stored: StoredParcel, failure: Failure) {
  const now = deps.clock.now();
  const { blame, detail: error, remaining } = failure;
  const onlyThis = blame === 'message' || (blame === 'unclear' && stored.attempts + 1 >= unclearAttempts);
  const delay = failure.retryAfter ?? retryDelay(stored.attempts + 1, deps.random());
  const nextAttemptAt = new Date(now.getTime() + delay);
  const deliveries = createDeliveryStore(tx);
  await createChannelStore(tx).noteFailure(channel.id, {
    at: now,
    error,
    ...(onlyThis ? {} : { blockedUntil: nextAttemptAt }),
  });
  // Behind an open circuit it stays due: whoever closes the circuit early need not know what waits behind it.
  const due = onlyThis ? nextAttemptAt : now;
  await deliveries.markRetrying(stored.id, { error, nextAttemptAt: due, ...(remaining ? { remaining } : {}) });
  const tries = 1 + (onlyThis ? stored.attempts : channel.failures);
  const hopeless = onlyThis ? { parcelId: stored.id } : { channelId: channel.id };
  const ended = tries >= leastAttempts ? await deliveries.giveUp(hopeless, error, now) : 0;
  if (ended > 0)
    await createAudit(tx).append({
      action: 'notifications.give-up',
      subject: channel.name,
      by: { kind: 'system', id: 'notifications', name: 'notifications' },
      details: { id: channel.id, deliveries: ended, error },
      at: now,
    });
  return { ended, goOn: onlyThis };
}
