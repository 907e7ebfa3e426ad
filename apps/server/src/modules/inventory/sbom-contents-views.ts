import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';

export interface SbomContentsRow {
  readonly id: string;
  readonly name: string;
  readonly version: string | null;
  readonly purl: string | null;
  readonly cpe: string | null;
  readonly supplier: string | null;
  readonly hashes: unknown;
}

/** What another module takes over from an SBOM: the software it describes and the components in it. */
export const createSbomContentsViews = (db: Db) => ({
  /** Undefined when the software version is unknown or has no SBOM. */
  contents: async (softwareId: string) => {
    const software = await db
      .selectFrom('inventory_software as s')
      .innerJoin('inventory_sbom as b', 'b.software_id', 's.id')
      .select(['s.id', 's.name', 's.version', 's.supplier', 's.function', 's.created_at', 'b.id as sbom_id'])
      .where('s.id', '=', softwareId)
      .executeTakeFirst();
    if (!software) return undefined;
    const { rows: components } = await sql<SbomContentsRow>`
      select distinct on (c.id) c.id, c.name, c.version, c.purl, c.cpe, c.supplier, sc.hashes from inventory_sbom_component sc
      join inventory_component c on c.id = sc.component_id where sc.sbom_id = ${software.sbom_id} order by c.id, sc.ordinal`.execute(
      db,
    );
    const { sbom_id: sbomId, created_at: createdAt, ...rest } = software;
    return { sbomId, software: { ...rest, createdAt }, components };
  },

  described: async (): Promise<{ softwareId: string; sbomId: string }[]> => {
    const rows = await db.selectFrom('inventory_sbom').select(['id', 'software_id']).execute();
    return rows.map((row) => ({ softwareId: row.software_id, sbomId: row.id }));
  },

  /** Software versions in use that no SBOM describes. */
  undescribed: async (): Promise<number> => {
    const { rows } = await sql<{ n: number }>`select count(*)::int as n from inventory_software s
      where not exists (select from inventory_sbom b where b.software_id = s.id)`.execute(db);
    return rows[0]?.n ?? 0;
  },

  /** Ids of the components that are known here, by their identity. */
  knownComponents: async (keys: readonly string[]): Promise<Map<string, string>> => {
    const { rows } = await sql<{
      id: string;
      key: string;
    }>`select id, encode(key, 'hex') as key from inventory_component
      where key = any(array(select decode(k, 'hex') from unnest(${[...keys]}::text[]) as k))`.execute(db);
    return new Map(rows.map(({ key, id }) => [key, id]));
  },
});
