import { inventoryOperations, type ListQuery, type Sbom } from '@bulkhead/contract';
import { type Expression, type SqlBool, sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { compare, defineList, type FilterTest } from '../../platform/db/filter-sql.ts';
import { pageOf } from '../../platform/db/page.ts';

const isId = (text: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);

/** Compares a uuid column with texts; text that is no id matches nothing. */
export function idTest(column: string): (test: FilterTest) => Expression<SqlBool> {
  return (test) =>
    test.operator === '=' || test.operator === 'in'
      ? sql<SqlBool>`${sql.ref(column)} = any(${test.values.filter(isId)}::uuid[])`
      : compare('string', sql`${sql.ref(column)}::text`, test);
}

const sboms = defineList(
  inventoryOperations.listSboms.list,
  {
    software: 'b.software',
    softwareId: { test: idTest('b.software_id') },
    supplier: 'b.supplier',
    format: 'b.format',
    components: 'b.component_count',
    unidentified: 'b.unidentified',
    score: { column: 'b.quality_score', nullable: true },
    state: 'b.state',
    uploadedAt: 'b.uploaded_at',
  },
  'b.id',
);

const select = (db: Db) =>
  db
    .selectFrom('inventory_sbom as b')
    .innerJoin('inventory_software as s', 's.id', 'b.software_id')
    .select(['b.id', 'b.software_id', 'b.software', 's.version', 'b.format', 'b.spec_version', 'b.component_count'])
    .select(['b.unidentified', 'b.warnings', 'b.sha256', 'b.size', 'b.uploaded_at', 'b.uploaded_by', 'b.supplier'])
    .select(['b.statement_count', 'b.quality_score', 'b.state', 'b.state_reason', 'b.decided_by', 'b.decided_at']);

type SbomRow = Awaited<ReturnType<ReturnType<typeof select>['executeTakeFirstOrThrow']>>;

const sbomOf = (row: SbomRow): Sbom => ({
  id: row.id,
  softwareId: row.software_id,
  software: row.software,
  version: row.version,
  supplier: row.supplier,
  format: row.format,
  specVersion: row.spec_version,
  components: row.component_count,
  unidentified: row.unidentified,
  statements: row.statement_count,
  score: row.quality_score,
  state: row.state,
  stateReason: row.state_reason,
  decidedBy: row.decided_by,
  decidedAt: row.decided_at?.toISOString() ?? null,
  warnings: row.warnings,
  sha256: row.sha256.toString('hex'),
  size: row.size,
  uploadedAt: row.uploaded_at.toISOString(),
  uploadedBy: row.uploaded_by,
});

export const createSbomViews = (db: Db) => ({
  list: async (query: ListQuery) => {
    const { rows, ...page } = await pageOf(select(db), sboms, query);
    return { items: rows.map(sbomOf), ...page };
  },

  byId: async (id: string): Promise<Sbom | undefined> => {
    const row = await select(db).where('b.id', '=', id).executeTakeFirst();
    return row && sbomOf(row);
  },

  /** The one in use, if any, and the one that waits below the gate, if any. */
  ofSoftware: async (softwareId: string): Promise<Sbom[]> =>
    (await select(db).where('b.software_id', '=', softwareId).execute()).map(sbomOf),

  /** The SBOM of that id, or else the one in use of the software version of that id. */
  byEither: async (id: string): Promise<Sbom | undefined> => {
    const rows = await select(db)
      .where(({ or, and, eb }) =>
        or([eb('b.id', '=', id), and([eb('b.software_id', '=', id), eb('b.state', '=', 'accepted')])]),
      )
      .execute();
    const row = rows.find((one) => one.id === id) ?? rows[0];
    return row && sbomOf(row);
  },

  hashesOf: async (softwareId: string): Promise<Buffer[]> => {
    const rows = await db.selectFrom('inventory_sbom').select('sha256').where('software_id', '=', softwareId).execute();
    return rows.map(({ sha256 }) => sha256);
  },

  document: async (id: string) => {
    const row = await db
      .selectFrom('inventory_sbom as b')
      .leftJoin('inventory_sbom_document as d', 'd.sha256', 'b.sha256')
      .select(['b.software', 'b.format', sql<Buffer>`coalesce(d.document, b.document)`.as('document')])
      .where('b.id', '=', id)
      .executeTakeFirst();
    return row;
  },

  quality: async (id: string) => {
    const row = await db
      .selectFrom('inventory_sbom')
      .select(['quality_score', 'quality', 'supplier'])
      .where('id', '=', id)
      .executeTakeFirst();
    return row && { score: row.quality_score, rules: row.quality, supplier: row.supplier };
  },

  unrated: async (limit: number): Promise<string[]> => {
    const rows = await db
      .selectFrom('inventory_sbom')
      .select('id')
      .where('quality_score', 'is', null)
      .limit(limit)
      .execute();
    return rows.map(({ id }) => id);
  },
});
