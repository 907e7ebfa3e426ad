import { inventoryOperations, type ListQuery, type SbomStatement } from '@bulkhead/contract';
import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { defineList } from '../../platform/db/filter-sql.ts';
import { pageOf } from '../../platform/db/page.ts';
import { idTest } from './sbom-views.ts';

const statements = defineList(
  inventoryOperations.listSbomStatements.list,
  {
    vulnerability: { column: 't.vulnerability', order: sql`left(t.vulnerability, 200)` },
    status: 't.status',
    sbom: { test: idTest('t.sbom_id') },
  },
  't.id',
  'bigint',
);

/** A statement as the vulnerabilities module takes it; words are those of the document. */
export interface StoredStatement {
  readonly id: string;
  readonly vulnerability: string;
  readonly status: string | null;
  readonly justification: string | null;
  readonly detail: string | null;
  readonly responses: readonly string[];
  /** Components of the SBOM that it is about. */
  readonly componentIds: readonly string[];
  /** It is about the software as a whole. */
  readonly wholeSoftware: boolean;
  /** References that name nothing in the document. */
  readonly elsewhere: readonly string[];
  readonly at: Date | null;
}

const namesShown = 20;

export const createStatementViews = (db: Db) => ({
  list: async (query: ListQuery) => {
    const select = db.selectFrom('inventory_sbom_statement as t').selectAll('t');
    const { rows, ...page } = await pageOf(select, statements, query);
    const names = await namesOf(db, rows);
    const items = rows.map(
      (row): SbomStatement => ({
        id: row.id,
        sbomId: row.sbom_id,
        vulnerability: row.vulnerability,
        status: row.status,
        justification: row.justification,
        detail: row.detail,
        responses: row.responses,
        components: row.ordinals
          .slice(0, namesShown)
          .map((ordinal) => (ordinal === 0 ? 'the software itself' : (names.get(`${row.sbom_id} ${ordinal}`) ?? '')))
          .filter(Boolean),
        componentCount: row.ordinals.length,
        elsewhere: row.elsewhere.slice(0, namesShown),
        at: row.at?.toISOString() ?? null,
      }),
    );
    return { items, ...page };
  },

  ofSbom: async (
    sbomId: string,
    { after = '0', limit = 1_000 }: { readonly after?: string; readonly limit?: number },
  ) => {
    const { rows } = await sql<StoredStatement>`
      select t.id::text, t.vulnerability, t.status, t.justification, t.detail, t.responses, t.elsewhere, t.at,
        0 = any(t.ordinals) as "wholeSoftware",
        array(select distinct sc.component_id from inventory_sbom_component sc
          where sc.sbom_id = t.sbom_id and sc.ordinal = any(t.ordinals)) as "componentIds"
      from inventory_sbom_statement t where t.sbom_id = ${sbomId}::uuid and t.id > ${after}::bigint
      order by t.id limit ${Math.min(limit, 10_000)}`.execute(db);
    return rows;
  },
});

/** "name version" by SBOM and place, for the first components of each statement. */
async function namesOf(db: Db, rows: readonly { sbom_id: string; ordinals: number[] }[]): Promise<Map<string, string>> {
  const places = rows.flatMap(({ sbom_id, ordinals }) =>
    ordinals.slice(0, namesShown).map((ordinal) => ({ sbom: sbom_id, ordinal })),
  );
  const found = await sql<{ sbom_id: string; ordinal: number; name: string; version: string | null }>`
    select sc.sbom_id, sc.ordinal, c.name, c.version
    from unnest(${places.map(({ sbom }) => sbom)}::uuid[], ${places.map(({ ordinal }) => ordinal)}::int[]) p(sbom_id, ordinal)
    join inventory_sbom_component sc on sc.sbom_id = p.sbom_id and sc.ordinal = p.ordinal
    join inventory_component c on c.id = sc.component_id`.execute(db);
  return new Map(
    found.rows.map(({ sbom_id, ordinal, name, version }) => [
      `${sbom_id} ${ordinal}`,
      version ? `${name} ${version}` : name,
    ]),
  );
}
