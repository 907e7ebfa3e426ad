import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { DecidedPlace, HoldingDecision } from './domain/finding-state.ts';

/** What decides the state of findings: active decisions, and the places where the findings occur. */
export const createStateViews = (db: Db) => ({
  activeDecisions: async (vulnerabilityIds: readonly string[]): Promise<Map<string, HoldingDecision[]>> => {
    const rows = await db
      .selectFrom('vulnerabilities_decision')
      .selectAll()
      .where(sql<boolean>`vulnerability_id = any(${[...vulnerabilityIds]}::uuid[])`)
      .where('state', '=', 'active')
      .execute();
    const found = new Map<string, HoldingDecision[]>();
    for (const row of rows) {
      const decision: HoldingDecision = {
        id: row.id,
        status: row.status,
        scope: row.scope,
        origin: row.origin,
        componentIds: row.component_ids,
        softwareId: row.software_id,
        softwareName: row.software_name,
        softwareSince: row.software_since,
        role: row.role,
        model: row.model,
        hashes: new Map(Object.entries(row.hashes)),
        createdAt: row.created_at,
      };
      found.set(row.vulnerability_id, [...(found.get(row.vulnerability_id) ?? []), decision]);
    }
    return found;
  },

  /** Every place of every finding of these vulnerabilities; a finding without one comes with none. */
  places: async (
    vulnerabilityIds: readonly string[],
  ): Promise<Map<string, { vulnerabilityId: string; verdict: string; places: DecidedPlace[] }>> => {
    const { rows } = await sql<{
      id: string;
      vulnerability_id: string;
      verdict: string;
      component_id: string;
      software_id: string | null;
      software: string | null;
      created_at: Date;
      hashes: unknown;
      model: string | null;
      role: string | null;
    }>`
      select f.id, f.vulnerability_id, f.verdict, f.component_id, s.id as software_id, s.name as software, s.created_at, u.hashes, p.model, p.role
      from vulnerabilities_finding f left join vulnerabilities_use u on u.component_id = f.component_id
      left join vulnerabilities_software s on s.id = u.software_id left join vulnerabilities_place p on p.software_id = s.id
      where f.vulnerability_id = any(${[...vulnerabilityIds]}::uuid[])`.execute(db);
    const found = new Map<string, { vulnerabilityId: string; verdict: string; places: DecidedPlace[] }>();
    for (const row of rows) {
      const entry = found.get(row.id) ?? { vulnerabilityId: row.vulnerability_id, verdict: row.verdict, places: [] };
      found.set(row.id, entry);
      if (row.software_id === null || row.software === null) continue;
      entry.places.push({
        componentId: row.component_id,
        softwareId: row.software_id,
        softwareName: row.software,
        softwareCreatedAt: row.created_at,
        model: row.model ?? '',
        role: row.role ?? '',
        hashes: row.hashes,
      });
    }
    return found;
  },
});

/** Vulnerabilities with findings in these components: those that something is decided about, and those that a case is about or may open for. */
export async function concernedBy(
  db: Db,
  componentIds: readonly string[],
): Promise<{ decided: string[]; worked: string[] }> {
  const ids = sql`${[...componentIds]}::uuid[]`;
  const idsFrom = async (rowsOf: RawBuilder<unknown>) => {
    const { rows } = await sql<{ id: string }>`select distinct o.vulnerability_id as id from ${rowsOf} and exists (
      select from vulnerabilities_finding f where f.vulnerability_id = o.vulnerability_id and f.component_id = any(${ids}))`.execute(
      db,
    );
    return rows.map(({ id }) => id);
  };
  const cases = await idsFrom(sql`vulnerabilities_case o where true`);
  const urgent = await idsFrom(sql`vulnerabilities_finding o where o.component_id = any(${ids})
    and o.outcome in ('immediate', 'out-of-cycle')`);
  return {
    decided: await idsFrom(sql`vulnerabilities_decision o where o.state = 'active'`),
    worked: [...new Set([...cases, ...urgent])],
  };
}
