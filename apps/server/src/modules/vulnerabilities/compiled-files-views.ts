import { kernelKey } from '@bulkhead/advisories';
import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { JudgedScope } from './compiled-files-store.ts';
import type { Candidate } from './match-views.ts';

/** A finding of a kernel in a version that has a list. */
export interface KernelFinding {
  readonly softwareId: string;
  readonly vulnerabilityId: string;
  readonly ref: string;
  readonly componentId: string;
  readonly hashes: unknown;
}

const within = ({ column, ids }: JudgedScope, software: string, vulnerability: string) =>
  sql`${sql.ref(column === 'software_id' ? software : vulnerability)} = any(${[...ids]}::uuid[])`;

/** What is read to judge findings by lists of compiled files. */
export const createCompiledFilesViews = (db: Db) => ({ ...lists(db), ...judging(db) });

const lists = (db: Db) => ({
  anyList: async (): Promise<boolean> =>
    (await db.selectFrom('vulnerabilities_compiled_files').select('software_id').limit(1).executeTakeFirst()) !==
    undefined,

  head: async (softwareId: string) =>
    db
      .selectFrom('vulnerabilities_compiled_files')
      .select(['sha256', 'file_count', 'uploaded_at', 'uploaded_by'])
      .where('software_id', '=', softwareId)
      .executeTakeFirst(),

  heads: async (softwareIds: readonly string[]) =>
    db
      .selectFrom('vulnerabilities_compiled_files as k')
      .innerJoin('vulnerabilities_software as s', 's.id', 'k.software_id')
      .select(['s.id', 's.name', 's.version', 's.created_at', 'k.sha256'])
      .where(sql<boolean>`k.software_id = any(${[...softwareIds]}::uuid[])`)
      .execute(),

  content: async (softwareId: string): Promise<Buffer | undefined> =>
    (
      await db
        .selectFrom('vulnerabilities_compiled_files')
        .select('content')
        .where('software_id', '=', softwareId)
        .executeTakeFirst()
    )?.content,

  /** Versions with a list that carry any of these components. */
  softwareWith: async (componentIds: readonly string[]): Promise<string[]> => {
    const { rows } = await sql<{ id: string }>`
      select k.software_id as id from vulnerabilities_compiled_files k where exists (select from vulnerabilities_use u
        where u.software_id = k.software_id and u.component_id = any(${[...componentIds]}::uuid[]))`.execute(db);
    return rows.map(({ id }) => id);
  },

  /** The versions of the kernels that each of these software versions carries, as their SBOMs write them. */
  kernels: async (softwareIds: readonly string[]): Promise<Map<string, (string | null)[]>> => {
    const { rows } = await sql<{ id: string; versions: (string | null)[] }>`
      select u.software_id as id, array_agg(distinct c.version) as versions from vulnerabilities_use u
      join vulnerabilities_component_key ck on ck.component_id = u.component_id and ck.key = ${kernelKey}
      join vulnerabilities_component c on c.id = u.component_id
      where u.software_id = any(${[...softwareIds]}::uuid[]) group by u.software_id`.execute(db);
    return new Map(rows.map(({ id, versions }) => [id, versions]));
  },

  /** How many findings the list settles, and about how many it says that they stay. */
  effect: async (softwareId: string): Promise<{ settles: number; built: number }> => {
    const { rows } = await sql<{ settles: number; built: number }>`
      select count(*) filter (where exists (select from vulnerabilities_decision d where d.vulnerability_id = k.vulnerability_id
          and d.software_id = k.software_id and d.origin = 'compiled-files' and d.state = 'active'
          and k.component_id = any(d.component_ids)))::int as settles,
        count(*) filter (where not k.absent)::int as built
      from vulnerabilities_code_presence k where k.software_id = ${softwareId}`.execute(db);
    return rows[0] ?? { settles: 0, built: 0 };
  },
});

const judging = (db: Db) => ({
  findings: async (scope: JudgedScope): Promise<KernelFinding[]> => {
    const { rows } = await sql<KernelFinding>`
      select u.software_id as "softwareId", f.vulnerability_id as "vulnerabilityId", f.ref, f.component_id as "componentId", u.hashes
      from vulnerabilities_compiled_files k join vulnerabilities_use u on u.software_id = k.software_id
      join vulnerabilities_component_key ck on ck.component_id = u.component_id and ck.key = ${kernelKey}
      join vulnerabilities_finding f on f.component_id = u.component_id
      where ${within(scope, 'k.software_id', 'f.vulnerability_id')}
      order by f.vulnerability_id, u.software_id, f.component_id`.execute(db);
    return rows;
  },

  /** Records about the kernel of these vulnerabilities, with each of these components. */
  candidates: async (vulnerabilityIds: readonly string[], componentIds: readonly string[]): Promise<Candidate[]> => {
    const { rows } = await sql<{ vulnerabilityId: string; recordId: string }>`
      select distinct s.vulnerability_id as "vulnerabilityId", s.record_id as "recordId" from vulnerabilities_subject s
      join vulnerabilities_record_key rk on rk.record_id = s.record_id and rk.key = ${kernelKey}
      where s.vulnerability_id = any(${[...vulnerabilityIds]}::uuid[])`.execute(db);
    return rows.flatMap((row) => componentIds.map((componentId) => ({ ...row, componentId })));
  },

  /** Decisions that lists led to: those that hold, and those that a person took back. */
  decisions: async (scope: JudgedScope) =>
    db
      .selectFrom('vulnerabilities_decision as d')
      .select([
        'd.id',
        'd.vulnerability_id',
        'd.software_id',
        'd.state',
        'd.component_ids',
        'd.hashes',
        'd.detail',
        'd.evidence',
      ])
      .where('d.origin', '=', 'compiled-files')
      .where('d.state', 'in', ['active', 'withdrawn'])
      .where(sql<boolean>`${within(scope, 'd.software_id', 'd.vulnerability_id')}`)
      .execute(),
});
