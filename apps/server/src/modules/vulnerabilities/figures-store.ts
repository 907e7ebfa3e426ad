import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import './tables.ts';

interface VehicleCount {
  readonly id: string;
  readonly vehicles: number;
}

const json = (value: unknown) => JSON.stringify(value);

/** Figures that a list is ordered by or an overview shows, counted every few minutes. */
export const createFiguresStore = (db: Db) => ({
  setComponentVehicles: async (counts: readonly VehicleCount[]): Promise<void> => {
    const text = json(counts);
    for (const [table, key] of [
      ['vulnerabilities_component', 'id'],
      ['vulnerabilities_finding', 'component_id'],
    ] as const)
      await sql`update ${sql.table(table)} t set vehicle_count = n.vehicles
        from jsonb_to_recordset(${text}::jsonb) as n(id uuid, vehicles bigint)
        where t.${sql.ref(key)} = n.id and t.vehicle_count <> n.vehicles`.execute(db);
  },

  setVulnerabilityVehicles: async (counts: readonly VehicleCount[]): Promise<void> => {
    await sql`update vulnerabilities_vulnerability v set vehicle_count = n.vehicles
      from jsonb_to_recordset(${json(counts)}::jsonb) as n(id uuid, vehicles bigint) where v.id = n.id and v.vehicle_count <> n.vehicles`.execute(
      db,
    );
  },

  /** How many software versions contain the component of a finding; so many rows at a time; answers how many. */
  setSoftwareCounts: async (most: number): Promise<number> => {
    const { numAffectedRows = 0n } = await sql`update vulnerabilities_finding f set software_count = s.software_count
      from (select g.id, c.software_count from vulnerabilities_finding g join vulnerabilities_component c on c.id = g.component_id
        where g.software_count <> c.software_count limit ${most}) s where f.id = s.id`.execute(db);
    return Number(numAffectedRows);
  },

  /** Vulnerabilities that no finding names any more carry no vehicles. */
  clearVehicles: async (): Promise<void> => {
    await db
      .updateTable('vulnerabilities_vulnerability')
      .set({ vehicle_count: 0 })
      .where('finding_count', '=', 0)
      .where('vehicle_count', '>', sql<string>`0`)
      .execute();
  },

  countPortfolio: async (now: Date): Promise<void> => {
    await sql`select pg_advisory_xact_lock(hashtext('vulnerabilities.portfolio'))`.execute(db); // not that of the matcher, which must not wait for this
    await sql`delete from vulnerabilities_portfolio`.execute(db);
    // a finding is of one component, so roles and components are joined before findings are: thousands of times fewer
    await sql`insert into vulnerabilities_portfolio (model, role, name, function, outcome, findings, unsure)
      select p.model, p.role, max(p.name), max(p.function), f.outcome, sum(f.findings)::int, sum(f.unsure)::int
      from (
        select p.model, p.role, max(p.name) as name, max(p.function) as function, u.component_id
        from vulnerabilities_use u join vulnerabilities_place p on p.software_id = u.software_id
        where p.model <> '' group by p.model, p.role, u.component_id) p
      join (
        select component_id, outcome, count(*) as findings, count(*) filter (where verdict = 'unsure') as unsure
        from vulnerabilities_finding where state in ('open', 'under-investigation', 'affected')
        group by component_id, outcome) f on f.component_id = p.component_id
      group by p.model, p.role, f.outcome`.execute(db);
    const { rows } = await sql<{ outcome: string; findings: number; unsure: number }>`
      select outcome, count(*)::int as findings, count(*) filter (where verdict = 'unsure')::int as unsure
      from vulnerabilities_finding where state in ('open', 'under-investigation', 'affected') group by outcome`.execute(
      db,
    );
    const { rows: loose } = await sql<{ n: number }>`
      select count(*)::int as n from vulnerabilities_component where not identified and software_count > 0`.execute(db);
    await db
      .insertInto('vulnerabilities_figure')
      .values({ name: 'portfolio', value: json({ totals: rows, unidentified: loose[0]?.n ?? 0 }), counted_at: now })
      .onConflict((conflict) =>
        conflict
          .column('name')
          .doUpdateSet(({ ref }) => ({ value: ref('excluded.value'), counted_at: ref('excluded.counted_at') })),
      )
      .execute();
  },
});
