import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import './tables.ts';

/** Read models for the vehicle door. */
export const createDirectorViews = (db: Db) => ({
  /** What a vehicle is served, with the version of the root in force. */
  serving: (vin: string) =>
    db
      .selectFrom('director_vehicle')
      .select([
        'vin',
        'version',
        'content',
        'epoch',
        'signed_at',
        'served',
        'named',
        'installed',
        'fault',
        'fetched_at',
      ])
      .select(sql<number>`(select max(version) from director_root)`.as('root_version'))
      .where('vin', '=', vin)
      .executeTakeFirst(),

  vehicle: (vin: string) => db.selectFrom('director_vehicle').selectAll().where('vin', '=', vin).executeTakeFirst(),

  /** Vehicles that were served something, by VIN. */
  servedAfter: (after: string, limit: number) =>
    db
      .selectFrom('director_vehicle')
      .select(['vin', 'version', 'served', 'dialect', 'content', 'fault', 'named'])
      .where('version', '>', 0)
      .where('vin', '>', after)
      .orderBy('vin')
      .limit(limit)
      .execute(),

  ecus: (vin: string) => db.selectFrom('director_ecu').selectAll().where('vin', '=', vin).orderBy('serial').execute(),

  information: async (sha256: string): Promise<string | undefined> => {
    const row = await db
      .selectFrom('director_information')
      .select('document')
      .where('sha256', '=', Buffer.from(sha256, 'hex'))
      .executeTakeFirst();
    return row?.document;
  },

  notes: (vin: string) => db.selectFrom('director_note').selectAll().where('vin', '=', vin).orderBy('kind').execute(),
});
export type Serving = NonNullable<Awaited<ReturnType<ReturnType<typeof createDirectorViews>['serving']>>>;
export type ServedRow = Awaited<ReturnType<ReturnType<typeof createDirectorViews>['servedAfter']>>[number];
