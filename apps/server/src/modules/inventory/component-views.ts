import { type Component, inventoryOperations, type ListQuery } from '@bulkhead/contract';
import { type Expression, type SqlBool, sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { compare, defineList, type FilterTest } from '../../platform/db/filter-sql.ts';
import { pageOf } from '../../platform/db/page.ts';
import { aliasOf, aliasText } from './alias-views.ts';
import { componentUses } from './component-use-views.ts';
import { idTest } from './sbom-views.ts';

/** `sbom = <id>`: the components of one document. */
const inSbom = idTest('sc.sbom_id');
const sbomTest = (test: FilterTest): Expression<SqlBool> =>
  sql<SqlBool>`exists (select from inventory_sbom_component sc where sc.component_id = c.id and ${inSbom(test)})`;

/** `licence = MIT`: one of the licences of the component. */
function licenceTest(test: FilterTest): Expression<SqlBool> {
  const [first = ''] = test.values;
  if (test.operator === '=' && first === '') return sql<SqlBool>`c.licences = '{}'`;
  if (test.operator === '=') return sql<SqlBool>`c.licences @> array[${first}::text]`;
  if (test.operator === '!=') return sql<SqlBool>`not c.licences @> array[${first}::text]`;
  return sql<SqlBool>`exists (select from unnest(c.licences) l(licence) where ${compare('string', sql`l.licence`, test)})`;
}

/** What documents only name as excluded is not on any vehicle, and need not be identified. */
const isIdentified = sql<boolean>`(c.identified or ${aliasOf(sql`c.name_key`)} is not null or not exists (
  select from inventory_sbom_component sc where sc.component_id = c.id and sc.scope is distinct from 'excluded'))`;
const short = (column: Expression<unknown>) => sql`left(${column}, 200)`;

const components = defineList(
  inventoryOperations.listComponents.list,
  {
    name: { column: 'c.name', order: short(sql.ref('c.name')) },
    version: { column: 'c.version', order: short(sql`coalesce(c.version, '')`) },
    purl: { column: 'c.purl', order: short(sql`coalesce(c.purl, '')`) },
    licence: { test: licenceTest },
    sbom: { test: sbomTest },
    identified: { column: isIdentified },
  },
  'c.id',
);

export const createComponentViews = (db: Db) => ({
  list: async (query: ListQuery) => {
    // a component that only replaced SBOMs named stays, but is no part of the fleet any more
    const select = db
      .selectFrom('inventory_component as c')
      .selectAll('c')
      .select(aliasOf(sql`c.name_key`).as('alias'))
      .where(sql<boolean>`exists (select from inventory_sbom_component u where u.component_id = c.id)`);
    const { rows, ...page } = await pageOf(select, components, query);
    const uses = await componentUses(
      db,
      rows.map(({ id }) => id),
    );
    const items = rows.map(
      ({ id, name, version, purl, cpe, cpes, supplier, source, licences, identified, alias }): Component => ({
        id,
        name,
        version,
        purl,
        cpe,
        cpes: cpes ?? [],
        alias: identified ? null : aliasText(alias),
        source,
        supplier,
        licences,
        ...(uses.get(id) ?? { softwareVersions: 0, vehicles: 0 }),
      }),
    );
    return { items, ...page };
  },
});
