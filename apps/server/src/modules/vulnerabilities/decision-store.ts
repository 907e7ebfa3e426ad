import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { ResolvedScope } from './decision-views.ts';
import './tables.ts';

const json = (value: unknown) => JSON.stringify(value);

export interface NewDecision {
  readonly id: string;
  readonly vulnerabilityId: string;
  readonly ref: string;
  readonly status: string;
  readonly justification: string | null;
  readonly detail: string;
  readonly evidence: readonly string[];
  readonly scope: ResolvedScope;
  readonly componentIds: readonly string[];
  /** By component id, the contents that it has within the scope. */
  readonly hashes: ReadonlyMap<string, readonly unknown[]>;
  readonly expiresAt: Date | null;
  readonly origin: 'operator' | 'vex' | 'build-system' | 'compiled-files';
  readonly author: string;
  readonly statementId: string | null;
  readonly createdBy: string;
}

export interface EndedDecision {
  readonly id: string;
  readonly vulnerabilityId: string;
  readonly ref: string;
  readonly status: string;
  readonly author: string;
}

const ended = sql`d.id, d.vulnerability_id as "vulnerabilityId", d.ref, d.status, d.author`;

/** Writes decisions. None is ever deleted: what ended stays, with its reason. */
export const createDecisionStore = (db: Db) => ({
  insert: async (decisions: readonly NewDecision[], now: Date): Promise<void> => {
    const rows = decisions.map(({ scope, hashes, expiresAt, ...rest }) => ({
      ...rest,
      ...scope,
      hashes: Object.fromEntries(hashes),
      expiresAt: expiresAt?.toISOString() ?? null,
      softwareSince: scope.softwareSince?.toISOString() ?? null,
    }));
    await sql`insert into vulnerabilities_decision (id, vulnerability_id, ref, status, justification, detail, evidence, scope, component_ids,
        software_id, software_name, software_since, role, model, hashes, expires_at, origin, author, statement_id, created_at, created_by)
      select id, "vulnerabilityId", ref, status, justification, detail, array(select jsonb_array_elements_text(evidence)), kind,
        array(select jsonb_array_elements_text("componentIds")::uuid), "softwareId", "softwareName", "softwareSince", role, model, hashes,
        "expiresAt", origin, author, "statementId", ${now}, "createdBy"
      from jsonb_to_recordset(${json(rows)}::jsonb) as r(id uuid, "vulnerabilityId" uuid, ref text, status text, justification text, detail text,
        evidence jsonb, kind text, "componentIds" jsonb, "softwareId" uuid, "softwareName" text, "softwareSince" timestamptz, role text, model text,
        hashes jsonb, "expiresAt" timestamptz, origin text, author text, "statementId" uuid, "createdBy" text)`.execute(
      db,
    );
  },

  /** Older decisions of the same scope whose components these ones cover; they count nowhere any more. */
  supersede: async (ids: readonly string[], now: Date): Promise<EndedDecision[]> => {
    const { rows } = await sql<EndedDecision>`
      update vulnerabilities_decision d set state = 'superseded', ended_at = ${now}, ended_because = 'a newer decision of the same scope'
      from vulnerabilities_decision n where n.id = any(${[...ids]}::uuid[]) and d.vulnerability_id = n.vulnerability_id and d.id <> n.id
        and d.state = 'active' and d.scope = n.scope and d.component_ids <@ n.component_ids and not (d.id = any(${[...ids]}::uuid[]))
        -- a person may overrule everybody, an author only what he said himself; what follows from a list gives way without ending
        and d.origin <> 'compiled-files' and (n.origin = 'operator' or (d.origin, d.author) = (n.origin, n.author))
        and (d.role, d.model, d.software_name) is not distinct from (n.role, n.model, n.software_name)
        and (d.software_since is null or d.software_since >= n.software_since)
      returning ${ended}`.execute(db);
    return rows;
  },

  /** Ends decisions that are active; answers those that were. */
  end: async (
    ids: readonly string[],
    state: 'withdrawn' | 'superseded' | 'void',
    because: string,
    now: Date,
  ): Promise<EndedDecision[]> => {
    const { rows } = await sql<EndedDecision>`
      update vulnerabilities_decision d set state = ${state}, ended_at = ${now}, ended_because = ${because}
      where d.id = any(${[...ids]}::uuid[]) and d.state = 'active' returning ${ended}`.execute(db);
    return rows;
  },

  /** Decisions whose time is up. */
  expire: async (now: Date): Promise<EndedDecision[]> => {
    const { rows } = await sql<EndedDecision>`
      update vulnerabilities_decision d set state = 'expired', ended_at = ${now}, ended_because = 'its time is up'
      where d.state = 'active' and d.expires_at <= ${now} returning ${ended}`.execute(db);
    return rows;
  },

  /**
   * Decisions that hold nowhere any more, because nothing within their scope carries the component as it was. Where only some
   * places changed the decision stays, and those places are open.
   */
  voidChanged: async (now: Date): Promise<EndedDecision[]> => {
    const { rows } = await sql<EndedDecision>`
      with software as materialized (select d.id as decision_id, s.id from vulnerabilities_decision d join vulnerabilities_software s
          on (d.scope <> 'software' or s.name = d.software_name and s.created_at >= d.software_since
            and (d.origin <> 'compiled-files' or s.id = d.software_id))
          and (d.scope not in ('ecu', 'model') or exists (select from vulnerabilities_place p where p.software_id = s.id
            and (d.role is null or p.role = d.role) and (d.model is null or p.model = d.model)))
        where d.state = 'active' and d.component_ids is not null),
      standing as (
        select w.decision_id, bool_or(u.component_id is not null and (u.hashes is null
            or coalesce(d.hashes -> u.component_id::text, '[]') = '[]'
            or exists (select from jsonb_array_elements(d.hashes -> u.component_id::text) h where h = u.hashes))) as holds
        from software w join vulnerabilities_decision d on d.id = w.decision_id
        left join vulnerabilities_use u on u.software_id = w.id and u.component_id = any(d.component_ids)
        group by w.decision_id)
      update vulnerabilities_decision d set state = 'void', ended_at = ${now}, ended_because = 'nothing in its scope carries the component as it was'
      from standing t where t.decision_id = d.id and not t.holds and d.state = 'active' returning ${ended}`.execute(db);
    return rows;
  },
});
