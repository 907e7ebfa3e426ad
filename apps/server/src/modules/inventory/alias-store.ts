import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';

export interface NewAlias {
  readonly id: string;
  /** As it stands in a document; the table keeps its key. */
  readonly name: string;
  readonly prefix: boolean;
  readonly purl: string | null;
  readonly cpe_vendor: string | null;
  readonly cpe_product: string | null;
  readonly source: 'same-name' | 'recipe' | 'person';
  readonly because: string;
}

/** Writes inventory_alias. */
export const createAliasStore = (db: Db) => ({
  /** Adds proposals; one that is there already, whatever was decided about it, stays as it is. */
  propose: async (rows: readonly NewAlias[], at: Date) => {
    if (rows.length === 0) return;
    await sql`insert into inventory_alias (id, name_key, prefix, purl, cpe_vendor, cpe_product, state, source, because, created_at)
      select r.id, inventory_name_key(r.name), r.prefix, r.purl, r.cpe_vendor, r.cpe_product, 'proposed', r.source, r.because,
        ${at}::timestamptz
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(id uuid, name text, prefix boolean, purl text, cpe_vendor text,
        cpe_product text, source text, because text)
      order by r.name, r.id on conflict do nothing`.execute(db);
  },

  /** Adds what a person says, or answers the id of the row that says the same. */
  put: async ({ id, name, prefix, purl, cpe_vendor, cpe_product, because }: NewAlias, at: Date): Promise<string> => {
    const { rows } = await sql<{ id: string }>`
      insert into inventory_alias (id, name_key, prefix, purl, cpe_vendor, cpe_product, state, source, because, created_at)
      values (${id}::uuid, inventory_name_key(${name}), ${prefix}, ${purl}, ${cpe_vendor}, ${cpe_product}, 'proposed', 'person',
        ${because}, ${at}::timestamptz)
      on conflict (name_key, prefix, coalesce(purl, ''), coalesce(cpe_vendor, ''), coalesce(cpe_product, ''))
      do update set because = inventory_alias.because returning id`.execute(db);
    return rows[0]?.id ?? id;
  },

  /** Every decision about one name waits for the one before; a lock on rows would not see those that are just made. */
  hold: async (id: string) => {
    await sql`select pg_advisory_xact_lock(hashtextextended('inventory_alias ' || a.name_key, 0)) from inventory_alias a
      where a.id = ${id}::uuid`.execute(db);
  },

  /** One meaning of a name holds; the others, proposed or confirmed before, do not. */
  confirm: async (id: string, by: string, at: Date) => {
    await sql`update inventory_alias a set state = 'rejected', decided_at = ${at}::timestamptz, decided_by = ${by}
      from inventory_alias o where o.id = ${id}::uuid and a.id <> o.id and a.name_key = o.name_key and a.prefix = o.prefix
        and a.state <> 'rejected'`.execute(db);
    await db
      .updateTable('inventory_alias')
      .set({ state: 'confirmed', decided_at: at, decided_by: by })
      .where('id', '=', id)
      .execute();
  },

  reject: (id: string, by: string, at: Date) =>
    db
      .updateTable('inventory_alias')
      .set({ state: 'rejected', decided_at: at, decided_by: by })
      .where('id', '=', id)
      .execute(),
});
