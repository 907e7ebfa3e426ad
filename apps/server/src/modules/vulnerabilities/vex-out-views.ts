import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';

export interface OutQuery {
  readonly softwareId?: string;
  readonly supplier?: string;
  readonly ref?: string;
}

/** A component with a finding in one software version, at one place of it. */
export interface OutPlace {
  readonly vulnerabilityId: string;
  readonly componentId: string;
  readonly softwareId: string;
  readonly hashes: unknown;
  readonly model: string | null;
  readonly role: string | null;
}

/** What a VEX document of ours is made from. */
export const createVexOutViews = (db: Db) => ({
  /** Places of vulnerabilities about which something was decided; one more than `most` when there are more. */
  places: async ({ softwareId, supplier, ref }: OutQuery, most: number): Promise<OutPlace[]> => {
    const { rows } = await sql<OutPlace>`
      select d.vulnerability_id as "vulnerabilityId", u.component_id as "componentId", u.software_id as "softwareId", u.hashes, p.model, p.role
      from (select vulnerability_id, array_agg(distinct c.id) as component_ids from vulnerabilities_decision, unnest(component_ids) c(id)
        where state = 'active' and (${ref ?? null}::text is null or ref = ${ref ?? null}) group by vulnerability_id) d
      join vulnerabilities_use u on u.component_id = any(d.component_ids) join vulnerabilities_software s on s.id = u.software_id
      left join vulnerabilities_place p on p.software_id = s.id
      where (${softwareId ?? null}::uuid is null or s.id = ${softwareId ?? null}) and (${supplier ?? null}::text is null or s.supplier = ${supplier ?? null})
      order by 1, 3, 2, 5, 6 limit ${most + 1}`.execute(db);
    return rows;
  },

  /** What was decided, with the words that the resolver does not need. */
  decisions: async (ids: readonly string[]) => {
    const rows = await db
      .selectFrom('vulnerabilities_decision')
      .select(['id', 'ref', 'status', 'justification', 'detail', 'created_at'])
      .where(sql<boolean>`id = any(${[...ids]}::uuid[])`)
      .execute();
    return new Map(rows.map((row) => [row.id, row]));
  },

  components: async (ids: readonly string[]) => {
    const rows = await db
      .selectFrom('vulnerabilities_component')
      .select(['id', 'name', 'version', 'purl', 'cpe'])
      .where(sql<boolean>`id = any(${[...ids]}::uuid[])`)
      .execute();
    return new Map(rows.map((row) => [row.id, row]));
  },
});
