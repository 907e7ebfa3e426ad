import { type Component, inventoryOperations, type ListQuery, type Sbom } from '@bulkhead/contract';
import { type Expression, type SqlBool, sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { compare, defineList, type FilterTest } from '../../platform/db/filter-sql.ts';
import { pageOf } from '../../platform/db/page.ts';
import { isLargeFleet } from './fleet-size-views.ts';

const sboms = defineList(
  inventoryOperations.listSboms.list,
  {
    software: 'b.software',
    format: 'b.format',
    components: 'b.component_count',
    unidentified: 'b.unidentified',
    uploadedAt: 'b.uploaded_at',
  },
  'b.id',
);

/** `sbom = <id>`: the components of one document; text that is no id matches nothing. */
function sbomTest(test: FilterTest): Expression<SqlBool> {
  const column = sql`sc.sbom_id::text`;
  const ids = test.values.filter((value) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value));
  const matches =
    test.operator === '=' || test.operator === 'in'
      ? sql`sc.sbom_id = any(${ids}::uuid[])`
      : compare('string', column, test);
  return sql<SqlBool>`exists (select from inventory_sbom_component sc where sc.component_id = c.id and ${matches})`;
}

const short = (column: Expression<unknown>) => sql`left(${column}, 200)`;

const components = defineList(
  inventoryOperations.listComponents.list,
  {
    name: { column: 'c.name', order: short(sql.ref('c.name')) },
    version: { column: 'c.version', order: short(sql`coalesce(c.version, '')`) },
    purl: { column: 'c.purl', order: short(sql`coalesce(c.purl, '')`) },
    sbom: { test: sbomTest },
    identified: 'c.identified',
  },
  'c.id',
);

const select = (db: Db) =>
  db
    .selectFrom('inventory_sbom as b')
    .innerJoin('inventory_software as s', 's.id', 'b.software_id')
    .select(['b.id', 'b.software_id', 'b.software', 's.version', 'b.format', 'b.spec_version', 'b.component_count'])
    .select(['b.unidentified', 'b.warnings', 'b.sha256', 'b.size', 'b.uploaded_at', 'b.uploaded_by']);

type SbomRow = Awaited<ReturnType<ReturnType<typeof select>['executeTakeFirstOrThrow']>>;

const sbomOf = (row: SbomRow): Sbom => ({
  id: row.id,
  softwareId: row.software_id,
  software: row.software,
  version: row.version,
  format: row.format,
  specVersion: row.spec_version,
  components: row.component_count,
  unidentified: row.unidentified,
  warnings: row.warnings,
  sha256: row.sha256.toString('hex'),
  size: row.size,
  uploadedAt: row.uploaded_at.toISOString(),
  uploadedBy: row.uploaded_by,
});

interface Use {
  readonly softwareVersions: number;
  readonly vehicles: number;
}

/**
 * Software versions and vehicles that carry a component. Of a large fleet the vehicles are those of the versions added
 * up, at most the fleet: an upper bound, since one vehicle may run several of them.
 */
async function usesOf(db: Db, ids: readonly string[]): Promise<Map<string, Use>> {
  if (ids.length === 0) return new Map();
  if (await isLargeFleet(db)) return boundsOf(db, ids);
  const { rows } = await sql<{ id: string; versions: string; vehicles: string }>`
    with used as materialized (select distinct sc.component_id, b.software_id from inventory_sbom_component sc
      join inventory_sbom b on b.id = sc.sbom_id where sc.component_id = any(${ids}::uuid[]))
    select u.component_id as id, count(distinct u.software_id)::text as versions, count(distinct i.vehicle_id)::text as vehicles
    from used u left join inventory_installation i on i.current_id = u.software_id group by u.component_id`.execute(db);
  return new Map(
    rows.map((row) => [row.id, { softwareVersions: Number(row.versions), vehicles: Number(row.vehicles) }]),
  );
}

async function boundsOf(db: Db, ids: readonly string[]): Promise<Map<string, Use>> {
  const { rows } = await sql<{ id: string; versions: string; vehicles: string }>`
    select u.component_id as id, count(*)::text as versions,
      least(sum(s.vehicles), (select sum(vehicle_count) from inventory_model))::text as vehicles
    from (select distinct sc.component_id, b.software_id from inventory_sbom_component sc
      join inventory_sbom b on b.id = sc.sbom_id where sc.component_id = any(${ids}::uuid[])) u
    join inventory_software s on s.id = u.software_id group by u.component_id`.execute(db);
  return new Map(
    rows.map((row) => [row.id, { softwareVersions: Number(row.versions), vehicles: Number(row.vehicles) }]),
  );
}

export const createSbomViews = (db: Db) => ({
  list: async (query: ListQuery) => {
    const { rows, ...page } = await pageOf(select(db), sboms, query);
    return { items: rows.map(sbomOf), ...page };
  },

  byId: async (id: string): Promise<Sbom | undefined> => {
    const row = await select(db).where('b.id', '=', id).executeTakeFirst();
    return row && sbomOf(row);
  },

  bySoftware: async (softwareId: string): Promise<Sbom | undefined> => {
    const row = await select(db).where('b.software_id', '=', softwareId).executeTakeFirst();
    return row && sbomOf(row);
  },

  document: (id: string) =>
    db.selectFrom('inventory_sbom').select(['document', 'software', 'format']).where('id', '=', id).executeTakeFirst(),

  listComponents: async (query: ListQuery) => {
    // a component that only replaced SBOMs named stays, but is no part of the fleet any more
    const select = db
      .selectFrom('inventory_component as c')
      .selectAll('c')
      .where(sql<boolean>`exists (select from inventory_sbom_component u where u.component_id = c.id)`);
    const { rows, ...page } = await pageOf(select, components, query);
    const uses = await usesOf(
      db,
      rows.map(({ id }) => id),
    );
    const items = rows.map(
      ({ id, name, version, purl, cpe, supplier, licences }): Component => ({
        id,
        name,
        version,
        purl,
        cpe,
        supplier,
        licences,
        ...(uses.get(id) ?? { softwareVersions: 0, vehicles: 0 }),
      }),
    );
    return { items, ...page };
  },
});
