import { type FleetLicence, inventoryOperations, type LicenceUse, type ListQuery } from '@bulkhead/contract';
import { licenceKind } from '@bulkhead/sbom';
import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { defineList } from '../../platform/db/filter-sql.ts';
import { pageOf } from '../../platform/db/page.ts';

const licences = defineList(
  inventoryOperations.listLicences.list,
  {
    licence: { column: 'l.licence', order: sql`left(l.licence, 200)` },
    kind: 'l.kind',
    components: 'l.components',
    software: 'l.software',
  },
  'l.licence',
  'text',
);

/** Licences of what is on vehicles, as the documents in use say; '' where a component has none. */
export const licenceCounts = sql<{ licence: string; components: number; software: number }>`(
  select x.licence, count(distinct sc.component_id)::int as components, count(distinct b.software_id)::int as software
  from inventory_sbom_component sc
  join inventory_sbom b on b.id = sc.sbom_id
  join inventory_component c on c.id = sc.component_id
  cross join lateral unnest(case when coalesce(sc.licences, c.licences) = '{}' then array[''] else coalesce(sc.licences, c.licences) end)
    x(licence)
  where sc.scope is distinct from 'excluded' group by x.licence)`;

/** Places of components in SBOMs up to which licences are counted when asked for. */
const livePlaces = 50_000;

async function isLarge(db: Db): Promise<boolean> {
  const { rows } = await sql<{ n: number }>`select reltuples::float8 as n from pg_class
    where oid = 'inventory_sbom_component'::regclass`.execute(db);
  return (rows[0]?.n ?? 0) > livePlaces;
}

export const createLicenceViews = (db: Db) => ({
  isLarge: () => isLarge(db),

  list: async (query: ListQuery) => {
    const counted = (await isLarge(db))
      ? sql<FleetLicence>`(select * from inventory_licence where components > 0)`
      : sql<FleetLicence>`(select x.*, coalesce(k.kind, 'other') as kind from ${licenceCounts} x
          left join inventory_licence k on k.licence = x.licence)`;
    const select = db.selectFrom(counted.as('l')).select(['l.licence', 'l.kind', 'l.components', 'l.software']);
    const { rows, ...page } = await pageOf(select, licences, query);
    return {
      items: rows.map(({ licence, kind, components, software }) => ({ licence, kind, components, software })),
      ...page,
    };
  },

  ofSbom: async (sbomId: string): Promise<LicenceUse[]> => {
    const { rows } = await sql<{ licence: string; components: number }>`
      select x.licence, count(*)::int as components from inventory_sbom_component sc
      join inventory_component c on c.id = sc.component_id
      cross join lateral unnest(case when coalesce(sc.licences, c.licences) = '{}' then array['']
        else coalesce(sc.licences, c.licences) end) x(licence)
      where sc.sbom_id = ${sbomId}::uuid and sc.scope is distinct from 'excluded'
      group by x.licence order by components desc, x.licence limit 5000`.execute(db);
    return rows.map(({ licence, components }) => ({
      licence,
      components,
      kind: licence === '' ? 'none' : licenceKind(licence),
    }));
  },
});
