import { type Finding, type ListQuery, type Portfolio, vulnerabilityCoreOperations } from '@bulkhead/contract';
import { type Expression, type SqlBool, sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { compare, defineList, type FilterTest } from '../../platform/db/filter-sql.ts';
import { pageOf } from '../../platform/db/page.ts';
import { plain } from './vulnerability-views.ts';

const isId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A membership: some software that contains the component passes the test. */
const used = (condition: Expression<SqlBool>) =>
  sql<SqlBool>`exists (select from vulnerabilities_use u join vulnerabilities_software s on s.id = u.software_id
    where u.component_id = f.component_id and ${condition})`;
/** Components of known versions are looked up by the index of their use; a list of a million is not walked for them. */
const contained = (test: FilterTest) => {
  const exact = (test.operator === '=' || test.operator === 'in') && test.values.every((value) => isId.test(value));
  if (!exact) return used(compare('string', sql`s.id::text`, test));
  return sql<SqlBool>`f.component_id in (select u.component_id from vulnerabilities_use u where u.software_id = any(${[...test.values]}::uuid[]))`;
};
const placed = (condition: Expression<SqlBool>) =>
  sql<SqlBool>`exists (select from vulnerabilities_use u join vulnerabilities_place p on p.software_id = u.software_id
    where u.component_id = f.component_id and ${condition})`;

const vulnerability = (column: string) => ({
  test: (test: FilterTest) =>
    sql<SqlBool>`f.vulnerability_id in (select v.id from vulnerabilities_vulnerability v where ${compare(
      column === 'kev' ? 'boolean' : 'enum',
      column === 'kev' ? sql`(v.kev_added is not null)` : sql.ref(`v.${column}`),
      test,
    )})`,
});

const component = (column: string) => ({
  test: (test: FilterTest) =>
    sql<SqlBool>`f.component_id in (select c.id from vulnerabilities_component c where ${compare('string', sql.ref(`c.${column}`), test)})`,
});

const list = defineList(
  vulnerabilityCoreOperations.listFindings.list,
  {
    ref: 'f.ref',
    component: { column: 'f.component_name', order: sql`left(f.component_name, 200)` },
    version: component('version'),
    purl: component('purl'),
    outcome: 'f.outcome',
    priority: 'f.rank',
    severity: vulnerability('severity'),
    cvss: { column: 'f.cvss', nullable: true },
    epss: { column: 'f.epss', nullable: true },
    kev: vulnerability('kev'),
    verdict: 'f.verdict',
    strength: 'f.strength',
    state: 'f.state',
    function: { test: (test) => placed(compare('enum', sql.ref('p.function'), test)) },
    software: { test: (test) => used(compare('string', sql.ref('s.name'), test)) },
    softwareVersion: { test: contained },
    model: { test: (test) => placed(compare('string', sql.ref('p.model'), test)) },
    softwareVersions: 'f.software_count',
    vehicles: 'f.vehicle_count',
    firstSeen: 'f.first_seen_at',
    updated: 'f.updated_at',
  },
  'f.id',
);

const select = (db: Db) => db.selectFrom('vulnerabilities_finding as f').selectAll('f');
type FindingRow = Awaited<ReturnType<ReturnType<typeof select>['executeTakeFirstOrThrow']>>;

/** The names that a page of findings shows, read for the rows of the page only: the list itself touches one table. */
async function detailsOf(db: Db, rows: readonly FindingRow[]) {
  const [vulnerabilities, components] = await Promise.all([
    db
      .selectFrom('vulnerabilities_vulnerability')
      .select(['id', 'title', 'severity', sql<boolean>`kev_added is not null`.as('kev')])
      .where(sql<boolean>`id = any(${rows.map((row) => row.vulnerability_id)}::uuid[])`)
      .execute(),
    db
      .selectFrom('vulnerabilities_component')
      .select(['id', 'name', 'version', 'purl', 'cpe', 'functions'])
      .where(sql<boolean>`id = any(${rows.map((row) => row.component_id)}::uuid[])`)
      .execute(),
  ]);
  return {
    vulnerabilities: new Map(vulnerabilities.map((one) => [one.id, one])),
    components: new Map(components.map((one) => [one.id, one])),
  };
}

function findingOf(row: FindingRow, details: Awaited<ReturnType<typeof detailsOf>>): Finding {
  const known = details.vulnerabilities.get(row.vulnerability_id);
  const part = details.components.get(row.component_id);
  const { name = row.component_name, version = null, purl = null, cpe = null } = part ?? {};
  return {
    id: row.id,
    ref: row.ref,
    title: known?.title ?? '',
    severity: known?.severity ?? 'unknown',
    cvss: plain(row.cvss),
    epss: plain(row.epss),
    kev: known?.kev ?? false,
    component: { id: row.component_id, name, version, purl, cpe },
    verdict: row.verdict,
    strength: row.strength,
    state: row.state,
    outcome: row.outcome,
    rank: row.rank,
    reason: row.reason,
    functions: part?.functions ?? [],
    softwareVersions: row.software_count,
    vehicles: Number(row.vehicle_count),
    fixedIn: row.fixed_in,
    firstSeenAt: row.first_seen_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}

const noCounts = () => ({ immediate: 0, outOfCycle: 0, scheduled: 0, defer: 0, unsure: 0 });
type Counts = ReturnType<typeof noCounts>;
const countName = {
  immediate: 'immediate',
  'out-of-cycle': 'outOfCycle',
  scheduled: 'scheduled',
  defer: 'defer',
} as const;

function add(counts: Counts, row: { outcome: string; findings: number; unsure: number }): void {
  counts[countName[row.outcome as keyof typeof countName]] += row.findings;
  counts.unsure += row.unsure;
}

/** Read models of findings. */
export const createFindingViews = (db: Db) => ({
  list: async (query: ListQuery) => {
    const { rows, ...page } = await pageOf(select(db), list, query);
    const details = await detailsOf(db, rows);
    return { items: rows.map((row) => findingOf(row, details)), ...page };
  },

  /** Ids of the vulnerabilities that a software version carries and that nobody has settled. */
  openRefs: async (softwareId: string): Promise<string[]> => {
    const { rows } = await sql<{ ref: string }>`
      select distinct f.ref from vulnerabilities_use u join vulnerabilities_finding f on f.component_id = u.component_id
      where u.software_id = ${softwareId}::uuid and f.state in ('open', 'under-investigation', 'affected') order by f.ref`.execute(
      db,
    );
    return rows.map(({ ref }) => ref);
  },

  byId: async (id: string) => {
    const row = await select(db).where('f.id', '=', id).executeTakeFirst();
    if (!row) return undefined;
    return { ...findingOf(row, await detailsOf(db, [row])), proofs: row.proofs, vulnerabilityId: row.vulnerability_id };
  },

  /** As last counted; a finding that concerns several roles counts once for each. */
  portfolio: async (
    sizes: ReadonlyMap<string, number>,
    softwareWithoutSbom: number,
  ): Promise<Portfolio | undefined> => {
    const [rows, figure] = await Promise.all([
      db.selectFrom('vulnerabilities_portfolio').selectAll().orderBy('model').orderBy('role').execute(),
      db.selectFrom('vulnerabilities_figure').selectAll().where('name', '=', 'portfolio').executeTakeFirst(),
    ]);
    if (!figure) return undefined;
    const { totals, unidentified } = figure.value as { totals: Parameters<typeof add>[1][]; unidentified: number };
    const models = new Map<string, Portfolio['models'][number]>();
    for (const row of rows) {
      const model = models.get(row.model) ?? {
        model: row.model,
        vehicles: sizes.get(row.model) ?? 0,
        counts: noCounts(),
        functions: [],
      };
      models.set(row.model, model);
      let entry = model.functions.find(({ role }) => role === row.role);
      if (!entry)
        model.functions.push((entry = { function: row.function, role: row.role, name: row.name, counts: noCounts() }));
      add(entry.counts, row);
      add(model.counts, row);
    }
    const all = noCounts();
    for (const row of totals) add(all, row);
    return {
      models: [...models.values()],
      totals: all,
      unidentifiedComponents: unidentified,
      softwareWithoutSbom,
      countedAt: figure.counted_at.toISOString(),
    };
  },
});
