import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { blocksOf } from './vehicle-index-views.ts';

/** A vehicle that runs some of the versions asked for, and the ECUs that do. */
export interface RunningVehicle {
  readonly vin: string;
  readonly model: string;
  readonly region: string;
  readonly plant: string | null;
  readonly state: string;
  readonly lastSeenAt: string | null;
  readonly ecus: readonly {
    readonly serial: string;
    readonly role: string;
    readonly softwareId: string;
    readonly name: string;
    readonly version: string;
  }[];
}

export interface VehicleSetQuery {
  readonly region?: string;
  readonly model?: string;
  readonly limit?: number;
  /** The VIN after which the page begins. */
  readonly after?: string;
}

type Dimension = 'model' | 'region' | 'plant';
/** Up to this many vehicles are named by their bits; more are met often enough on the way through the VINs. */
const sparse = 20_000;

/** The set, narrowed to a region and a model: blocks that hold at least one of its vehicles. */
function narrowed(softwareIds: readonly string[], { region, model }: VehicleSetQuery): RawBuilder<unknown> {
  const dimension = (kind: Dimension, key: string | undefined, name: string) =>
    key === undefined
      ? sql``
      : sql`join inventory_vehicle_block ${sql.ref(name)} on ${sql.ref(`${name}.kind`)} = ${kind} and ${sql.ref(`${name}.key`)} = ${key}
          and ${sql.ref(`${name}.block`)} = x.block`;
  const bits = [
    sql`x.vehicles`,
    ...(region === undefined ? [] : [sql`r.vehicles`]),
    ...(model === undefined ? [] : [sql`m.vehicles`]),
  ];
  return sql`(select x.block, ${sql.join(bits, sql` & `)} as vehicles from ${blocksOf(softwareIds, 'current')} x
    ${dimension('region', region, 'r')} ${dimension('model', model, 'm')})`;
}

const columns = sql`v.id, v.vin, v.model_code as model, v.region, v.plant, s.state, s.last_seen_at`;
interface VehicleRow {
  readonly id: string;
  readonly vin: string;
  readonly model: string;
  readonly region: string;
  readonly plant: string | null;
  readonly state: string;
  readonly last_seen_at: Date | null;
}

/** Which vehicles a set of software versions is: counted by dimension, and named in the order of VINs. */
export const createVehicleSetViews = (db: Db) => ({
  breakdown: async (softwareIds: readonly string[]) => {
    const { rows } = await sql<{ kind: Dimension | 'all'; key: string; n: string }>`
      with found as materialized (select * from ${blocksOf(softwareIds, 'current')} x)
      select d.kind, d.key, sum(bit_count(d.vehicles & f.vehicles))::text as n from found f
      join inventory_vehicle_block d on d.kind in ('model', 'region', 'plant') and d.block = f.block group by d.kind, d.key
      having sum(bit_count(d.vehicles & f.vehicles)) > 0
      union all select 'all', '', coalesce(sum(bit_count(vehicles)), 0)::text from found`.execute(db);
    const of = (dimension: Dimension) =>
      rows
        .filter(({ kind }) => kind === dimension)
        .map(({ key, n }) => ({ value: key, vehicles: Number(n) }))
        .toSorted((a, b) => b.vehicles - a.vehicles || (a.value < b.value ? -1 : 1));
    const total = Number(rows.find(({ kind }) => kind === 'all')?.n ?? 0);
    return { total, byModel: of('model'), byRegion: of('region'), byPlant: of('plant') };
  },

  page: async (softwareIds: readonly string[], query: VehicleSetQuery) => {
    const { limit = 50 } = query;
    const found = await vehiclesOf(db, softwareIds, { ...query, limit: limit + 1 });
    const rows = found.slice(0, limit);
    const items = await withEcus(db, softwareIds, rows);
    return { items, next: found.length > limit ? (rows.at(-1)?.vin ?? null) : null };
  },

  /** Every vehicle of the set in the order of VINs, a page at a time: memory does not grow with the fleet. */
  stream: async function* (softwareIds: readonly string[]): AsyncGenerator<RunningVehicle> {
    for (let after = '', more = true; more; ) {
      const rows = await vehiclesOf(db, softwareIds, { limit: 1_000, after });
      yield* await withEcus(db, softwareIds, rows);
      after = rows.at(-1)?.vin ?? '';
      more = rows.length === 1_000;
    }
  },

  /**
   * How far a program is from one of these versions in the field: by what vehicles said, not by what is planned.
   * Unknown: the program is planned or was reported there, and no registered version is known to run.
   */
  remaining: async (name: string, fixedSoftwareIds: readonly string[]) => {
    const { rows } = await sql<{ total: string; fixed: string; unknown: string }>`
      with live as (select block, vehicles from inventory_vehicle_block where kind = 'live' and key = ''),
      versions as (select id::text as id from inventory_software where name = ${name}),
      blocks as (
        select b.block, bit_or(b.vehicles) as carrying,
          coalesce(bit_or(b.vehicles) filter (where b.kind = 'reported' and not (b.key = any(${fixedSoftwareIds}::text[]))), 0::bit(2048)) as other,
          coalesce(bit_or(b.vehicles) filter (where b.kind in ('unreported', 'unregistered')), 0::bit(2048)) as unknown
        from inventory_vehicle_block b
        where (b.kind = 'reported' and b.key in (select id from versions)) or (b.kind in ('unreported', 'unregistered') and b.key = ${name})
        group by b.block)
      select coalesce(sum(bit_count(carrying & l.vehicles)), 0)::text as total,
        coalesce(sum(bit_count(carrying & ~other & ~unknown & l.vehicles)), 0)::text as fixed,
        coalesce(sum(bit_count(unknown & ~other & l.vehicles)), 0)::text as unknown
      from blocks join live l using (block)`.execute(db);
    const [row] = rows;
    const [total, fixed, unknown] = [Number(row?.total ?? 0), Number(row?.fixed ?? 0), Number(row?.unknown ?? 0)];
    return { total, fixed, unknown, remaining: total - fixed - unknown };
  },
});

async function vehiclesOf(db: Db, softwareIds: readonly string[], query: VehicleSetQuery): Promise<VehicleRow[]> {
  const set = narrowed(softwareIds, query);
  const { limit = 50, after = '' } = query;
  const { rows: counted } = await sql<{ n: string }>`select coalesce(sum(bit_count(vehicles)), 0)::text as n
    from ${set} x`.execute(db);
  const few = Number(counted[0]?.n ?? 0) <= sparse;
  const { rows } = few
    ? await sql<VehicleRow>`
        with named as materialized (
          select x.block * 2048 + bit as ordinal from ${set} x cross join generate_series(0, 2047) as bit
          where bit_count(x.vehicles) > 0 and get_bit(x.vehicles, bit) = 1)
        select ${columns} from named n join inventory_vehicle v on v.ordinal = n.ordinal
        join inventory_vehicle_status s on s.vehicle_id = v.id where v.vin > ${after} order by v.vin limit ${limit}`.execute(
        db,
      )
    : await sql<VehicleRow>`
        with found as materialized (select block, vehicles from ${set} x),
        some as materialized (
          select v.id, v.vin from inventory_vehicle v join found f on f.block = v.ordinal / 2048
          where v.vin > ${after} and get_bit(f.vehicles, v.ordinal % 2048) = 1 order by v.vin limit ${limit})
        select ${columns} from some n join inventory_vehicle v on v.id = n.id
        join inventory_vehicle_status s on s.vehicle_id = v.id order by v.vin`.execute(db);
  return rows;
}

async function withEcus(
  db: Db,
  softwareIds: readonly string[],
  rows: readonly VehicleRow[],
): Promise<RunningVehicle[]> {
  const { rows: ecus } = await sql<RunningVehicle['ecus'][number] & { vehicleId: string }>`
    select i.vehicle_id as "vehicleId", e.serial, e.role, w.id as "softwareId", w.name, w.version from inventory_installation i
    join inventory_ecu e on e.id = i.ecu_id join inventory_software w on w.id = i.current_id
    where i.vehicle_id = any(${rows.map(({ id }) => id)}::uuid[]) and i.current_id = any(${softwareIds}::uuid[])
    order by e.role, e.serial, w.name`.execute(db);
  const byVehicle = Map.groupBy(ecus, ({ vehicleId }) => vehicleId);
  return rows.map(({ id, last_seen_at, ...row }) => ({
    ...row,
    lastSeenAt: last_seen_at?.toISOString() ?? null,
    ecus: (byVehicle.get(id) ?? []).map(({ serial, role, softwareId, name, version }) => ({
      serial,
      role,
      softwareId,
      name,
      version,
    })),
  }));
}
