import type { ComponentIdentity, VexHash } from '@bulkhead/advisories';
import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { identityOf } from './match-views.ts';

export interface SoftwareRow {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly supplier: string;
  readonly createdAt: Date;
}

/** One component in one software version. */
export interface UseRow {
  readonly componentId: string;
  readonly softwareId: string;
  readonly hashes: unknown;
}

const mostCandidates = 200_000;
const mostUses = 500_000;

/** Hashes as an SBOM stores them. */
const hashesIn = (stored: unknown): VexHash[] =>
  (Array.isArray(stored) ? stored : []).filter(
    (one): one is VexHash =>
      one !== null && typeof one === 'object' && typeof one.algorithm === 'string' && typeof one.value === 'string',
  );

/** What the products of statements may be, and what they reach. */
export const createVexResolveViews = (db: Db) => ({ ...identify(db), ...reach(db) });

const identify = (db: Db) => ({
  candidates: async (keys: readonly string[]): Promise<Map<string, string[]>> => {
    const { rows } = await sql<{
      key: string;
      id: string;
    }>`select key, component_id as id from vulnerabilities_component_key
      where key = any(${[...keys]}::text[]) order by key, component_id limit ${mostCandidates}`.execute(db);
    const found = new Map<string, string[]>();
    for (const { key, id } of rows) found.set(key, [...(found.get(key) ?? []), id]);
    return found;
  },

  /** Components with one of these hashes anywhere, by the hash. */
  byHash: async (hashes: readonly VexHash[]): Promise<Map<string, string[]>> => {
    if (hashes.length === 0) return new Map();
    const { rows } = await sql<{ value: string; id: string }>`
      select distinct h.hash ->> 'value' as value, u.component_id as id
      from jsonb_array_elements(${JSON.stringify(hashes)}::jsonb) h(hash)
      join vulnerabilities_use u on u.hashes is not null and u.hashes @> jsonb_build_array(h.hash) limit ${mostCandidates}`.execute(
      db,
    );
    const found = new Map<string, string[]>();
    for (const { value, id } of rows) found.set(value, [...(found.get(value) ?? []), id]);
    return found;
  },

  identities: async (ids: readonly string[], withHashes: boolean): Promise<Map<string, ComponentIdentity>> => {
    const rows = await db
      .selectFrom('vulnerabilities_component')
      .select(['id', 'name', 'version', 'purl', 'cpe', 'supplier', 'aliases'])
      .where(sql<boolean>`id = any(${[...ids]}::uuid[])`)
      .execute();
    const hashes = new Map<string, VexHash[]>();
    if (withHashes) {
      const uses = await sql<{
        id: string;
        hashes: unknown;
      }>`select distinct component_id as id, hashes from vulnerabilities_use
        where component_id = any(${[...ids]}::uuid[]) and hashes is not null limit ${mostUses}`.execute(db);
      for (const use of uses.rows) hashes.set(use.id, [...(hashes.get(use.id) ?? []), ...hashesIn(use.hashes)]);
    }
    return new Map(rows.map((row) => [row.id, { ...identityOf(row), hashes: hashes.get(row.id) ?? [] }]));
  },
});

const reach = (db: Db) => ({
  softwareByName: async (names: readonly string[]): Promise<SoftwareRow[]> => {
    const { rows } =
      await sql<SoftwareRow>`select id, name, version, supplier, created_at as "createdAt" from vulnerabilities_software
      where lower(name) = any(${[...names]}::text[]) order by created_at, id`.execute(db);
    return rows;
  },

  software: async (ids: readonly string[]): Promise<Map<string, SoftwareRow>> => {
    const { rows } =
      await sql<SoftwareRow>`select id, name, version, supplier, created_at as "createdAt" from vulnerabilities_software
      where id = any(${[...ids]}::uuid[])`.execute(db);
    return new Map(rows.map((row) => [row.id, row]));
  },

  uses: async (componentIds: readonly string[]): Promise<UseRow[]> => {
    const { rows } =
      await sql<UseRow>`select component_id as "componentId", software_id as "softwareId", hashes from vulnerabilities_use
      where component_id = any(${[...componentIds]}::uuid[]) order by 1, 2 limit ${mostUses}`.execute(db);
    return rows;
  },

  /** Components of these software versions with a finding of these vulnerabilities. */
  findings: async (
    vulnerabilityIds: readonly string[],
    softwareIds: readonly string[],
  ): Promise<(UseRow & { vulnerabilityId: string })[]> => {
    const { rows } = await sql<UseRow & { vulnerabilityId: string }>`
      select f.vulnerability_id as "vulnerabilityId", u.component_id as "componentId", u.software_id as "softwareId", u.hashes
      from vulnerabilities_finding f join vulnerabilities_use u on u.component_id = f.component_id
      where f.vulnerability_id = any(${[...vulnerabilityIds]}::uuid[]) and u.software_id = any(${[...softwareIds]}::uuid[])
      order by 1, 2, 3 limit ${mostUses}`.execute(db);
    return rows;
  },

  vulnerabilities: async (refs: readonly string[]): Promise<Map<string, string>> => {
    const rows = await db
      .selectFrom('vulnerabilities_vulnerability')
      .select(['id', 'ref'])
      .where(sql<boolean>`ref = any(${[...refs]}::text[])`)
      .execute();
    return new Map(rows.map(({ id, ref }) => [ref, id]));
  },

  /** Decisions of people that hold, as far as statements may contradict them. */
  peoplesDecisions: async (vulnerabilityIds: readonly string[]) =>
    db
      .selectFrom('vulnerabilities_decision as d')
      .leftJoin('vulnerabilities_statement as t', 't.id', 'd.statement_id')
      .select([
        'd.id',
        'd.vulnerability_id',
        'd.status',
        'd.component_ids',
        'd.scope',
        'd.software_name',
        'd.author',
        'd.statement_id',
      ])
      .where(sql<boolean>`d.vulnerability_id = any(${[...vulnerabilityIds]}::uuid[])`)
      .where('d.state', '=', 'active')
      .where(sql<boolean>`(d.origin = 'operator' or t.decided_by is not null)`)
      .execute(),
});
