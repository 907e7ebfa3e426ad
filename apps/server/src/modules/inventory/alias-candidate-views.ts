import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { Namesake } from './domain/alias-proposals.ts';

/** Names looked at per SBOM; a document with more of them gets the rest when the next one comes. */
const mostNames = 20_000;
const mostNamesakes = 50;

export const createAliasCandidateViews = (db: Db) => ({
  /** Names of an SBOM without identifiers about which nothing was proposed or decided yet. */
  newNames: async (sbomId: string): Promise<{ name: string; source: string | null }[]> => {
    const { rows } = await sql<{ name: string; source: string | null }>`
      select min(c.name) as name, min(c.source) as source from inventory_sbom_component sc
      join inventory_component c on c.id = sc.component_id
      where sc.sbom_id = ${sbomId}::uuid and not c.identified and sc.scope is distinct from 'excluded'
        and not exists (select from inventory_alias a where a.name_key = c.name_key)
      group by c.name_key limit ${mostNames}`.execute(db);
    return rows;
  },

  /**
   * Components with identifiers whose name is also that of components without: this SBOM may have brought the ones or
   * the others. Names that are decided are left out.
   */
  namesakes: async (sbomId: string): Promise<Namesake[]> => {
    const { rows } = await sql<Namesake>`
      with keys as materialized (select distinct c.name_key from inventory_sbom_component sc
        join inventory_component c on c.id = sc.component_id where sc.sbom_id = ${sbomId}::uuid limit ${mostNames})
      select k.name_key as name, x.purl, x.cpe from keys k cross join lateral (
        select i.purl, i.cpe from inventory_component i where i.name_key = k.name_key and i.identified limit ${mostNamesakes}) x
      where exists (select from inventory_component u where u.name_key = k.name_key and not u.identified)
        and not exists (select from inventory_alias a where a.name_key = k.name_key and a.state <> 'proposed')`.execute(
      db,
    );
    return rows;
  },
});
