import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import './tables.ts';

/** Which software stands behind components and vulnerabilities; read as sets that many of them share. */
export const createFiguresViews = (db: Db) => ({
  softwareIds: async (): Promise<string[]> => {
    const rows = await db.selectFrom('vulnerabilities_software').select('id').execute();
    return rows.map(({ id }) => id);
  },

  /** Components with findings: how many, what contains them, and the figures that stand there. */
  components: async (): Promise<ComponentSet[]> => {
    const { rows } = await sql<ComponentSet>`
      select c.id, c.vehicle_count::int as vehicles, f.n as findings,
        array(select u.software_id from vulnerabilities_use u where u.component_id = c.id order by u.software_id) as software
      from (select component_id, count(*)::int as n from vulnerabilities_finding group by component_id) f
      join vulnerabilities_component c on c.id = f.component_id`.execute(db);
    return rows;
  },

  /** Vulnerabilities by the components they are found in, with the figure that stands there: many share one set. */
  vulnerabilities: async (): Promise<VulnerabilitySet[]> => {
    const { rows } = await sql<VulnerabilitySet>`
      select s.components, jsonb_agg(jsonb_build_object('id', v.id, 'vehicles', v.vehicle_count)) as standing from (
        select vulnerability_id as id, array_agg(component_id order by component_id) as components
        from vulnerabilities_finding group by vulnerability_id) s
      join vulnerabilities_vulnerability v on v.id = s.id group by s.components`.execute(db);
    return rows;
  },
});

export interface VulnerabilitySet {
  readonly components: readonly string[];
  readonly standing: readonly { readonly id: string; readonly vehicles: number }[];
}

export interface ComponentSet {
  readonly id: string;
  readonly vehicles: number;
  readonly findings: number;
  readonly software: readonly string[];
}
