import type { DownlinkChannel } from '@bulkhead/contract';
import { newId } from '@bulkhead/kernel';
import { type RawBuilder, sql } from 'kysely';
import { type Db, inTransaction } from '../../platform/db/database.ts';
import type { ConnectivityDeps } from './deps.ts';
import { failureKind } from './domain/failure.ts';
import type { Subscription } from './domain/topic-filter.ts';
import type { Announce } from './front.ts';
import type {
  Commit,
  DueWill,
  OpenRequest,
  OutboundMessage,
  PacketRef,
  SessionStore,
  TakeRequest,
} from './session-port.ts';
import type { DownlinkTable, WillTable } from './tables.ts';

export interface StoreDeps {
  readonly db: Db;
  readonly replica: string;
  readonly announce: Announce;
  /** Told when a will had to be dropped because no channel could store it. */
  readonly droppedWill: (error: unknown) => void;
}

const willsAtOnce = 100;

/** MQTT sessions, queued downlink and wills in PostgreSQL; the only state of the front door that correctness rests on. */
export function createSessionStore({ db, replica, announce, droppedWill }: StoreDeps): SessionStore {
  return {
    open: (request) => inTransaction(db, (tx) => openSession(tx, request, replica, announce)),
    close: ({ clientId, connectionId, expirySeconds, lost, now }) =>
      inTransaction(db, async (tx) => {
        const mine = sql<boolean>`client_id = ${clientId} and connection_id = ${connectionId}`;
        await endSessions(tx, mine, { lost, now, expirySeconds: sql`${expirySeconds}::int` });
      }),
    subscribe: (clientId, subscriptions) => insertSubscriptions(db, clientId, subscriptions),
    unsubscribe: async (clientId, filters) => {
      await db
        .deleteFrom('connectivity_subscription')
        .where('client_id', '=', clientId)
        .where('filter', 'in', [...filters])
        .execute();
    },
    commit: (commit) => inTransaction(db, (tx) => commitBatch(tx, commit)),
    take: (request) => inTransaction(db, (tx) => takeDownlink(tx, request)),
    settle: async (clientId, ids) => {
      await sql`delete from connectivity_downlink where client_id = ${clientId} and id = any(${[...ids]}::uuid[])`.execute(
        db,
      );
    },
    takeDueWills: async (now, publish) => {
      try {
        return await inTransaction(db, (tx) => publishWills(tx, now, willsAtOnce, publish));
      } catch (error) {
        if (failureKind(error) !== 'data') throw error;
      }
      return publishOneWill(db, now, publish, droppedWill);
    },
  };
}

async function openSession(tx: Db, request: OpenRequest, replica: string, announce: Announce) {
  const { clientId, device, connectionId, cleanStart, expirySeconds, will, now } = request;
  // Two connections of one client on two replicas must not both find no row.
  await sql`select pg_advisory_xact_lock(hashtextextended(${clientId}, 0))`.execute(tx);
  const before = await tx
    .selectFrom('connectivity_session')
    .where('client_id', '=', clientId)
    .select(['session_id', 'replica', 'expires_at'])
    .executeTakeFirst();
  const present = before !== undefined && !cleanStart && (before.expires_at === null || before.expires_at > now);
  const sessionId = present ? before.session_id : newId(now.getTime());
  if (before !== undefined && before.replica !== null) {
    // Its end was not written yet: it was taken over from another replica, or cut just now.
    await queueWills(tx, sql<boolean>`client_id = ${clientId}`, now, sql`expiry_seconds`);
  }
  if (!present) await forgetSession(tx, clientId, before?.session_id, now);
  // Resumed in time: the will of the lost connection is not published (MQTT 5 s3.1.3.2.2).
  else await sql`delete from connectivity_will where client_id = ${clientId} and due_at > ${now}`.execute(tx);
  const row = {
    session_id: sessionId,
    connection_id: connectionId,
    ecu_id: device.ecuId,
    vin: device.vin,
    serial: device.serial,
    certificate: device.certificateSerial,
    replica,
    expiry_seconds: expirySeconds,
    expires_at: null,
    will_channel: will?.channel ?? null,
    will_payload: will?.payload ?? null,
    will_qos: will?.qos ?? null,
    will_delay: will?.delaySeconds ?? null,
  };
  await tx
    .insertInto('connectivity_session')
    .values({ client_id: clientId, ...row })
    .onConflict((conflict) => conflict.column('client_id').doUpdateSet(row))
    .execute();
  if (before !== undefined && before.replica !== null && before.replica !== replica)
    await announce(tx, 'connectivity.takeover', { clientId, connectionId });
  if (!present) return { sessionId, present, subscriptions: [], receivedIds: [], unacknowledged: [] };
  return { sessionId, present, ...(await readSession(tx, clientId, sessionId)) };
}

/** A clean start ends the session before it: what was in flight is queued again, its delayed will is due. */
async function forgetSession(tx: Db, clientId: string, sessionId: string | undefined, now: Date): Promise<void> {
  await sql`update connectivity_downlink set packet_id = null where client_id = ${clientId} and packet_id is not null`.execute(
    tx,
  );
  if (sessionId === undefined) return;
  await sql`delete from connectivity_subscription where client_id = ${clientId}`.execute(tx);
  await sql`delete from connectivity_qos2 where session_id = ${sessionId}`.execute(tx);
  await sql`update connectivity_will set due_at = least(due_at, ${now}) where client_id = ${clientId}`.execute(tx);
}

async function readSession(tx: Db, clientId: string, sessionId: string) {
  const subscriptions = await tx
    .selectFrom('connectivity_subscription')
    .where('client_id', '=', clientId)
    .selectAll()
    .execute();
  const received = await tx
    .selectFrom('connectivity_qos2')
    .where('session_id', '=', sessionId)
    .select('packet_id')
    .execute();
  const sent = await tx
    .selectFrom('connectivity_downlink')
    .where('client_id', '=', clientId)
    .where('packet_id', 'is not', null)
    .selectAll()
    .orderBy('id')
    .execute();
  return {
    subscriptions: subscriptions.map(({ filter, qos, identifier }) => ({
      filter,
      qos,
      identifier: identifier === null ? undefined : Number(identifier),
    })),
    receivedIds: received.map(({ packet_id }) => packet_id),
    unacknowledged: sent.map((row) => outbound(row, row.qos, row.packet_id ?? 0)),
  };
}

/** The wills of lost connections, due after their delay or when the session ends, whichever comes first. */
async function queueWills(
  tx: Db,
  which: RawBuilder<boolean>,
  now: Date,
  expirySeconds: RawBuilder<unknown>,
): Promise<void> {
  await sql`insert into connectivity_will (id, client_id, ecu_id, vin, serial, certificate, channel, payload, qos, due_at)
      select gen_random_uuid(), client_id, ecu_id, vin, serial, certificate, will_channel, will_payload, will_qos,
        ${now}::timestamptz + make_interval(secs => least(will_delay, ${expirySeconds}))
      from connectivity_session where ${which} and will_channel is not null`.execute(tx);
}

interface Ending {
  readonly lost: boolean;
  readonly now: Date;
  readonly expirySeconds: RawBuilder<unknown>;
}

/** Closes the sessions that a condition names: their wills become due when the connection was lost, clean ones are gone. */
async function endSessions(tx: Db, which: RawBuilder<boolean>, { lost, now, expirySeconds }: Ending): Promise<void> {
  if (lost) await queueWills(tx, which, now, expirySeconds);
  await sql`delete from connectivity_qos2 where session_id in (select session_id from connectivity_session where ${which} and ${expirySeconds} = 0)`.execute(
    tx,
  );
  await sql`delete from connectivity_session where ${which} and ${expirySeconds} = 0`.execute(tx);
  await sql`update connectivity_session set expiry_seconds = ${expirySeconds}, expires_at = ${now}::timestamptz + make_interval(secs => ${expirySeconds}),
    replica = null, will_channel = null, will_payload = null, will_qos = null, will_delay = null where ${which}`.execute(
    tx,
  );
}

async function insertSubscriptions(db: Db, clientId: string, subscriptions: readonly Subscription[]): Promise<void> {
  // The last of several equal filters in one SUBSCRIBE counts (MQTT 5 s3.8.4).
  const last = [...new Map(subscriptions.map((subscription) => [subscription.filter, subscription])).values()];
  await sql`insert into connectivity_subscription (client_id, filter, qos, identifier)
    select ${clientId}, * from unnest(${last.map(({ filter }) => filter)}::text[], ${last.map(({ qos }) => qos)}::smallint[], ${last.map(({ identifier }) => identifier ?? null)}::bigint[])
    where exists (select from connectivity_session where client_id = ${clientId})
    on conflict (client_id, filter) do update set qos = excluded.qos, identifier = excluded.identifier`.execute(db);
}

/** The packet ids first: a second transaction with the same one waits here and then finds it taken. */
async function commitBatch(tx: Db, { claims, releases, work }: Commit): Promise<void> {
  const keyOf = ({ sessionId, packetId }: PacketRef) => `${sessionId} ${packetId}`;
  const fresh = new Set<string>();
  if (claims.length > 0) {
    const { rows } = await sql<{
      session_id: string;
      packet_id: number;
    }>`insert into connectivity_qos2 (session_id, packet_id)
      select * from unnest(${claims.map(({ sessionId }) => sessionId)}::uuid[], ${claims.map(({ packetId }) => packetId)}::int[]) order by 1, 2
      on conflict do nothing returning session_id, packet_id`.execute(tx);
    for (const row of rows) fresh.add(keyOf({ sessionId: row.session_id, packetId: row.packet_id }));
  }
  await work(tx, (ref) => fresh.has(keyOf(ref)));
  if (releases.length > 0) {
    await sql`delete from connectivity_qos2 q using unnest(${releases.map(({ sessionId }) => sessionId)}::uuid[], ${releases.map(({ packetId }) => packetId)}::int[]) as r(session_id, packet_id)
      where q.session_id = r.session_id and q.packet_id = r.packet_id`.execute(tx);
  }
}

async function takeDownlink(
  tx: Db,
  { clientId, channels, packetIds, now }: TakeRequest,
): Promise<readonly OutboundMessage[]> {
  const { rows } = await sql<DownlinkTable>`select * from connectivity_downlink
    where client_id = ${clientId} and packet_id is null and channel = any(${[...channels.keys()]}::text[]) and (expires_at is null or expires_at > ${now})
    order by id limit ${packetIds.length} for update skip locked`.execute(tx);
  const taken = rows.map((row, i) => {
    const qos = channels.get(row.channel) === 0 ? 0 : row.qos;
    return outbound(row, qos, qos === 0 ? 0 : (packetIds[i] as number));
  });
  const sent = taken.filter(({ qos }) => qos > 0);
  const gone = taken.filter(({ qos }) => qos === 0).map(({ id }) => id);
  if (gone.length > 0) await sql`delete from connectivity_downlink where id = any(${gone}::uuid[])`.execute(tx);
  if (sent.length > 0) {
    await sql`update connectivity_downlink d set packet_id = r.packet_id
      from unnest(${sent.map(({ id }) => id)}::uuid[], ${sent.map(({ packetId }) => packetId)}::int[]) as r(id, packet_id) where d.id = r.id`.execute(
      tx,
    );
  }
  return taken;
}

function outbound(row: DownlinkTable, qos: 0 | 1, packetId: number): OutboundMessage {
  return {
    id: row.id,
    channel: row.channel,
    payload: row.payload,
    qos,
    packetId,
    expiresAt: row.expires_at ?? undefined,
  };
}

async function publishWills(
  tx: Db,
  now: Date,
  most: number,
  publish: (tx: Db, will: DueWill) => Promise<void>,
): Promise<number> {
  const { rows } = await sql<WillTable>`delete from connectivity_will where id = any(array(
    select id from connectivity_will where due_at <= ${now} order by due_at limit ${most} for update skip locked)) returning *`.execute(
    tx,
  );
  for (const row of rows) await publish(tx, dueWill(row));
  return rows.length;
}

/** After a batch of wills failed: one alone, and when the data makes that fail too it is dropped. */
async function publishOneWill(
  db: Db,
  now: Date,
  publish: (tx: Db, will: DueWill) => Promise<void>,
  dropped: (error: unknown) => void,
): Promise<number> {
  let failed: { id: string; error: unknown } | undefined;
  try {
    return await inTransaction(db, async (tx) => {
      const row = await tx
        .selectFrom('connectivity_will')
        .where('due_at', '<=', now)
        .orderBy('due_at')
        .limit(1)
        .selectAll()
        .forUpdate()
        .skipLocked()
        .executeTakeFirst();
      if (row === undefined) return 0;
      failed = { id: row.id, error: undefined };
      await publish(tx, dueWill(row));
      await tx.deleteFrom('connectivity_will').where('id', '=', row.id).execute();
      return 1;
    });
  } catch (error) {
    if (failed === undefined || failureKind(error) !== 'data') throw error;
    await db.deleteFrom('connectivity_will').where('id', '=', failed.id).execute();
    dropped(error);
    return 1;
  }
}

const dueWill = (row: WillTable): DueWill => ({
  channel: row.channel,
  payload: row.payload,
  qos: row.qos,
  delaySeconds: 0,
  device: { ecuId: row.ecu_id, vin: row.vin, serial: row.serial, certificateSerial: row.certificate },
});

export interface NewDownlink {
  readonly id: string;
  readonly clientId: string;
  readonly channel: DownlinkChannel;
  readonly payload: Buffer;
  readonly qos: 0 | 1;
  readonly now: Date;
  readonly expiresAt: Date | undefined;
}

/** Queues a message unless the client has too many waiting already; says whether it did. */
export async function insertDownlink(tx: Db, message: NewDownlink, most: number): Promise<boolean> {
  const { id, clientId, channel, payload, qos, now, expiresAt } = message;
  const { numAffectedRows } =
    await sql`insert into connectivity_downlink (id, client_id, channel, payload, qos, created_at, expires_at)
    select ${id}::uuid, ${clientId}, ${channel}, ${payload}::bytea, ${qos}::smallint, ${now}::timestamptz, ${expiresAt ?? null}::timestamptz
    where (select count(*) from (select from connectivity_downlink where client_id = ${clientId} limit ${most}) as waiting) < ${most}`.execute(
      tx,
    );
  return numAffectedRows === 1n;
}

/** Closes the sessions of replicas that are gone, as if each connection had been lost. */
export function reapReplicas(
  db: Db,
  own: { replica: string; starting: boolean },
  now: Date,
  silentSince: Date,
  presence: ConnectivityDeps['presence'],
): Promise<void> {
  return inTransaction(db, async (tx) => {
    const { rows } = await sql<{ replica: string }>`delete from connectivity_replica
      where (seen_at < ${silentSince} and replica <> ${own.replica}) or (${own.starting} and replica = ${own.replica}) returning replica`.execute(
      tx,
    );
    const dead = rows.map(({ replica }) => replica);
    await sql`insert into connectivity_replica (replica, seen_at) values (${own.replica}, ${now}) on conflict (replica) do update set seen_at = excluded.seen_at`.execute(
      tx,
    );
    if (dead.length === 0) return;
    await endSessions(tx, sql<boolean>`replica = any(${dead}::text[])`, {
      lost: true,
      now,
      expirySeconds: sql`expiry_seconds`,
    });
    const { rows: ended } = await sql<{ ecuId: string }>`update connectivity_connection
      set disconnected_at = ${now}, reason = 'the server stopped'
      where replica = any(${dead}::text[]) and disconnected_at is null returning ecu_id as "ecuId"`.execute(tx);
    await presence(
      tx,
      ended.map(({ ecuId }) => ({ ecuId, connected: false, at: now })),
    );
  });
}

/** Forgets what has run out. Refusals stay a month, traffic a week. */
export async function removeExpired(db: Db, now: Date): Promise<void> {
  const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000);
  await sql`with gone as (delete from connectivity_session where expires_at <= ${now} returning session_id)
    delete from connectivity_qos2 where session_id in (select session_id from gone)`.execute(db);
  await sql`delete from connectivity_qos2 q where at < ${daysAgo(1)} and not exists (select from connectivity_session s where s.session_id = q.session_id)`.execute(
    db,
  );
  await sql`delete from connectivity_downlink where expires_at <= ${now}`.execute(db);
  await sql`delete from connectivity_refusal where last_at < ${daysAgo(30)}`.execute(db);
  await sql`delete from connectivity_traffic where minute < ${daysAgo(7)}`.execute(db);
}
