import {
  type Decision,
  type DecisionScope,
  decisionOperations,
  type FindingState,
  type Justification,
  type ListQuery,
} from '@bulkhead/contract';
import { type Expression, type SqlBool, sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { compare, defineList } from '../../platform/db/filter-sql.ts';
import { pageOf } from '../../platform/db/page.ts';
import { scopeInWords } from './domain/decision-input.ts';

const list = defineList(
  decisionOperations.listDecisions.list,
  {
    ref: 'd.ref',
    status: 'd.status',
    state: 'd.state',
    scope: 'd.scope',
    software: 'd.software_name',
    component: {
      test: (test) =>
        sql<SqlBool>`exists (select from unnest(d.component_ids) c(id) where ${compare('string', sql`c.id::text`, test)})`,
    },
    author: 'd.author',
    expires: { column: 'd.expires_at', nullable: true },
    createdAt: 'd.created_at',
  },
  'd.id',
);

/** Findings within the scope of a decision, at the component versions that it was made for. */
const findingsInScope = sql<number>`(select count(*)::int from vulnerabilities_finding f
  where f.vulnerability_id = d.vulnerability_id and (d.component_ids is null or f.component_id = any(d.component_ids))
    and (d.scope in ('everywhere', 'component')
      or d.scope = 'software' and exists (select from vulnerabilities_use u join vulnerabilities_software s on s.id = u.software_id
        where u.component_id = f.component_id and s.name = d.software_name and s.created_at >= d.software_since
          and (d.origin <> 'compiled-files' or s.id = d.software_id))
      or d.scope in ('ecu', 'model') and exists (select from vulnerabilities_use u join vulnerabilities_place p on p.software_id = u.software_id
        where u.component_id = f.component_id and (d.role is null or p.role = d.role) and (d.model is null or p.model = d.model))))`;

/** One name for the words; a decision about many components is told by their number. */
const componentName = sql<string | null>`(select concat_ws(' ', c.name, c.version) from vulnerabilities_component c
  where cardinality(d.component_ids) = 1 and c.id = d.component_ids[1])`;

const select = (db: Db) =>
  db
    .selectFrom('vulnerabilities_decision as d')
    .leftJoin('vulnerabilities_software as s', 's.id', 'd.software_id')
    .selectAll('d')
    .select(['s.version as software_version', findingsInScope.as('findings'), componentName.as('component_name')]);
export type DecisionRow = Awaited<ReturnType<ReturnType<typeof select>['executeTakeFirstOrThrow']>>;

const scopeOf = (row: DecisionRow): DecisionScope => ({
  kind: row.scope,
  ...(row.component_ids?.length === 1 && row.scope !== 'everywhere'
    ? { componentId: row.component_ids[0] as string }
    : {}),
  ...(row.software_id === null ? {} : { softwareId: row.software_id }),
  ...(row.role === null ? {} : { role: row.role }),
  ...(row.model === null ? {} : { model: row.model }),
});

export function decisionOf(row: DecisionRow): Decision {
  const scope = scopeOf(row);
  const software = row.software_name === null ? undefined : [row.software_name, row.software_version].join(' ').trim();
  return {
    id: row.id,
    ref: row.ref,
    status: row.status,
    justification: row.justification as Justification | null,
    detail: row.detail,
    evidence: row.evidence,
    scope,
    scopeText: scopeInWords(scope, row.component_ids?.length ?? 0, {
      component: row.component_name ?? undefined,
      software,
      exact: row.origin === 'compiled-files',
    }),
    expiresAt: row.expires_at?.toISOString() ?? null,
    state: row.state,
    origin: row.origin,
    author: row.author,
    statementId: row.statement_id,
    findings: row.findings,
    endedAt: row.ended_at?.toISOString() ?? null,
    endedBecause: row.ended_because,
    createdAt: row.created_at.toISOString(),
    createdBy: row.created_by,
  };
}

/** Where a decision is to hold, with names resolved. */
export interface ResolvedScope {
  readonly kind: DecisionScope['kind'];
  readonly componentId: string | null;
  readonly softwareId: string | null;
  readonly softwareName: string | null;
  readonly softwareSince: Date | null;
  readonly role: string | null;
  readonly model: string | null;
}

/** One component in one software version within a scope. */
export interface TargetRow {
  readonly componentId: string;
  readonly softwareId: string;
  readonly hashes: unknown;
  readonly findingId: string | null;
  readonly state: FindingState | null;
}

function within({ kind, softwareName, softwareSince, role, model }: ResolvedScope): Expression<SqlBool> {
  switch (kind) {
    case 'everywhere':
    case 'component':
      return sql<SqlBool>`true`;
    case 'software':
      return sql<SqlBool>`s.name = ${softwareName} and s.created_at >= ${softwareSince}`;
    case 'ecu':
    case 'model':
      return sql<SqlBool>`exists (select from vulnerabilities_place p where p.software_id = s.id
        and (${role}::text is null or p.role = ${role}) and (${model}::text is null or p.model = ${model}))`;
  }
}

/** Read models of decisions. */
export const createDecisionViews = (db: Db) => ({
  list: async (query: ListQuery) => {
    const { rows, ...page } = await pageOf(select(db), list, query);
    return { items: rows.map(decisionOf), ...page };
  },

  byId: async (id: string): Promise<DecisionRow | undefined> => select(db).where('d.id', '=', id).executeTakeFirst(),

  softwareById: async (id: string) =>
    db
      .selectFrom('vulnerabilities_software')
      .select(['id', 'name', 'version', 'supplier', 'created_at'])
      .where('id', '=', id)
      .executeTakeFirst(),

  components: async (ids: readonly string[]) =>
    db
      .selectFrom('vulnerabilities_component')
      .select(['id', 'name', 'version', 'purl', 'cpe'])
      .where(sql<boolean>`id = any(${[...ids]}::uuid[])`)
      .orderBy('name')
      .orderBy('version')
      .execute(),

  /** What these findings are about; those that are gone are left out. */
  findings: async (ids: readonly string[]) =>
    db
      .selectFrom('vulnerabilities_finding')
      .select(['id', 'ref', 'vulnerability_id', 'component_id'])
      .where(sql<boolean>`id = any(${[...ids]}::uuid[])`)
      .orderBy('id')
      .execute(),

  /** Names of software versions and the roles that run them, so that a scope can be chosen. */
  whereabouts: async (softwareIds: readonly string[], limit: number) => {
    const ids = [...softwareIds];
    const [software, roles] = await Promise.all([
      db
        .selectFrom('vulnerabilities_software')
        .select(['id', 'name', 'version', 'supplier', 'function'])
        .where(sql<boolean>`id = any(${ids}::uuid[])`)
        .orderBy('name')
        .orderBy('version')
        .limit(limit)
        .execute(),
      db
        .selectFrom('vulnerabilities_place')
        .select(['model', 'role'])
        .distinct()
        .where(sql<boolean>`software_id = any(${ids}::uuid[]) and model <> ''`)
        .orderBy('model')
        .orderBy('role')
        .limit(limit)
        .execute(),
    ]);
    return { software, roles };
  },

  /** What a scope reaches at this moment: the component it names, or every one with a finding of the vulnerability. */
  targets: async (vulnerabilityId: string, scope: ResolvedScope): Promise<TargetRow[]> => {
    const { rows } = await sql<TargetRow>`
      select u.component_id as "componentId", u.software_id as "softwareId", u.hashes, f.id as "findingId", f.state
      from vulnerabilities_use u join vulnerabilities_software s on s.id = u.software_id
      ${scope.componentId === null ? sql`` : sql`left`} join vulnerabilities_finding f
        on f.component_id = u.component_id and f.vulnerability_id = ${vulnerabilityId}
      where ${scope.componentId === null ? sql`true` : sql`u.component_id = ${scope.componentId}`} and ${within(scope)}`.execute(
      db,
    );
    return rows;
  },
});
export type DecisionViews = ReturnType<typeof createDecisionViews>;
