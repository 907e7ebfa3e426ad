import type { AffectedPackage, ComponentIdentity } from '@bulkhead/advisories';
import type { EcuContext } from '@bulkhead/scoring';
import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';

/** A record and a component that share a key, for one vulnerability of the record. */
export interface Candidate {
  readonly vulnerabilityId: string;
  readonly componentId: string;
  readonly recordId: string;
}

export interface RecordVersion {
  readonly id: string;
  readonly ref: string;
  readonly format: 'cve5' | 'osv' | 'csaf' | 'own';
  readonly source: string;
  readonly hash: string;
}

export interface RankedVulnerability {
  readonly id: string;
  readonly ref: string;
  readonly cvss: number | null;
  readonly vector: string | null;
  readonly epss: number | null;
  readonly kevAdded: string | null;
  readonly kevDue: string | null;
  readonly kevRansomware: boolean;
  readonly exploitation: 'none' | 'poc' | 'active';
  readonly exploitationSource: string | null;
  readonly automatable: boolean | null;
}

export interface MatchedComponent {
  readonly id: string;
  readonly name: string;
  readonly identity: ComponentIdentity;
  readonly contexts: readonly EcuContext[];
  readonly softwareCount: number;
  readonly vehicleCount: number;
}

/** What the matcher reads: only this module's tables, always by index. */
export const createMatchViews = (db: Db) => ({ ...candidates(db), ...judged(db) });
export type MatchViews = ReturnType<typeof createMatchViews>;

/** Who meets whom. */
const candidates = (db: Db) => ({
  ofVulnerabilities: async (ids: readonly string[]): Promise<Candidate[]> => {
    const { rows } = await sql<Candidate>`
      select distinct s.vulnerability_id as "vulnerabilityId", ck.component_id as "componentId", s.record_id as "recordId"
      from vulnerabilities_subject s join vulnerabilities_record_key rk on rk.record_id = s.record_id
      join vulnerabilities_component_key ck on ck.key = rk.key
      where s.vulnerability_id = any(${[...ids]}::uuid[])`.execute(db);
    return rows;
  },

  ofComponents: async (ids: readonly string[]): Promise<Candidate[]> => {
    const { rows } = await sql<Candidate>`
      select distinct s.vulnerability_id as "vulnerabilityId", ck.component_id as "componentId", s.record_id as "recordId"
      from vulnerabilities_component_key ck join vulnerabilities_record_key rk on rk.key = ck.key
      join vulnerabilities_subject s on s.record_id = rk.record_id
      where ck.component_id = any(${[...ids]}::uuid[])`.execute(db);
    return rows;
  },

  /** Records that stand under the given keys, for a component that is not stored. */
  recordsUnder: async (
    keys: readonly string[],
  ): Promise<{ key: string; recordId: string; vulnerabilityId: string }[]> => {
    const { rows } = await sql<{ key: string; recordId: string; vulnerabilityId: string }>`
      select rk.key, rk.record_id as "recordId", s.vulnerability_id as "vulnerabilityId" from vulnerabilities_record_key rk
      join vulnerabilities_subject s on s.record_id = rk.record_id where rk.key = any(${[...keys]}::text[])`.execute(
      db,
    );
    return rows;
  },
});

/** What is needed to judge a pair and to rank it. */
const judged = (db: Db) => ({
  recordVersions: async (ids: readonly string[]): Promise<RecordVersion[]> => {
    const { rows } = await sql<RecordVersion>`
      select r.id, r.ref, r.format, o.name as source, encode(r.hash, 'hex') as hash from vulnerabilities_record r
      join vulnerabilities_source o on o.id = r.source_id
      where r.id = any(${[...ids]}::uuid[]) and r.withdrawn_at is null`.execute(db);
    return rows;
  },

  affected: async (
    ids: readonly string[],
  ): Promise<Map<string, { readonly affected: readonly AffectedPackage[]; readonly bytes: number }>> => {
    const { rows } = await sql<{ id: string; affected: string }>`
      select id, affected from vulnerabilities_record where id = any(${[...ids]}::uuid[])`.execute(db);
    return new Map(
      rows.map(({ id, affected }) => [
        id,
        { affected: JSON.parse(affected) as AffectedPackage[], bytes: affected.length },
      ]),
    );
  },

  ranked: async (ids: readonly string[]): Promise<Map<string, RankedVulnerability>> => {
    const rows = await db
      .selectFrom('vulnerabilities_vulnerability')
      .select([
        'id',
        'ref',
        'cvss',
        'scores',
        'epss',
        'exploitation',
        'exploitation_source',
        'automatable',
        'kev_ransomware',
      ])
      .select([sql<string | null>`kev_added::text`.as('kev_added'), sql<string | null>`kev_due::text`.as('kev_due')])
      .where(sql<boolean>`id = any(${[...ids]}::uuid[])`)
      .execute();
    return new Map(
      rows.map((row) => [
        row.id,
        {
          id: row.id,
          ref: row.ref,
          cvss: row.cvss,
          vector: row.scores[0]?.vector ?? null,
          epss: row.epss,
          kevAdded: row.kev_added,
          kevDue: row.kev_due,
          kevRansomware: row.kev_ransomware,
          exploitation: row.exploitation,
          exploitationSource: row.exploitation_source,
          automatable: row.automatable,
        },
      ]),
    );
  },

  components: async (ids: readonly string[]): Promise<Map<string, MatchedComponent>> => {
    const rows = await db
      .selectFrom('vulnerabilities_component')
      .selectAll()
      .where(sql<boolean>`id = any(${[...ids]}::uuid[])`)
      .execute();
    return new Map(rows.map((row) => [row.id, matchedComponent(row)]));
  },

  /** Findings whose rank depends on these vulnerabilities or components. */
  findingsOf: async (column: 'vulnerability_id' | 'component_id', ids: readonly string[]) =>
    db
      .selectFrom('vulnerabilities_finding')
      .select(['id', 'vulnerability_id', 'component_id', 'strength'])
      .where(sql<boolean>`${sql.ref(column)} = any(${[...ids]}::uuid[])`)
      .execute(),
});

export function identityOf(row: {
  readonly name: string;
  readonly version: string | null;
  readonly purl: string | null;
  readonly cpe: string | null;
  readonly supplier: string | null;
  readonly aliases: readonly Readonly<Record<string, string>>[];
}): ComponentIdentity {
  // the inventory joins group and name; the last part is what advisories call it
  const at = row.name.lastIndexOf('/');
  return {
    name: row.name.slice(at + 1),
    ...(at > 0 ? { group: row.name.slice(0, at) } : {}),
    ...(row.version === null ? {} : { version: row.version }),
    ...(row.purl === null ? {} : { purl: row.purl }),
    ...(row.cpe === null ? {} : { cpe: row.cpe }),
    ...(row.supplier === null ? {} : { supplier: row.supplier }),
    ...(row.aliases.length > 0 ? { aliases: row.aliases } : {}),
  };
}

const matchedComponent = (row: {
  id: string;
  name: string;
  version: string | null;
  purl: string | null;
  cpe: string | null;
  supplier: string | null;
  aliases: readonly Readonly<Record<string, string>>[];
  context: Record<string, unknown> | null;
  software_count: number;
  vehicle_count: string;
}): MatchedComponent => ({
  id: row.id,
  name: row.name,
  identity: identityOf(row),
  contexts: (row.context ?? []) as unknown as EcuContext[],
  softwareCount: row.software_count,
  vehicleCount: Number(row.vehicle_count),
});
