import { type Alias, inventoryOperations, type ListQuery, type UnidentifiedName } from '@bulkhead/contract';
import { type Expression, type RawBuilder, sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { defineList } from '../../platform/db/filter-sql.ts';
import { pageOf } from '../../platform/db/page.ts';
import { vehiclesByName } from './component-use-views.ts';

/** What a person confirmed that a name means; versions are those of the component. */
export type ConfirmedAlias = {
  readonly purl?: string;
  readonly vendor?: string;
  readonly product?: string;
};

/**
 * [purl, vendor, product] that is confirmed for a name, or null: the whole name before a prefix, a longer prefix before
 * a shorter one.
 */
export const aliasOf = (nameKey: Expression<unknown>): RawBuilder<string[] | null> => sql<string[] | null>`(
  select array[a.purl, a.cpe_vendor, a.cpe_product] from inventory_alias a
  where a.state = 'confirmed' and ((not a.prefix and a.name_key = ${nameKey}) or (a.prefix and starts_with(${nameKey}, a.name_key)))
  order by a.prefix, length(a.name_key) desc limit 1)`;

export function aliasText(alias: readonly (string | null)[] | null): string | null {
  if (!alias) return null;
  const [purl, vendor, product] = alias;
  return purl ?? `${vendor}:${product}`;
}

const aliases = defineList(
  inventoryOperations.listAliases.list,
  { name: 'a.name_key', state: 'a.state', createdAt: 'a.created_at' },
  'a.id',
);

const unidentified = defineList(
  inventoryOperations.listUnidentified.list,
  {
    name: 'u.name_key',
    versions: 'u.versions',
    software: 'u.software',
    confirmed: { column: sql`(${aliasOf(sql`u.name_key`)} is not null)` },
    proposed: {
      column: sql`exists (select from inventory_alias p where p.name_key = u.name_key and p.state = 'proposed')`,
    },
  },
  'u.name_key',
  'text',
);

const select = (db: Db) => db.selectFrom('inventory_alias as a').selectAll('a');
type Row = Awaited<ReturnType<ReturnType<typeof select>['executeTakeFirstOrThrow']>>;

const aliasOfRow = (row: Row): Alias => ({
  id: row.id,
  name: row.name_key,
  prefix: row.prefix,
  purl: row.purl,
  cpeVendor: row.cpe_vendor,
  cpeProduct: row.cpe_product,
  state: row.state,
  source: row.source,
  because: row.because,
  createdAt: row.created_at.toISOString(),
  decidedAt: row.decided_at?.toISOString() ?? null,
  decidedBy: row.decided_by,
});

/** Names of components on vehicles that no advisory can be matched to, with how much of the software carries them. */
const unidentifiedNames = sql<{ name_key: string; source: string | null; versions: number; software: number }>`(
  select c.name_key, min(c.source) as source, count(distinct c.id)::int as versions, count(distinct b.software_id)::int as software
  from inventory_component c
  join inventory_sbom_component sc on sc.component_id = c.id and sc.scope is distinct from 'excluded'
  join inventory_sbom b on b.id = sc.sbom_id
  where not c.identified group by c.name_key)`;

export const createAliasViews = (db: Db) => ({
  list: async (query: ListQuery) => {
    const { rows, ...page } = await pageOf(select(db), aliases, query);
    return { items: rows.map(aliasOfRow), ...page };
  },

  byId: async (id: string): Promise<Alias | undefined> => {
    const row = await select(db).where('a.id', '=', id).executeTakeFirst();
    return row && aliasOfRow(row);
  },

  unidentified: async (query: ListQuery) => {
    const names = db
      .selectFrom(unidentifiedNames.as('u'))
      .select(['u.name_key', 'u.source', 'u.versions', 'u.software']);
    const { rows, ...page } = await pageOf(names, unidentified, query);
    const keys = rows.map(({ name_key }) => name_key);
    const [vehicles, meanings] = await Promise.all([vehiclesByName(db, keys), meaningsOf(db, keys)]);
    const items = rows.map(({ name_key, source, versions, software }): UnidentifiedName => {
      const own = meanings.get(name_key) ?? [];
      const rank = (alias: Alias) => Number(alias.prefix) * 1_000 - alias.name.length;
      const confirmed = own.filter(({ state }) => state === 'confirmed').toSorted((a, b) => rank(a) - rank(b));
      return {
        name: name_key,
        versions,
        software,
        vehicles: vehicles.get(name_key) ?? 0,
        source,
        alias: confirmed[0] ?? null,
        proposals: own.filter(({ state }) => state === 'proposed'),
      };
    });
    return { items, ...page };
  },

  /** What is confirmed for components without identifiers, by component id. */
  confirmedFor: async (componentIds: readonly string[]): Promise<Map<string, ConfirmedAlias>> => {
    const { rows } = await sql<{ id: string; alias: (string | null)[] }>`
      select x.id, x.alias from (select c.id, ${aliasOf(sql`c.name_key`)} as alias from inventory_component c
        where c.id = any(${componentIds}::uuid[]) and not c.identified) x where x.alias is not null`.execute(db);
    return new Map(rows.map(({ id, alias }) => [id, meaningIn(alias)]));
  },

  /** The same for names of components that are not in the inventory. */
  confirmedForNames: async (names: readonly string[]): Promise<Map<string, ConfirmedAlias>> => {
    if (names.length === 0) return new Map();
    const { rows } = await sql<{ name: string; alias: (string | null)[] }>`
      select x.name, x.alias from (select n.name, ${aliasOf(sql`inventory_name_key(n.name)`)} as alias
        from unnest(${[...new Set(names)]}::text[]) n(name)) x where x.alias is not null`.execute(db);
    return new Map(rows.map(({ name, alias }) => [name, meaningIn(alias)]));
  },

  /** Software versions whose SBOM in use names components without identifiers that an alias speaks of. */
  softwareOf: async (aliasId: string): Promise<string[]> => {
    const { rows } = await sql<{ id: string }>`
      select distinct b.software_id as id from inventory_alias a join inventory_component c on not c.identified
        and ((not a.prefix and c.name_key = a.name_key) or (a.prefix and starts_with(c.name_key, a.name_key)))
      join inventory_sbom_component sc on sc.component_id = c.id and sc.scope is distinct from 'excluded'
      join inventory_sbom b on b.id = sc.sbom_id
      where a.id = ${aliasId}::uuid`.execute(db);
    return rows.map(({ id }) => id);
  },

  /** Components without identifiers that an alias speaks of, used or not. */
  componentsOf: async (aliasId: string): Promise<string[]> => {
    const { rows } = await sql<{ id: string }>`
      select c.id from inventory_alias a join inventory_component c on not c.identified
        and ((not a.prefix and c.name_key = a.name_key) or (a.prefix and starts_with(c.name_key, a.name_key)))
      where a.id = ${aliasId}::uuid`.execute(db);
    return rows.map(({ id }) => id);
  },
});

function meaningIn([purl, vendor, product]: readonly (string | null)[]): ConfirmedAlias {
  return { ...(purl ? { purl } : {}), ...(vendor && product ? { vendor, product } : {}) };
}

/** Aliases that speak of each name, prefixes included; rejected ones left out. */
async function meaningsOf(db: Db, keys: readonly string[]): Promise<Map<string, Alias[]>> {
  if (keys.length === 0) return new Map();
  const { rows } = await sql<Row & { asked: string }>`
    select k.asked, a.* from unnest(${keys}::text[]) k(asked) join inventory_alias a on a.state <> 'rejected'
      and ((not a.prefix and a.name_key = k.asked) or (a.prefix and starts_with(k.asked, a.name_key)))
    order by a.created_at, a.id`.execute(db);
  const meanings = new Map<string, Alias[]>();
  for (const [asked, group] of Map.groupBy(rows, (row) => row.asked)) meanings.set(asked, group.map(aliasOfRow));
  return meanings;
}
