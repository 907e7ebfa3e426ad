import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import './tables.ts';

const json = (value: unknown) => JSON.stringify(value);

/** Figures that a list is ordered by or an overview shows, counted every few minutes. */
export const createFiguresStore = (db: Db) => ({
  setComponentVehicles: async (
    counts: readonly { readonly id: string; readonly vehicles: number }[],
  ): Promise<void> => {
    const text = json(counts);
    await sql`update vulnerabilities_component c set vehicle_count = n.vehicles
      from jsonb_to_recordset(${text}::jsonb) as n(id uuid, vehicles bigint) where c.id = n.id and c.vehicle_count <> n.vehicles`.execute(
      db,
    );
    await sql`update vulnerabilities_finding f set vehicle_count = n.vehicles
      from jsonb_to_recordset(${text}::jsonb) as n(id uuid, vehicles bigint) where f.component_id = n.id and f.vehicle_count <> n.vehicles`.execute(
      db,
    );
  },

  setVulnerabilityVehicles: async (
    counts: readonly { readonly id: string; readonly vehicles: number }[],
  ): Promise<void> => {
    await sql`update vulnerabilities_vulnerability v set vehicle_count = n.vehicles
      from jsonb_to_recordset(${json(counts)}::jsonb) as n(id uuid, vehicles bigint) where v.id = n.id and v.vehicle_count <> n.vehicles`.execute(
      db,
    );
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
    await sql`delete from vulnerabilities_portfolio`.execute(db);
    await sql`insert into vulnerabilities_portfolio (model, role, name, function, outcome, findings, unsure)
      select p.model, p.role, max(p.name), max(p.function), f.outcome, count(distinct f.id)::int,
        count(distinct f.id) filter (where f.verdict = 'unsure')::int
      from vulnerabilities_finding f join vulnerabilities_use u on u.component_id = f.component_id
      join vulnerabilities_place p on p.software_id = u.software_id
      where f.state in ('open', 'under-investigation', 'affected') and p.model <> ''
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
