import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { Served } from './domain/served.ts';
import type { EcuKeyTable, NoteTable } from './tables.ts';
import './tables.ts';

export interface Signing {
  readonly vin: string;
  readonly version: number;
  readonly content: Buffer;
  readonly epoch: number;
  readonly signedAt: Date;
  readonly served: Served;
  readonly fault: string | null;
  readonly named: readonly string[];
}

/** Writes what belongs to vehicles. */
export const createDirectorStore = (db: Db) => ({
  /** Registers a vehicle, or names another Primary of it. */
  putVehicle: (vin: string, primarySerial: string, dialect: 'a' | 'b', now: Date) =>
    db
      .insertInto('director_vehicle')
      .values({ vin, primary_serial: primarySerial, dialect, registered_at: now })
      .onConflict((oc) =>
        oc.column('vin').doUpdateSet({ primary_serial: primarySerial, dialect, reregister_until: null }),
      )
      .execute(),

  putEcus: async (vin: string, rows: readonly EcuKeyTable[]) => {
    if (rows.some(({ is_primary }) => is_primary))
      await db.updateTable('director_ecu').set({ is_primary: false }).where('vin', '=', vin).execute();
    await db
      .insertInto('director_ecu')
      .values([...rows])
      .onConflict((oc) =>
        oc.column('ecu_id').doUpdateSet((eb) => ({
          hardware_id: eb.ref('excluded.hardware_id'),
          is_primary: eb.ref('excluded.is_primary'),
          key_type: eb.ref('excluded.key_type'),
          key_value: eb.ref('excluded.key_value'),
          registered_at: eb.ref('excluded.registered_at'),
        })),
      )
      .execute();
  },

  allowReregistration: (vin: string, until: Date) =>
    db.updateTable('director_vehicle').set({ reregister_until: until }).where('vin', '=', vin).executeTakeFirst(),

  /** Holds the row of a vehicle. */
  hold: (vin: string) =>
    db.selectFrom('director_vehicle').selectAll().where('vin', '=', vin).forUpdate().executeTakeFirst(),

  /** What is served from now on, for many vehicles in one statement; a version that is not above the one before is left. */
  putSigned: async (rows: readonly Signing[]): Promise<ReadonlySet<string>> => {
    if (rows.length === 0) return new Set();
    const column = <T>(pick: (row: Signing) => T) => rows.map(pick);
    const { rows: written } = await sql<{ vin: string }>`update director_vehicle v set version = r.version,
        content = r.content, epoch = r.epoch, signed_at = r.signed_at, kind = r.served->>'kind', served = r.served,
        fault = r.fault, named = array(select jsonb_array_elements_text(r.named)),
        served_since = case when v.content is distinct from r.content then r.signed_at else v.served_since end
      from unnest(${column((r) => r.vin)}::text[], ${column((r) => r.version)}::int[], ${column((r) => r.content)}::bytea[],
        ${column((r) => r.epoch)}::int[], ${column((r) => r.signedAt)}::timestamptz[],
        ${column((r) => JSON.stringify(r.served))}::jsonb[], ${column((r) => r.fault)}::text[],
        ${column((r) => JSON.stringify(r.named))}::jsonb[]) as r (vin, version, content, epoch, signed_at, served, fault, named)
      where v.vin = r.vin and v.version < r.version returning v.vin`.execute(db);
    return new Set(written.map(({ vin }) => vin));
  },

  touch: (vin: string, now: Date) =>
    db.updateTable('director_vehicle').set({ fetched_at: now }).where('vin', '=', vin).execute(),

  putInformation: (sha256: string, document: string, now: Date) =>
    db
      .insertInto('director_information')
      .values({ sha256: Buffer.from(sha256, 'hex'), document, created_at: now })
      .onConflict((oc) => oc.doNothing())
      .execute(),

  putNote: (row: NoteTable) =>
    db
      .insertInto('director_note')
      .values(row)
      .onConflict((oc) =>
        oc.columns(['vin', 'kind']).doUpdateSet({ document: row.document, received_at: row.received_at }),
      )
      .execute(),

  /** Numbers for security events of the Director's own. */
  eventNumbers: async (count: number): Promise<number[]> => {
    const { rows } = await sql<{ n: string }>`select nextval('director_event')::text as n
      from generate_series(1, ${count}::int)`.execute(db);
    return rows.map(({ n }) => Number(n));
  },
});
