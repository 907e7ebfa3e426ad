import { type Ecu, inventoryOperations, type ListQuery } from '@bulkhead/contract';
import { type Expression, type SqlBool, sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { compare, defineList, type FilterTest, whereFilter } from '../../platform/db/filter-sql.ts';
import { countOf, pageOf } from '../../platform/db/page.ts';
import { resolveContains } from './contains-views.ts';
import { identityState } from './domain/identity-state.ts';
import { instant } from './instant.ts';

/** "Contains" on the VIN looks among the vehicles, which are thirty times fewer and have a trigram index. */
function vinTest(test: FilterTest): Expression<SqlBool> {
  if (test.operator !== ':') return compare('string', sql.ref('e.vin'), test);
  return sql<SqlBool>`e.vehicle_id in (select x.id from inventory_vehicle x where ${compare('string', sql.ref('x.vin'), test)})`;
}

const ecus = defineList(
  inventoryOperations.listEcus.list,
  {
    serial: 'e.serial',
    vin: { column: 'e.vin', test: vinTest },
    role: 'e.role',
    function: 'e.function',
    partNumber: 'e.part_number',
    supplier: 'e.supplier',
    patchable: 'e.patchable',
    network: 'e.network',
    lastSeenAt: { column: 'es.last_seen_at', nullable: true, tie: 'es.ecu_id' },
  },
  'e.id',
);

const few = (column: string) => ({
  column: sql.ref(`e.${column}`),
  table: 'inventory_ecu',
  indexed: sql.ref(column),
});
const fewValues = {
  role: few('role'),
  function: few('function'),
  partNumber: few('part_number'),
  supplier: few('supplier'),
};

interface EcuRow {
  id: string;
  serial: string;
  vin: string;
  model: string;
  role: string;
  role_name: string;
  function: string;
  part_number: string;
  supplier: string;
  hardware_version: string | null;
  patchable: boolean;
  gateway: boolean;
  network: string;
  connected: boolean;
  last_seen_at: Date | null;
  certificate_not_before: Date | null;
  certificate_not_after: Date | null;
  revoked_at: Date | null;
}

const ecuOf = (row: EcuRow, now: Date): Ecu => ({
  id: row.id,
  serial: row.serial,
  vin: row.vin,
  model: row.model,
  role: row.role,
  roleName: row.role_name,
  function: row.function as Ecu['function'],
  partNumber: row.part_number,
  supplier: row.supplier,
  hardwareVersion: row.hardware_version,
  patchable: row.patchable,
  gateway: row.gateway,
  network: row.network as Ecu['network'],
  identity: identityState(
    { notBefore: row.certificate_not_before, notAfter: row.certificate_not_after, revokedAt: row.revoked_at },
    now,
  ),
  connected: row.connected,
  lastSeenAt: instant(row.last_seen_at),
});

const from = (db: Db) =>
  db.selectFrom('inventory_ecu as e').innerJoin('inventory_ecu_status as es', 'es.ecu_id', 'e.id');

const select = (db: Db) =>
  from(db).select([
    'e.id',
    'e.serial',
    'e.vin',
    'e.role',
    'e.function',
    'e.part_number',
    'e.supplier',
    'e.hardware_version',
    'e.patchable',
    'e.gateway',
    'e.network',
    'es.connected',
    'es.last_seen_at',
    'es.certificate_not_before',
    'es.certificate_not_after',
    'es.revoked_at',
    sql<string>`(select m.code from inventory_model m where m.id = e.model_id)`.as('model'),
    sql<string>`(select o.name from inventory_role o where o.model_id = e.model_id and o.role = e.role)`.as(
      'role_name',
    ),
  ]);

export const createEcuViews = (db: Db) => ({
  list: async (query: ListQuery, now: Date) => {
    const { rows, ...page } = await pageOf(select(db), await resolveContains(db, ecus, fewValues, query.filter), query);
    return { items: rows.map((row) => ecuOf(row, now)), ...page };
  },

  bySerial: async (serial: string, now: Date): Promise<Ecu | undefined> => {
    const row = await select(db).where('e.serial', '=', serial).executeTakeFirst();
    return row && ecuOf(row, now);
  },

  ofVehicle: async (vin: string, now: Date): Promise<Ecu[]> => {
    const rows = await select(db).where('e.vin', '=', vin).orderBy('e.role').orderBy('e.serial').execute();
    return rows.map((row) => ecuOf(row, now));
  },

  /** The condition of a filter over `e` and `es`, for a store that changes what matches. */
  condition: (filter: string): Expression<SqlBool> => whereFilter(ecus, filter),

  /** ECUs of a filter that a plan of the software would change, and their vehicles. */
  countForPlan: async (filter: string, softwareId: string, slot: string) => {
    const { rows } = await sql<{ ecus: string; vehicles: string }>`
      select count(*)::text as ecus, count(distinct e.vehicle_id)::text as vehicles
      from inventory_ecu e join inventory_ecu_status es on es.ecu_id = e.id
      join inventory_vehicle_status vs on vs.vehicle_id = e.vehicle_id and vs.state <> 'retired'
      cross join inventory_software s
      left join inventory_installation i on i.ecu_id = e.id and i.name = s.name and i.slot = ${slot}
      where s.id = ${softwareId} and i.planned_id is distinct from s.id and (${whereFilter(ecus, filter)})`.execute(db);
    return { ecus: Number(rows[0]?.ecus ?? 0), vehicles: Number(rows[0]?.vehicles ?? 0) };
  },

  count: (filter: string) => countOf(from(db).where(whereFilter(ecus, filter))),

  /** Who a serial belongs to, for reports and imports. */
  known: (serials: readonly string[]) =>
    db
      .selectFrom('inventory_ecu')
      .select([
        'id',
        'serial',
        'vin',
        'vehicle_id',
        'role',
        'gateway',
        'function',
        'part_number',
        'supplier',
        'hardware_version',
      ])
      .where('serial', '=', sql<string>`any(${serials}::text[])`)
      .execute(),

  installations: (ecuIds: readonly string[]) =>
    db
      .selectFrom('inventory_installation')
      .selectAll()
      .where('ecu_id', '=', sql<string>`any(${ecuIds}::uuid[])`)
      .orderBy('name')
      .orderBy('slot')
      .execute(),

  device: (by: { ecuId: string } | { serial: string; vin?: string }) => {
    const query = devices(db);
    if ('ecuId' in by) return query.where('e.id', '=', by.ecuId).executeTakeFirst();
    const bySerial = query.where('e.serial', '=', by.serial);
    return (by.vin === undefined ? bySerial : bySerial.where('e.vin', '=', by.vin)).executeTakeFirst();
  },

  devicesOf: (vin: string) => devices(db).where('e.vin', '=', vin).orderBy('e.serial').execute(),

  devices: (serials: readonly string[]) =>
    devices(db).where('e.serial', '=', sql<string>`any(${serials}::text[])`).execute(),
});

const devices = (db: Db) =>
  from(db)
    .innerJoin('inventory_vehicle as v', 'v.id', 'e.vehicle_id')
    .innerJoin('inventory_vehicle_status as vs', 'vs.vehicle_id', 'v.id')
    .select(['e.id as ecuId', 'e.vehicle_id as vehicleId', 'e.vin', 'e.serial', 'v.model_code as model', 'e.role'])
    .select(['e.supplier', 'e.part_number as partNumber', 'e.hardware_version as hardwareVersion', 'e.gateway'])
    .select(['e.function', 'v.region', 'vs.state']);
