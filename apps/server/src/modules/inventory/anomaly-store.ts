import { newId } from '@bulkhead/kernel';
import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { rowsOf } from './rows-store.ts';
import type { AnomalyKind } from './tables.ts';

export interface NewAnomaly {
  readonly vehicle_id: string;
  readonly kind: AnomalyKind;
  readonly reporter: string;
  readonly subject: string;
  readonly at: Date;
}

interface Told {
  readonly vehicle_id: string;
  readonly kind: AnomalyKind;
  readonly reporter: string;
  readonly subject: string;
  readonly new: boolean;
}

/** Different things one vehicle may say of a kind before they are only counted, under this subject. */
const mostPerVehicle = 50;
export const furtherSubjects = '(more)';

export const createAnomalyStore = (db: Db) => ({
  /** Counts what was said before and answers what is new, so that a vehicle that repeats itself fills no log. */
  record: async (anomalies: readonly NewAnomaly[]) => {
    if (anomalies.length === 0) return [];
    const types = {
      id: 'uuid',
      vehicle_id: 'uuid',
      kind: 'text',
      reporter: 'text',
      subject: 'text',
      at: 'timestamptz',
    } as const;
    const rows = anomalies.map((anomaly) => ({ id: newId(), ...anomaly }));
    const { rows: fresh } = await sql<Told>`
      with told as (select r.*, x.vehicle_id is not null as known,
          dense_rank() over (partition by r.vehicle_id, r.kind, x.vehicle_id is not null order by r.subject)
          + (select count(*) from inventory_anomaly a where a.vehicle_id = r.vehicle_id and a.kind = r.kind) as place
        from ${rowsOf(rows, types)} left join inventory_anomaly x
          on x.vehicle_id = r.vehicle_id and x.kind = r.kind and x.subject = r.subject),
      named as (select id, vehicle_id, kind, reporter, at,
          case when known or place <= ${mostPerVehicle} then subject else ${furtherSubjects} end as subject from told),
      kept as (select (array_agg(id))[1] as id, vehicle_id, kind, min(reporter) as reporter, subject, count(*) as n,
          min(at) as first, max(at) as last from named group by vehicle_id, kind, subject)
      insert into inventory_anomaly as t (id, vehicle_id, kind, reporter, subject, count, first_at, last_at)
      select id, vehicle_id, kind, reporter, subject, n, first, last from kept order by vehicle_id, kind, subject
      on conflict (vehicle_id, kind, subject) do update set count = t.count + excluded.count, last_at = excluded.last_at
      returning vehicle_id, kind, reporter, subject, (xmax = 0) as new`.execute(db);
    return fresh.filter((row) => row.new);
  },
});
