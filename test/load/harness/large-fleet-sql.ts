export const ecusPerVehicle = 30;
export const programs = 40;
export const newestVersion = 8;
const models = 10;
/** A prime, so that multiples of another number modulo it are all different. */
const vinNumbers = 1_000_003;
const vehiclesPerChunk = 10_000;

/** Ids of the shape of a UUIDv7 in the order of `n`, cheap to make by the ten million. */
const idOf = (kind: number, n: string) =>
  `('${kind.toString(16).padStart(12, '0')}7000' || to_hex(-9223372036854775807 - 1 + ${n}))::uuid`;
export const softwareId = (program: number, version: number) =>
  `00000000-0003-7000-8000-${(program * 100 + version).toString(16).padStart(12, '0')}`;

/** Half of the installations have the newest version, a quarter the one before, and so on: by eight random bits. */
const spread = Array.from({ length: 256 }, (_, i) => newestVersion - Math.min(newestVersion - 1, Math.clz32(i) - 24));
const anyVersion = `(array[${spread.join(',')}])[1 + (hashint4(v.ordinal * 40 + r) & 255)]`;

const modelsSql = `
  insert into inventory_model (id, code, name, brand, year, architecture, role_count, created_at, updated_at)
  select ${idOf(4, 'm')}, 'M' || m, 'Model ' || m, 'Bench', 2026, '{"zones":[],"buses":[],"roles":[]}', ${ecusPerVehicle}, now(), now()
  from generate_series(0, ${models - 1}) m`;

const rolesSql = `
  insert into inventory_role (model_id, role, name, function, patchable, gateway, network, interfaces, software)
  select ${idOf(4, 'm')}, 'ecu-' || r, 'ECU ' || r, case r when 0 then 'telematics' when 1 then 'gateway' else 'other' end,
    r % 5 <> 0, r = 1, case when r = 0 then 'open' else 'closed' end, case when r = 0 then array['cellular'] else '{}' end, '{}'
  from generate_series(0, ${models - 1}) m, generate_series(0, ${ecusPerVehicle - 1}) r`;

const softwareSql = `
  insert into inventory_software (id, name, version, supplier, function, created_at)
  select ${idOf(3, '(p * 100 + v)')}, 'program-' || p, v || '.0', 'Supplier ' || p % 7, 'other', now()
  from (select p, v from generate_series(0, ${programs - 1}) p, generate_series(1, ${newestVersion}) v
    union all values (0, 91), (0, 92)) x(p, v)`;

/** VINs in another order than vehicles were registered in; they end with a number below `vinNumbers`. */
const vehiclesSql = (vehicles: number) => `
  insert into inventory_vehicle (id, vin, model_id, model_code, region, plant, ecu_count, built_at, created_at)
  select ${idOf(1, 'n')}, 'WBHFLEET0' || lpad((n * 611953 % ${vinNumbers})::text, 8, '0'), ${idOf(4, `(n % ${models})`)}, 'M' || n % ${models},
    (array['EU', 'NA', 'CN', 'JP', 'SA'])[1 + n / 7 % 5], case when n % 50 > 0 then 'Plant-' || n / 3 % 12 end, ${ecusPerVehicle},
    now() - n % 2000 * interval '1 day', now()
  from generate_series(1, ${vehicles}::bigint) n order by n`;

/** Every twentieth vehicle never connected, one of a hundred is retired. */
const statusSql = `
  insert into inventory_vehicle_status (vehicle_id, state, software_state, first_seen_at, last_seen_at)
  select id, case when ordinal % 100 = 99 then 'retired' when ordinal % 20 = 7 then 'registered' when ordinal % 5 < 3 then 'online'
      else 'offline' end, case when ordinal % 2 = 0 then 'current' else 'outdated' end,
    case when ordinal % 20 <> 7 then now() - interval '300 days' end,
    case when ordinal % 20 <> 7 then now() - abs(hashint4(ordinal) % 100000) * interval '1 second' end
  from inventory_vehicle order by id`;

const modelCountsSql = `
  update inventory_model m set vehicle_count = x.n
  from (select model_id, count(*) as n from inventory_vehicle group by model_id) x where x.model_id = m.id`;

/**
 * Role r of model m runs the program (r + 4 m) % 40. What never connected reported nothing, and one ECU of 10,000 reports a
 * version that nobody registered.
 */
function chunkSql(vehicles: number, from: number): string {
  const n = `(v.ordinal::bigint * ${ecusPerVehicle} + r)`;
  const rows = `inventory_vehicle v cross join generate_series(0, ${ecusPerVehicle - 1}) r
    where v.ordinal >= ${from} and v.ordinal < ${from + vehiclesPerChunk}`;
  const far = [30, Math.floor(vehicles / 20) * 10, Math.floor(vehicles / 10) * 10];
  return `
  insert into inventory_ecu (id, vehicle_id, vin, serial, model_id, role, function, patchable, gateway, network,
    part_number, supplier, created_at)
  select ${idOf(2, n)}, v.id, v.vin, 'S' || ${n}, v.model_id, 'ecu-' || r, 'other', true, r = 1, 'closed', 'P' || r, 'S' || r % 7, now()
  from ${rows};
  insert into inventory_installation (ecu_id, name, vehicle_id, planned_id, planned_version, reported_id, reported_version, reported_at)
  select ${idOf(2, 'k.n')}, s.name, k.vehicle_id, s.id, s.version, case when heard and not strange then s.id end,
    case when heard then case when strange then 'homemade' else s.version end end, case when heard then now() end
  from (
    select ${n} as n, v.id as vehicle_id, case
        when r = 0 and v.ordinal in (${far.join(', ')}) then 91
        when r = 0 and v.vin >= 'WBHFLEET0${Math.round(vinNumbers * 0.95)
          .toString()
          .padStart(8, '0')}' then 92
        else (r + v.ordinal % ${models} * 4) % ${programs} * 100 + ${anyVersion} end as software,
      v.ordinal % 20 <> 7 as heard, hashint4(v.ordinal * 31 + r) % 10000 = 17 as strange
    from ${rows}) k
  join (select id, name, version, substr(name, 9)::int * 100 + split_part(version, '.', 1)::int as software from inventory_software) s
    on s.software = k.software`;
}

export interface LargeFleetSql {
  readonly vehicles: readonly string[];
  readonly chunks: readonly string[];
  readonly indexes: readonly string[];
  readonly statistics: readonly string[];
}

/** The statements that make a fleet, in the order of the members. */
export function largeFleetSql(vehicles: number): LargeFleetSql {
  if (vehicles >= vinNumbers) throw new Error(`${vinNumbers - 1} vehicles are the most: VINs would meet`);
  const chunks = Math.ceil(vehicles / vehiclesPerChunk);
  return {
    vehicles: [modelsSql, rolesSql, softwareSql, vehiclesSql(vehicles), statusSql, modelCountsSql],
    chunks: Array.from({ length: chunks }, (_, i) => chunkSql(vehicles, 1 + i * vehiclesPerChunk)),
    indexes: [
      'alter table inventory_installation add primary key (ecu_id, name, slot)',
      'create index inventory_installation_current on inventory_installation (current_id, vehicle_id)',
      'alter table inventory_ecu add primary key (id)',
      'create index inventory_installation_vehicle on inventory_installation (vehicle_id)',
      `create index inventory_installation_unknown on inventory_installation (name, reported_version)
        where reported_version is not null and reported_id is null`,
    ],
    statistics: [
      'vacuum analyze inventory_vehicle, inventory_vehicle_status',
      'analyze inventory_model, inventory_role, inventory_software, inventory_ecu, inventory_installation',
    ],
  };
}
