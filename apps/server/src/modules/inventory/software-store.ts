import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { registrationLock } from './installation-store.ts';
import { rowsOf } from './rows-store.ts';

export interface NewSoftware {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly supplier: string;
  readonly function: string;
  readonly part_number: string | null;
  readonly sha256: Buffer | null;
}

export type SoftwareStore = ReturnType<typeof createSoftwareStore>;

/** Writes inventory_software. */
export const createSoftwareStore = (db: Db) => ({
  /** Adds versions, and links the installations that reported them before anybody registered them. */
  insert: async (rows: readonly NewSoftware[], now: Date) => {
    if (rows.length === 0) return;
    const types = {
      id: 'uuid',
      name: 'text',
      version: 'text',
      supplier: 'text',
      function: 'text',
      part_number: 'text',
      sha256: 'bytea',
    } as const;
    await sql`select pg_advisory_xact_lock(${registrationLock})`.execute(db);
    await sql`insert into inventory_software (id, name, version, supplier, function, part_number, sha256, created_at)
      select r.*, ${now}::timestamptz from ${rowsOf(rows, types)}`.execute(db);
    await sql`with held as (
        select i.ecu_id, i.name, i.slot, s.id from inventory_software s
        join inventory_installation i on i.name = s.name and i.reported_version = s.version and i.reported_id is null
        where s.id = any(${rows.map(({ id }) => id)}::uuid[]) order by i.ecu_id, i.name, i.slot for no key update of i)
      update inventory_installation i set reported_id = h.id from held h
      where i.ecu_id = h.ecu_id and i.name = h.name and i.slot = h.slot and i.reported_id is null`.execute(db);
  },

  updateDetails: async (
    rows: readonly Pick<NewSoftware, 'id' | 'supplier' | 'function' | 'part_number' | 'sha256'>[],
  ) => {
    if (rows.length === 0) return;
    const types = { id: 'uuid', supplier: 'text', function: 'text', part_number: 'text', sha256: 'bytea' } as const;
    await sql`update inventory_software s set supplier = r.supplier, function = r.function, part_number = r.part_number,
      sha256 = coalesce(s.sha256, r.sha256) from ${rowsOf(rows, types)} where s.id = r.id`.execute(db);
  },
});
