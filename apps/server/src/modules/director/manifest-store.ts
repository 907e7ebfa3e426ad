import { type Expression, sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { ManifestTable } from './tables.ts';
import './tables.ts';

const historyKept = 100;

/** Writes what manifests say. */
export const createManifestStore = (db: Db) => ({
  takeManifest: (
    vin: string,
    what: {
      readonly at: Date;
      readonly memory: string;
      readonly installed: string;
      readonly missing: readonly string[];
      readonly statement: Buffer;
    },
  ) =>
    db
      .updateTable('director_vehicle')
      .set({
        manifest_at: what.at,
        memory: what.memory,
        installed: what.installed,
        missing: [...what.missing],
        statement: what.statement,
        silent_since: null,
      })
      .where('vin', '=', vin)
      .execute(),

  refuseManifest: (vin: string, at: Date) =>
    db.updateTable('director_vehicle').set({ manifest_refused_at: at }).where('vin', '=', vin).execute(),

  /** Counts a manifest that says the same as the newest one; false when there is none such. */
  repeatManifest: async (vin: string, outcome: ManifestTable['outcome'], code: string | null, at: Date) => {
    const newest: Expression<string> = sql`(select max(id) from director_manifest where vin = ${vin})`;
    const { numUpdatedRows } = await db
      .updateTable('director_manifest')
      .set(({ eb }) => ({ count: eb('count', '+', 1), last_at: at }))
      .where('id', '=', newest)
      .where('outcome', '=', outcome)
      .where('code', 'is not distinct from', code)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  },

  addManifest: async (row: {
    readonly vin: string;
    readonly at: Date;
    readonly outcome: ManifestTable['outcome'];
    readonly code: string | null;
    readonly detail: string;
    readonly dialect: 'a' | 'b';
    readonly counter: number | null;
    readonly reports: string;
    readonly document: Uint8Array;
  }) => {
    const { at, document, ...rest } = row;
    await db
      .insertInto('director_manifest')
      .values({ ...rest, received_at: at, last_at: at, document: Buffer.from(document) })
      .execute();
    await sql`delete from director_manifest where vin = ${row.vin} and id <= (select id from director_manifest
      where vin = ${row.vin} order by id desc offset ${historyKept} limit 1)`.execute(db);
  },
});
