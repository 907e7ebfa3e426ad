import { type Connection, connectivityOperations, type ListQuery, type PageOf, type Refusal } from '@bulkhead/contract';
import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { compare, defineList } from '../../platform/db/filter-sql.ts';
import { pageOf } from '../../platform/db/page.ts';
import './tables.ts';

const state = sql<
  'connected' | 'disconnected'
>`case when c.disconnected_at is null then 'connected' else 'disconnected' end`;
const queued = sql<string>`(select count(*) from connectivity_downlink d where d.client_id = c.client_id)`;

const connectionList = defineList(
  connectivityOperations.listConnections.list,
  {
    vin: 'c.vin',
    ecuSerial: 'c.serial',
    state: { column: state, test: (test) => compare('enum', state, test) },
    protocol: 'c.protocol',
    address: 'c.address',
    connectedAt: 'c.connected_at',
    lastSeenAt: 'c.last_seen_at',
    messagesIn: 'c.messages_in',
    queued: { column: queued },
  },
  'c.client_id',
  'text',
);

const refusalList = defineList(
  connectivityOperations.listRefusals.list,
  {
    kind: 'r.kind',
    vin: { column: 'r.vin', nullable: true },
    ecuSerial: { column: 'r.serial', nullable: true },
    address: 'r.address',
    count: 'r.count',
    lastAt: 'r.last_at',
  },
  'r.id',
);

/** Messages of the last hour per minute, over all replicas. */
async function readTraffic(db: Db, now: Date) {
  const live = await db
    .selectFrom('connectivity_connection')
    .where('disconnected_at', 'is', null)
    .select(({ fn }) => fn.countAll<string>().as('n'))
    .executeTakeFirst();
  const rows = await db
    .selectFrom('connectivity_traffic')
    .where('minute', '>', new Date(now.getTime() - 3_600_000))
    .groupBy('minute')
    .orderBy('minute')
    .select(({ fn }) => [
      'minute',
      fn.sum<string>('messages_in').as('in'),
      fn.sum<string>('messages_out').as('out'),
      fn.sum<string>('refused').as('refused'),
    ])
    .execute();
  const minutes = rows.map((row) => ({
    at: row.minute.toISOString(),
    messagesIn: Number(row.in),
    messagesOut: Number(row.out),
    refused: Number(row.refused),
  }));
  return { connected: Number(live?.n ?? 0), minutes };
}

/** Read models of the front door. */
export const createConnectivityViews = (db: Db) => ({
  connections: async (query: ListQuery): Promise<PageOf<Connection>> => {
    const select = db.selectFrom('connectivity_connection as c').selectAll('c').select(queued.as('queued'));
    const { rows, ...page } = await pageOf(select, connectionList, query);
    return {
      ...page,
      items: rows.map((row) => ({
        clientId: row.client_id,
        vin: row.vin,
        ecuSerial: row.serial,
        state: row.disconnected_at === null ? 'connected' : 'disconnected',
        protocol: row.protocol,
        address: row.address,
        tls: row.tls,
        replica: row.replica,
        connectedAt: row.connected_at.toISOString(),
        lastSeenAt: row.last_seen_at.toISOString(),
        disconnectedAt: row.disconnected_at?.toISOString() ?? null,
        reason: row.reason,
        messagesIn: Number(row.messages_in),
        messagesOut: Number(row.messages_out),
        queued: Number(row.queued),
        certificate: row.certificate,
      })),
    };
  },
  refusals: async (query: ListQuery): Promise<PageOf<Refusal>> => {
    const { rows, ...page } = await pageOf(
      db.selectFrom('connectivity_refusal as r').selectAll('r'),
      refusalList,
      query,
    );
    return {
      ...page,
      items: rows.map((row) => ({
        kind: row.kind,
        vin: row.vin,
        ecuSerial: row.serial,
        address: row.address,
        detail: row.detail,
        count: Number(row.count),
        firstAt: row.first_at.toISOString(),
        lastAt: row.last_at.toISOString(),
      })),
    };
  },
  traffic: (now: Date) => readTraffic(db, now),
  isConnected: async (clientId: string): Promise<boolean> => {
    const row = await db
      .selectFrom('connectivity_session')
      .where('client_id', '=', clientId)
      .where('replica', 'is not', null)
      .select('client_id')
      .executeTakeFirst();
    return row !== undefined;
  },
});
export type ConnectivityViews = ReturnType<typeof createConnectivityViews>;
