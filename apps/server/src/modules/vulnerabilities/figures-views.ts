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

  /** Vulnerabilities by the components they are found in: many share one set. */
  vulnerabilities: async (): Promise<{ readonly components: string[]; readonly ids: string[] }[]> => {
    const { rows } = await sql<{ components: string[]; ids: string[] }>`
      select components, array_agg(id) as ids from (
        select vulnerability_id as id, array_agg(component_id order by component_id) as components
        from vulnerabilities_finding group by vulnerability_id) s group by components`.execute(db);
    return rows;
  },
});

export interface ComponentSet {
  readonly id: string;
  readonly vehicles: number;
  readonly findings: number;
  readonly software: readonly string[];
}
