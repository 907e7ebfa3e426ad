import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { codeNote, type OccurrenceRow } from './occurrence-views.ts';

/** Where a page goes on: rank, finding, software version. */
export type VehicleFindingPlace = readonly [rank: number, findingId: string, softwareId: string];

export interface VehicleFindingRow extends OccurrenceRow {
  readonly rank: number;
  readonly ref: string;
  readonly title: string;
  readonly severity: 'unknown' | 'none' | 'low' | 'medium' | 'high' | 'critical';
  readonly cvss: number | null;
  readonly kev: boolean;
  readonly fixedIn: string[];
}

/** Findings by the software of one vehicle: what they cost depends on the vehicle, not on the fleet. */
export const createVehicleFindingViews = (db: Db) => ({
  /** The versions whose contents are known. */
  described: async (softwareIds: readonly string[]): Promise<ReadonlySet<string>> => {
    const rows = await db
      .selectFrom('vulnerabilities_software')
      .select('id')
      .where('sbom_id', 'is not', null)
      .where(sql<boolean>`id = any(${[...softwareIds]}::uuid[])`)
      .execute();
    return new Set(rows.map(({ id }) => id));
  },

  /** A row per finding and version, the most urgent first; places are those of one model. */
  of: async (
    softwareIds: readonly string[],
    model: string,
    page: { readonly limit: number; readonly after?: VehicleFindingPlace },
  ): Promise<VehicleFindingRow[]> => {
    const [rank, findingId, softwareId] = page.after ?? [];
    const after = page.after
      ? sql`where (rank, id, software_id) < (${rank}::int, ${findingId}::uuid, ${softwareId}::uuid)`
      : sql``;
    // "materialized": the vehicle's own findings are collected first, or the planner walks the ranks of the whole fleet
    const { rows } = await sql<VehicleFindingRow>`
      with here as materialized (
        select f.id, f.rank, u.software_id from vulnerabilities_use u join vulnerabilities_finding f on f.component_id = u.component_id
        where u.software_id = any(${[...softwareIds]}::uuid[])),
      page as materialized (
        select * from here ${after} order by rank desc, id desc, software_id desc limit ${page.limit})
      select f.id as "findingId", f.vulnerability_id as "vulnerabilityId", f.verdict, f.strength, f.proofs, f.rank, f.ref, u.hashes,
        v.title, v.severity, f.cvss, v.kev_added is not null as kev, f.fixed_in as "fixedIn",
        jsonb_build_object('id', c.id, 'name', c.name, 'version', c.version, 'purl', c.purl, 'cpe', c.cpe) as component,
        jsonb_build_object('id', s.id, 'name', s.name, 'version', s.version, 'supplier', s.supplier, 'function', s.function) as software,
        s.created_at as "softwareCreatedAt", ${codeNote} as code,
        (select coalesce(jsonb_agg(jsonb_build_object('model', p.model, 'role', p.role, 'name', p.name, 'context', p.context) order by p.role), '[]')
          from vulnerabilities_place p where p.software_id = s.id and p.model = ${model}) as places
      from page join vulnerabilities_finding f on f.id = page.id join vulnerabilities_component c on c.id = f.component_id
      join vulnerabilities_software s on s.id = page.software_id
      join vulnerabilities_use u on u.software_id = s.id and u.component_id = c.id
      join vulnerabilities_vulnerability v on v.id = f.vulnerability_id
      order by page.rank desc, page.id desc, page.software_id desc`.execute(db);
    return rows;
  },
});
