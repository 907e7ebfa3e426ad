import { licenceKind } from '@bulkhead/sbom';
import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { licenceCounts } from './licence-views.ts';

/** Writes inventory_licence: each licence with its kind, and how often it was used when last counted. */
export const createLicenceStore = (db: Db) => ({
  know: async (licences: readonly string[]) => {
    const rows = [...new Set(['', ...licences])].sort().map((licence) => ({ licence, kind: kindOf(licence) }));
    await sql`insert into inventory_licence (licence, kind)
      select r.licence, r.kind from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(licence text, kind text)
      order by r.licence on conflict do nothing`.execute(db);
  },

  count: () =>
    sql`update inventory_licence l set components = coalesce(x.components, 0), software = coalesce(x.software, 0)
      from inventory_licence o left join ${licenceCounts} x on x.licence = o.licence where o.licence = l.licence
        and (l.components, l.software) is distinct from (coalesce(x.components, 0), coalesce(x.software, 0))`.execute(
      db,
    ),
});

const kindOf = (licence: string) => (licence === '' ? 'none' : licenceKind(licence));
