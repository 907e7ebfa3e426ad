import type { EcuContext } from '@bulkhead/scoring';
import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { StoredProof } from './domain/stored.ts';

export interface OccurrenceRow {
  readonly findingId: string;
  readonly vulnerabilityId: string;
  readonly verdict: 'affected' | 'unsure' | 'not-affected';
  readonly strength: 'purl' | 'distro' | 'cpe' | 'alias' | 'name';
  readonly proofs: readonly StoredProof[];
  readonly component: { id: string; name: string; version: string | null; purl: string | null; cpe: string | null };
  readonly software: { id: string; name: string; version: string; supplier: string; function: string };
  readonly softwareCreatedAt: Date;
  readonly hashes: unknown;
  /** What the list of compiled files of the version says. */
  readonly code: string | null;
  readonly places: readonly {
    readonly model: string;
    readonly role: string;
    readonly name: string;
    readonly context: EcuContext;
  }[];
}

/** Of finding `f` in software `s`. */
export const codeNote = sql`(select k.note from vulnerabilities_code_presence k
  where k.software_id = s.id and k.vulnerability_id = f.vulnerability_id and k.component_id = f.component_id)`;

/** Where the findings of a vulnerability occur: a row per component and software version. */
export const createOccurrenceViews = (db: Db) => ({
  of: async (
    by: { readonly column: 'vulnerability_id' | 'id'; readonly id: string },
    page: { readonly limit: number; readonly after?: readonly [string, string] },
  ): Promise<OccurrenceRow[]> => {
    const after = page.after ? sql`and (f.id, s.id) > (${page.after[0]}::uuid, ${page.after[1]}::uuid)` : sql``;
    const { rows } = await sql<OccurrenceRow & { createdAt: string }>`
      select f.id as "findingId", f.vulnerability_id as "vulnerabilityId", f.verdict, f.strength, f.proofs, u.hashes,
        jsonb_build_object('id', c.id, 'name', c.name, 'version', c.version, 'purl', c.purl, 'cpe', c.cpe) as component,
        jsonb_build_object('id', s.id, 'name', s.name, 'version', s.version, 'supplier', s.supplier, 'function', s.function) as software,
        s.created_at as "softwareCreatedAt", ${codeNote} as code,
        (select coalesce(jsonb_agg(jsonb_build_object('model', p.model, 'role', p.role, 'name', p.name, 'context', p.context) order by p.model, p.role), '[]')
          from vulnerabilities_place p where p.software_id = s.id) as places
      from vulnerabilities_finding f join vulnerabilities_component c on c.id = f.component_id
      join vulnerabilities_use u on u.component_id = f.component_id join vulnerabilities_software s on s.id = u.software_id
      where f.${sql.ref(by.column)} = ${by.id}::uuid ${after}
      order by f.id, s.id limit ${page.limit}`.execute(db);
    return rows;
  },

  /** The SBOM that each software version was last read from. */
  knownSboms: async (): Promise<Map<string, string | null>> => {
    const rows = await db.selectFrom('vulnerabilities_software').select(['id', 'sbom_id']).execute();
    return new Map(rows.map((row) => [row.id, row.sbom_id]));
  },

  softwareNames: async (ids: readonly string[]) =>
    db
      .selectFrom('vulnerabilities_software')
      .select(['id', 'name', 'version'])
      .where(sql<boolean>`id = any(${[...ids]}::uuid[])`)
      .execute(),
});
