import { newId } from '@bulkhead/kernel';
import { type RawBuilder, sql } from 'kysely';
import { type Db, inTransaction } from '../../platform/db/database.ts';
import type { AuditOn, AuditRecord, ConnectivityDeps } from './deps.ts';
import type { Announce } from './front.ts';
import type { ConnectionRecord, JournalPage, JournalStore } from './journal.ts';
import type { RefusalCount } from './refusals.ts';

export interface JournalStoreDeps {
  readonly db: Db;
  readonly audit: AuditOn;
  readonly announce: Announce;
  readonly presence: ConnectivityDeps['presence'];
  /** What of a page belongs into the audit log. */
  readonly auditOf: (page: JournalPage) => readonly AuditRecord[];
}

/** Writes what people see of the front door: connections, refusals, traffic, and the audit entries of refusals. */
export function createJournalStore({ db, audit, announce, auditOf, presence }: JournalStoreDeps): JournalStore {
  return {
    write: async (page) => {
      const { connections, refusals, messagesIn, messagesOut } = page;
      if (connections.length + refusals.length + messagesIn + messagesOut === 0) return;
      const records = auditOf(page);
      await inTransaction(db, async (tx) => {
        if (connections.length > 0) await upsertConnections(tx, page.replica, connections);
        if (connections.length > 0) await presence(tx, connections.map(presenceOf));
        if (refusals.length > 0) await addRefusals(tx, page.replica, refusals);
        await addTraffic(tx, page);
        if (records.length > 0) await audit(tx).appendAll(records);
        if (connections.length > 0) await announce(tx, 'connectivity.connections', { changed: connections.length });
        if (refusals.length > 0) await announce(tx, 'connectivity.refusals', { changed: refusals.length });
      });
    },
  };
}

const presenceOf = ({ ecuId, disconnectedAt, connectedAt }: ConnectionRecord) => ({
  ecuId,
  connected: disconnectedAt === undefined,
  at: disconnectedAt ?? connectedAt,
});

type Column<Row> = readonly [name: string, type: string, value: (row: Row) => unknown];

/** `unnest` of one array per column: one statement whatever the number of rows. */
function rowsOf<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
): { names: RawBuilder<unknown>; source: RawBuilder<unknown> } {
  const arrays = columns.map(([, type, value]) => sql`${rows.map((row) => value(row) ?? null)}::${sql.raw(type)}[]`);
  return { names: sql.join(columns.map(([name]) => sql.ref(name))), source: sql`unnest(${sql.join(arrays)})` };
}

const connectionColumns: readonly Column<ConnectionRecord>[] = [
  ['client_id', 'text', (row) => row.clientId],
  ['connection_id', 'uuid', (row) => row.connectionId],
  ['ecu_id', 'uuid', (row) => row.ecuId],
  ['vin', 'text', (row) => row.vin],
  ['serial', 'text', (row) => row.serial],
  ['certificate', 'text', (row) => row.certificate],
  ['address', 'text', (row) => row.address],
  ['protocol', 'text', (row) => row.protocol],
  ['tls', 'text', (row) => row.tls],
  ['keep_alive', 'int', (row) => row.keepAliveSeconds],
  ['connected_at', 'timestamptz', (row) => row.connectedAt],
  ['last_seen_at', 'timestamptz', (row) => row.lastSeenAt],
  ['disconnected_at', 'timestamptz', (row) => row.disconnectedAt],
  ['reason', 'text', (row) => row.reason],
  ['messages_in', 'bigint', (row) => row.messagesIn],
  ['messages_out', 'bigint', (row) => row.messagesOut],
];

/** The newest connection of a client wins; connection ids are in the order of time (UUIDv7). */
async function upsertConnections(tx: Db, replica: string, records: readonly ConnectionRecord[]): Promise<void> {
  const sorted = [...records].sort((a, b) => (a.clientId < b.clientId ? -1 : 1));
  const { names, source } = rowsOf(sorted, connectionColumns);
  const set = ['replica', ...connectionColumns.slice(1).map(([name]) => name)].map(
    (name) => sql`${sql.ref(name)} = excluded.${sql.ref(name)}`,
  );
  await sql`insert into connectivity_connection (replica, ${names}) select ${replica}, * from ${source}
    on conflict (client_id) do update set ${sql.join(set)} where connectivity_connection.connection_id <= excluded.connection_id`.execute(
    tx,
  );
}

const refusalColumns: readonly Column<RefusalCount>[] = [
  ['id', 'uuid', () => newId()],
  ['minute', 'timestamptz', (row) => row.minute],
  ['kind', 'text', (row) => row.kind],
  ['party', 'text', (row) => row.ecuId ?? row.address],
  ['ecu_id', 'uuid', (row) => row.ecuId],
  ['vin', 'text', (row) => row.vin],
  ['serial', 'text', (row) => row.serial],
  ['address', 'text', (row) => row.address],
  ['detail', 'text', (row) => row.detail],
  ['count', 'bigint', (row) => row.count],
  ['first_at', 'timestamptz', (row) => row.firstAt],
  ['last_at', 'timestamptz', (row) => row.lastAt],
];

async function addRefusals(tx: Db, replica: string, refusals: readonly RefusalCount[]): Promise<void> {
  const { names, source } = rowsOf(refusals, refusalColumns);
  await sql`insert into connectivity_refusal (replica, ${names}) select ${replica}, * from ${source}
    on conflict (minute, replica, kind, party) do update set count = connectivity_refusal.count + excluded.count,
      detail = excluded.detail, last_at = greatest(connectivity_refusal.last_at, excluded.last_at)`.execute(tx);
}

async function addTraffic(tx: Db, { replica, now, messagesIn, messagesOut, refusals }: JournalPage): Promise<void> {
  const refused = refusals.reduce((sum, { count }) => sum + count, 0);
  await sql`insert into connectivity_traffic (minute, replica, messages_in, messages_out, refused)
    values (date_trunc('minute', ${now}::timestamptz), ${replica}, ${messagesIn}, ${messagesOut}, ${refused})
    on conflict (minute, replica) do update set messages_in = connectivity_traffic.messages_in + excluded.messages_in,
      messages_out = connectivity_traffic.messages_out + excluded.messages_out, refused = connectivity_traffic.refused + excluded.refused`.execute(
    tx,
  );
}
