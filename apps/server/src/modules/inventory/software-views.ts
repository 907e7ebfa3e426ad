import { inventoryOperations, type ListQuery, type Software } from '@bulkhead/contract';
import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { defineList } from '../../platform/db/filter-sql.ts';
import { pageOf } from '../../platform/db/page.ts';
import { type SoftwareUse, softwareUses } from './software-use-views.ts';

const software = defineList(
  inventoryOperations.listSoftware.list,
  { name: 's.name', version: 's.version', supplier: 's.supplier', function: 's.function', createdAt: 's.created_at' },
  's.id',
);

interface SoftwareRow {
  id: string;
  name: string;
  version: string;
  supplier: string;
  function: string;
  part_number: string | null;
  sha256: Buffer | null;
  component_count: number | null;
  sbom_id: string | null;
  created_at: Date;
}

const softwareOf = (row: SoftwareRow, use: SoftwareUse = { installations: 0, vehicles: 0 }): Software => ({
  id: row.id,
  name: row.name,
  version: row.version,
  supplier: row.supplier,
  function: row.function as Software['function'],
  partNumber: row.part_number,
  sha256: row.sha256?.toString('hex') ?? null,
  components: row.component_count,
  sbomId: row.sbom_id,
  ...use,
  createdAt: row.created_at.toISOString(),
});

const select = (db: Db) =>
  db
    .selectFrom('inventory_software as s')
    .leftJoin('inventory_sbom as b', (join) => join.onRef('b.software_id', '=', 's.id').on('b.state', '=', 'accepted'))
    .select(['s.id', 's.name', 's.version', 's.supplier', 's.function', 's.part_number', 's.sha256', 's.created_at'])
    .select(['b.id as sbom_id', 'b.component_count']);

export const createSoftwareViews = (db: Db) => ({
  list: async (query: ListQuery) => {
    const { rows, ...page } = await pageOf(select(db), software, query);
    const uses = await softwareUses(
      db,
      rows.map(({ id }) => id),
    );
    return { items: rows.map((row) => softwareOf(row, uses.get(row.id))), ...page };
  },

  byId: async (id: string): Promise<Software | undefined> => {
    const row = await select(db).where('s.id', '=', id).executeTakeFirst();
    return row && softwareOf(row, (await softwareUses(db, [id])).get(id));
  },

  /** Versions by name and version, as two columns of equal length. */
  known: async (names: readonly string[], versions: readonly string[]) => {
    const { rows } = await sql<Omit<SoftwareRow, 'component_count' | 'sbom_id'>>`
      select distinct s.id, s.name, s.version, s.supplier, s.function, s.part_number, s.sha256, s.created_at
      from unnest(${names}::text[], ${versions}::text[]) as r(name, version)
      join inventory_software s on s.name = r.name and s.version = r.version`.execute(db);
    return rows;
  },
});
