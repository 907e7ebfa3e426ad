import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';

/** A component as one document lists it. */
export interface ListedComponent {
  readonly name: string;
  readonly version: string | null;
  readonly purl: string | null;
  readonly cpe: string | null;
  readonly licences: readonly string[];
}

/** One component with everything that an export needs, by its place in the document. */
export interface PlacedComponent extends ListedComponent {
  readonly place: number;
  readonly type: string;
  readonly supplier: string | null;
  readonly scope: string | null;
  readonly hashes: readonly { readonly algorithm: string; readonly value: string }[] | null;
}

const page = 1_000;

/** Contents of an SBOM in use, as its document lists them. */
export const createContentViews = (db: Db) => ({
  /** What is on the vehicle; what is excluded is left out. */
  listed: async (sbomId: string): Promise<ListedComponent[]> => {
    const { rows } = await sql<ListedComponent>`
      select c.name, c.version, c.purl, c.cpe, coalesce(sc.licences, c.licences) as licences
      from inventory_sbom_component sc join inventory_component c on c.id = sc.component_id
      where sc.sbom_id = ${sbomId}::uuid and sc.scope is distinct from 'excluded' order by sc.ordinal`.execute(db);
    return rows;
  },

  /** Page by page in the order of the document, so that an export holds one page at a time. */
  async *components(sbomId: string): AsyncGenerator<readonly PlacedComponent[]> {
    for (let after = 0; ; ) {
      const { rows } = await sql<PlacedComponent>`
        select sc.ordinal as place, c.name, c.version, c.purl, c.cpe, c.type, c.supplier, sc.scope, sc.hashes,
          coalesce(sc.licences, c.licences) as licences
        from inventory_sbom_component sc join inventory_component c on c.id = sc.component_id
        where sc.sbom_id = ${sbomId}::uuid and sc.ordinal > ${after} and sc.scope is distinct from 'excluded'
        order by sc.ordinal limit ${page}`.execute(db);
      if (rows.length > 0) yield rows;
      const last = rows.at(-1);
      if (!last || rows.length < page) return;
      after = last.place;
    }
  },

  /** Dependencies page by page, grouped by the one that depends. Edges of what is excluded are left out. */
  async *dependencies(
    sbomId: string,
  ): AsyncGenerator<readonly { readonly from: number; readonly to: readonly number[] }[]> {
    for (let after = -1; ; ) {
      const { rows } = await sql<{ from: number; to: number[] }>`
        select d.from_ordinal as "from", array_agg(distinct d.to_ordinal) as "to" from inventory_sbom_dependency d
        left join inventory_sbom_component f on f.sbom_id = d.sbom_id and f.ordinal = d.from_ordinal
        left join inventory_sbom_component t on t.sbom_id = d.sbom_id and t.ordinal = d.to_ordinal
        where d.sbom_id = ${sbomId}::uuid and d.from_ordinal > ${after} and d.kind <> 'provides'
          and f.scope is distinct from 'excluded' and t.scope is distinct from 'excluded'
        group by d.from_ordinal order by d.from_ordinal limit ${page}`.execute(db);
      if (rows.length > 0) yield rows;
      const last = rows.at(-1);
      if (!last || rows.length < page) return;
      after = last.from;
    }
  },
});
