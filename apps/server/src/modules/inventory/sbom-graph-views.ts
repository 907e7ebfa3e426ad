import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';

export interface Edge {
  readonly from: number;
  readonly to: number;
  readonly kind: 'depends-on' | 'contains' | 'provides';
}

/** Places of components and the edges between them, of one SBOM. */
export const createSbomGraphViews = (db: Db, sbomId: string) => ({
  /** Places at which the document names a component; usually one. */
  placesOf: async (componentId: string): Promise<number[]> => {
    const rows = await db
      .selectFrom('inventory_sbom_component')
      .select('ordinal')
      .where('sbom_id', '=', sbomId)
      .where('component_id', '=', componentId)
      .orderBy('ordinal')
      .execute();
    return rows.map(({ ordinal }) => ordinal);
  },

  /** Places next to these, in either direction, in the order of the document; at most `limit`. */
  neighbours: async (places: readonly number[], limit: number): Promise<number[]> => {
    const { rows } = await sql<{ place: number }>`
      select distinct n.place from (
        select to_ordinal as place from inventory_sbom_dependency where sbom_id = ${sbomId}::uuid and from_ordinal = any(${places}::int[])
        union all
        select from_ordinal from inventory_sbom_dependency where sbom_id = ${sbomId}::uuid and to_ordinal = any(${places}::int[])) n
      order by n.place limit ${limit}`.execute(db);
    return rows.map(({ place }) => place);
  },

  /** What nothing depends on: where a document without a root begins. */
  tops: async (limit: number): Promise<number[]> => {
    const { rows } = await sql<{ place: number }>`
      select distinct d.from_ordinal as place from inventory_sbom_dependency d where d.sbom_id = ${sbomId}::uuid and d.from_ordinal <> 0
        and not exists (select from inventory_sbom_dependency o where o.sbom_id = d.sbom_id and o.to_ordinal = d.from_ordinal)
      order by place limit ${limit}`.execute(db);
    return rows.map(({ place }) => place);
  },

  edgesAmong: async (places: readonly number[]): Promise<Edge[]> => {
    const { rows } = await sql<Edge>`
      select from_ordinal as "from", to_ordinal as "to", kind from inventory_sbom_dependency
      where sbom_id = ${sbomId}::uuid and from_ordinal = any(${places}::int[]) and to_ordinal = any(${places}::int[])
      order by from_ordinal, to_ordinal, kind limit 5000`.execute(db);
    return rows;
  },

  countEdges: async (): Promise<number> => {
    const { rows } = await sql<{ n: string }>`select count(*)::text as n from inventory_sbom_dependency
      where sbom_id = ${sbomId}::uuid`.execute(db);
    return Number(rows[0]?.n ?? 0);
  },

  componentsAt: async (places: readonly number[]) => {
    const { rows } = await sql<{
      place: number;
      id: string;
      name: string;
      version: string | null;
      identified: boolean;
    }>`
      select sc.ordinal as place, c.id, c.name, c.version, c.identified from inventory_sbom_component sc
      join inventory_component c on c.id = sc.component_id
      where sc.sbom_id = ${sbomId}::uuid and sc.ordinal = any(${places}::int[])`.execute(db);
    return rows;
  },
});
