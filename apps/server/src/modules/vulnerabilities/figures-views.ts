import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import './tables.ts';

/** Which software stands behind components and vulnerabilities; equal sets are counted once. */
export const createFiguresViews = (db: Db) => ({
  softwareIds: async (): Promise<string[]> => {
    const rows = await db.selectFrom('vulnerabilities_software').select('id').execute();
    return rows.map(({ id }) => id);
  },

  componentsBySoftware: async (): Promise<{ software: string[]; ids: string[] }[]> => {
    const { rows } = await sql<{ software: string[]; ids: string[] }>`
      select software, array_agg(id) as ids from (
        select u.component_id as id, array_agg(u.software_id order by u.software_id) as software
        from vulnerabilities_use u
        where exists (select from vulnerabilities_finding f where f.component_id = u.component_id) group by u.component_id) s
      group by software`.execute(db);
    return rows;
  },

  vulnerabilitiesBySoftware: async (): Promise<{ software: string[]; ids: string[] }[]> => {
    const { rows } = await sql<{ software: string[]; ids: string[] }>`
      select software, array_agg(id) as ids from (
        select f.vulnerability_id as id, array_agg(distinct u.software_id order by u.software_id) as software
        from vulnerabilities_finding f join vulnerabilities_use u on u.component_id = f.component_id
        group by f.vulnerability_id) s group by software`.execute(db);
    return rows;
  },
});
