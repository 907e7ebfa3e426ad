import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import './tables.ts';

const day = 86_400_000;
/** A parked vehicle may sleep for weeks; one that is offered an update is expected sooner. */
const silentAfter = { idle: 21 * day, served: 5 * day, fetching: 2 * 3_600_000 };
const mostAtOnce = 10_000;

/** Marks vehicles whose manifests stay away (reference attack 2, drop request). */
export const createWatchStore = (db: Db) => ({
  /**
   * Vehicles that are newly silent; each is answered once, whatever the number of replicas. One that still fetches metadata
   * while no manifest arrives is the sign of somebody in between who lets one through and drops the other.
   */
  markSilent: async (now: Date): Promise<{ vin: string; fetches: boolean }[]> => {
    const before = (ms: number) => new Date(now.getTime() - ms);
    const { rows } = await sql<{ vin: string; fetches: boolean }>`with late as (
        select d.vin, coalesce(d.fetched_at - coalesce(d.manifest_at, d.registered_at) > ${silentAfter.fetching / 1_000} * interval '1 second', false) as fetches
        from director_vehicle d join inventory_vehicle v on v.vin = d.vin
        join inventory_vehicle_status s on s.vehicle_id = v.id and s.state <> 'retired'
        where d.silent_since is null and coalesce(d.manifest_at, d.registered_at) < ${before(silentAfter.fetching)}
          and (coalesce(d.manifest_at, d.registered_at) < ${before(silentAfter.idle)}
            or d.kind in ('install', 'ask') and coalesce(d.manifest_at, d.registered_at) < ${before(silentAfter.served)}
            or d.fetched_at - coalesce(d.manifest_at, d.registered_at) > ${silentAfter.fetching / 1_000} * interval '1 second')
        order by d.vin limit ${mostAtOnce} for update of d skip locked)
      update director_vehicle d set silent_since = ${now} from late where d.vin = late.vin
      returning d.vin, late.fetches`.execute(db);
    return rows;
  },
});
