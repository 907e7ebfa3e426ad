import type { FindingState } from '@bulkhead/contract';
import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { StoredProof } from './domain/stored.ts';

const json = (value: unknown) => JSON.stringify(value);
const batch = 2_000;

export interface NewFinding {
  readonly id: string;
  readonly vulnerabilityId: string;
  readonly componentId: string;
  readonly verdict: string;
  readonly strength: string;
  readonly proofs: readonly StoredProof[];
  readonly fixedIn: readonly string[];
  readonly outcome: string;
  readonly rank: number;
  readonly reason: string;
  readonly ref: string;
  readonly name: string;
  readonly cvss: number | null;
  readonly epss: number | null;
  readonly softwareCount: number;
  readonly vehicleCount: number;
}

/** Writes findings. What did not change keeps its time of change, so that people see what is new. */
export const createFindingStore = (db: Db) => ({ ...matches(db), ...states(db) });
export type FindingStore = ReturnType<typeof createFindingStore>;

const matches = (db: Db) => ({
  /** Answers the vulnerabilities with a finding that is new or weighs more than before, and how many are new. */
  upsert: async (
    findings: readonly NewFinding[],
    now: Date,
  ): Promise<{ opened: number; vulnerabilityIds: string[] }> => {
    let opened = 0;
    const changed = new Set<string>();
    for (let i = 0; i < findings.length; i += batch) {
      const rows = await upsertBatch(db, findings.slice(i, i + batch), now);
      for (const row of rows) changed.add(row.vulnerability_id);
      opened += rows.filter((row) => row.opened).length;
    }
    return { opened, vulnerabilityIds: [...changed] };
  },

  /** Findings in the scope that no record supports any more; answers their vulnerabilities. */
  removeOthers: async (
    scope: { readonly column: 'vulnerability_id' | 'component_id'; readonly ids: readonly string[] },
    kept: readonly Pick<NewFinding, 'vulnerabilityId' | 'componentId'>[],
  ): Promise<string[]> => {
    const pairs = json(kept.map(({ vulnerabilityId, componentId }) => ({ v: vulnerabilityId, c: componentId })));
    const { rows } = await sql<{ vulnerability_id: string }>`
      with kept as materialized (select v, c from jsonb_to_recordset(${pairs}::jsonb) as k(v uuid, c uuid))
      delete from vulnerabilities_finding f where f.${sql.ref(scope.column)} = any(${[...scope.ids]}::uuid[])
        and not exists (select from kept where kept.v = f.vulnerability_id and kept.c = f.component_id)
      returning f.vulnerability_id`.execute(db);
    return [...new Set(rows.map((row) => row.vulnerability_id))];
  },

  rerank: async (
    ranks: readonly {
      readonly id: string;
      readonly outcome: string;
      readonly rank: number;
      readonly reason: string;
      readonly cvss: number | null;
      readonly epss: number | null;
      readonly softwareCount: number;
    }[],
    now: Date,
  ): Promise<string[]> => {
    const changed = new Set<string>();
    for (let i = 0; i < ranks.length; i += batch) {
      const { rows } = await sql<{ vulnerability_id: string }>`
        update vulnerabilities_finding f set outcome = r.outcome, rank = r.rank, reason = r.reason, cvss = r.cvss, epss = r.epss,
          software_count = r."softwareCount", updated_at = case when f.outcome <> r.outcome then ${now} else f.updated_at end
        from jsonb_to_recordset(${json(ranks.slice(i, i + batch))}::jsonb)
          as r(id uuid, outcome text, rank int, reason text, cvss real, epss real, "softwareCount" int)
        where f.id = r.id and (f.outcome, f.rank, f.reason, f.cvss, f.epss, f.software_count)
          is distinct from (r.outcome, r.rank, r.reason, r.cvss, r.epss, r."softwareCount")
        returning f.vulnerability_id`.execute(db);
      for (const row of rows) changed.add(row.vulnerability_id);
    }
    return [...changed];
  },
});

const states = (db: Db) => ({
  setStates: async (
    states: readonly { readonly id: string; readonly state: FindingState }[],
    now: Date,
  ): Promise<string[]> => {
    const { rows } = await sql<{ vulnerability_id: string }>`
      update vulnerabilities_finding f set state = s.state, updated_at = ${now}
      from jsonb_to_recordset(${json(states)}::jsonb) as s(id uuid, state text) where f.id = s.id and f.state <> s.state
      returning f.vulnerability_id`.execute(db);
    return [...new Set(rows.map((row) => row.vulnerability_id))];
  },

  /** Without a decision a finding is open, unless the code is proven absent. Answers the vulnerabilities touched. */
  resetStates: async (vulnerabilityIds: readonly string[], now: Date): Promise<string[]> => {
    const { rows } = await sql<{ vulnerability_id: string }>`
      update vulnerabilities_finding f set updated_at = ${now},
        state = case when f.verdict = 'not-affected' then 'not-affected' else 'open' end
      where f.vulnerability_id = any(${[...vulnerabilityIds]}::uuid[])
        and f.state <> case when f.verdict = 'not-affected' then 'not-affected' else 'open' end
        and not exists (select from vulnerabilities_decision d where d.vulnerability_id = f.vulnerability_id and d.state = 'active')
      returning f.vulnerability_id`.execute(db);
    return [...new Set(rows.map((row) => row.vulnerability_id))];
  },

  /** Recounts what the findings of these vulnerabilities add up to. */
  recount: async (vulnerabilityIds: readonly string[]): Promise<void> => {
    if (vulnerabilityIds.length === 0) return;
    await sql`
      update vulnerabilities_vulnerability v set finding_count = s.findings, open_count = s.open, rank = s.rank, outcome = s.outcome
      from (
        select w.id, count(f.id)::int as findings, count(f.id) filter (where todo)::int as open, coalesce(max(f.rank) filter (where todo), 0) as rank,
          (array_agg(f.outcome order by f.rank desc) filter (where todo))[1] as outcome
        from unnest(${[...vulnerabilityIds]}::uuid[]) as w(id)
        left join lateral (select g.*, g.state in ('open', 'under-investigation', 'affected') as todo
          from vulnerabilities_finding g where g.vulnerability_id = w.id) f on true group by w.id) s
      where v.id = s.id and (v.finding_count, v.open_count, v.rank, v.outcome) is distinct from (s.findings, s.open, s.rank, s.outcome)`.execute(
      db,
    );
  },
});

async function upsertBatch(db: Db, findings: readonly NewFinding[], now: Date) {
  const { rows } = await sql<{ vulnerability_id: string; opened: boolean }>`
    insert into vulnerabilities_finding (id, vulnerability_id, component_id, verdict, strength, proofs, fixed_in, outcome, rank, reason, state,
      ref, component_name, cvss, epss, software_count, vehicle_count, first_seen_at, updated_at)
    select id, "vulnerabilityId", "componentId", verdict, strength, proofs, array(select jsonb_array_elements_text("fixedIn")), outcome, rank, reason,
      case when verdict = 'not-affected' then 'not-affected' else 'open' end, ref, name, cvss, epss, "softwareCount", "vehicleCount", ${now}, ${now}
    from jsonb_to_recordset(${json(findings)}::jsonb) as r(id uuid, "vulnerabilityId" uuid, "componentId" uuid, verdict text, strength text,
      proofs jsonb, "fixedIn" jsonb, outcome text, rank int, reason text, ref text, name text, cvss real, epss real, "softwareCount" int, "vehicleCount" bigint)
    order by "componentId", "vulnerabilityId"
    on conflict (component_id, vulnerability_id) do update set verdict = excluded.verdict, strength = excluded.strength,
      proofs = excluded.proofs, fixed_in = excluded.fixed_in, outcome = excluded.outcome, rank = excluded.rank, reason = excluded.reason,
      cvss = excluded.cvss, epss = excluded.epss, software_count = excluded.software_count, updated_at = excluded.updated_at
    where (vulnerabilities_finding.verdict, vulnerabilities_finding.strength, vulnerabilities_finding.proofs, vulnerabilities_finding.rank, vulnerabilities_finding.reason)
      is distinct from (excluded.verdict, excluded.strength, excluded.proofs, excluded.rank, excluded.reason)
    returning vulnerability_id, xmax = 0 as opened`.execute(db);
  return rows;
}
