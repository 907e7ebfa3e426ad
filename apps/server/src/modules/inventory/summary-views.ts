import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { isLargeFleet } from './fleet-size-views.ts';

export interface VehiclesSummary {
  readonly models: number;
  readonly vehicles: number;
  readonly online: number;
  readonly retired: number;
  /** Vehicles with at least one program that is not the planned one. */
  readonly outdated: number;
  readonly current: number;
  readonly ecus: number;
  readonly openEcus: number;
  readonly closedEcus: number;
  readonly patchableEcus: number;
  readonly enrolledEcus: number;
  readonly softwareVersions: number;
  /** Software versions with an SBOM, and their share from 0 to 100. */
  readonly withSbom: number;
  readonly sbomPercent: number;
  readonly components: number;
  readonly anomalies: number;
  readonly countedAt: string;
}

type Counts = Omit<VehiclesSummary, 'sbomPercent' | 'countedAt'>;

/** Of a large fleet a figure may be this old. */
const mostAge = 60_000;

/** Figures for the overview. Large fleets are counted at most once a minute, and `countedAt` says when. */
export const createSummaryViews = (db: Db) => ({
  summary: async (now: Date): Promise<VehiclesSummary> => {
    const kept = await db.selectFrom('inventory_figure').selectAll().where('name', '=', 'summary').executeTakeFirst();
    if (kept && now.getTime() - kept.counted_at.getTime() < mostAge && (await isLargeFleet(db)))
      return summaryOf(kept.value as Counts, kept.counted_at);
    return summaryOf(await count(db), now);
  },

  anomalies: (limit: number) =>
    db
      .selectFrom('inventory_anomaly as a')
      .innerJoin('inventory_vehicle as v', 'v.id', 'a.vehicle_id')
      .select(['v.vin', 'a.kind', 'a.reporter', 'a.subject', 'a.count', 'a.first_at', 'a.last_at'])
      .orderBy('a.last_at', 'desc')
      .limit(limit)
      .execute(),
});

function summaryOf(counts: Counts, at: Date): VehiclesSummary {
  const { softwareVersions, withSbom } = counts;
  const sbomPercent = softwareVersions === 0 ? 0 : Math.floor((100 * withSbom) / softwareVersions);
  return { ...counts, sbomPercent, countedAt: at.toISOString() };
}

async function count(db: Db): Promise<Counts> {
  const { rows } = await sql<Record<keyof Counts, string>>`
    with v as (select count(*) as vehicles, count(*) filter (where state = 'online') as online,
        count(*) filter (where state = 'retired') as retired, count(*) filter (where software_state = 'outdated') as outdated,
        count(*) filter (where software_state = 'current') as current, coalesce(sum(enrolled_count), 0) as "enrolledEcus"
      from inventory_vehicle_status),
    e as (select coalesce(sum(n), 0) as ecus, coalesce(sum(n) filter (where network = 'open'), 0) as "openEcus",
        coalesce(sum(n) filter (where network = 'closed'), 0) as "closedEcus" from (
        select network, count(*) as n from inventory_ecu group by network) x),
    s as (select (select count(*) from inventory_software) as "softwareVersions", (select count(*) from inventory_sbom where state = 'accepted') as "withSbom",
      (select count(*) from inventory_component) as components, (select count(*) from inventory_model) as models,
      (select count(*) from inventory_anomaly) as anomalies,
      (select count(*) from inventory_ecu where patchable) as "patchableEcus")
    select * from v cross join e cross join s`.execute(db);
  const entries = Object.entries(rows[0] ?? {}).map(([name, value]) => [name, Number(value)]);
  return Object.fromEntries(entries) as Counts;
}
