import { type FilterNode, inventoryOperations, type ListQuery, parseFilter } from '@bulkhead/contract';
import { type Expression, type SqlBool, sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { defineList, type SqlList, whereFilter } from '../../platform/db/filter-sql.ts';
import { countOf, pageOf } from '../../platform/db/page.ts';
import { resolveContains } from './contains-views.ts';
import { intersection, type VehicleSet } from './domain/vehicle-set.ts';
import { narrow, vehiclesOf } from './vehicle-set-views.ts';

/** The tie-break of an order by a status column is that table's own key: one index then serves the order. */
const byStatus = (column: string) => ({ column, tie: 'vs.vehicle_id' });

const sources = {
  vin: 'v.vin',
  model: 'v.model_code',
  region: 'v.region',
  plant: { column: 'v.plant', nullable: true },
  state: byStatus('vs.state'),
  software: byStatus('vs.software_state'),
  ecus: 'v.ecu_count',
  lastSeenAt: { ...byStatus('vs.last_seen_at'), nullable: true },
  builtAt: { column: 'v.built_at', nullable: true },
};
/** The fields by which vehicles are chosen, over `inventory_vehicle v` and `inventory_vehicle_status vs`. */
export const vehicleFields = defineList(inventoryOperations.listVehicles.list, sources, 'v.id');
/** The same in the order of the VIN alone, so that the index of the VINs gives it without a look at the rows passed over. */
const fieldsByVin = defineList(inventoryOperations.listVehicles.list, sources, 'v.vin', 'text');

const few = (column: string, indexed: Expression<unknown> = sql.ref(column)) => ({
  column: sql.ref(`v.${column}`),
  table: 'inventory_vehicle',
  indexed,
});
const fewValues = {
  model: few('model_code'),
  region: few('region'),
  plant: few('plant', sql`coalesce(plant, '')`),
};

/** The list for a filter: "contains" of a column of few values is answered by these. */
export const listOf = (db: Db, filter: string | undefined): Promise<SqlList> =>
  resolveContains(db, vehicleFields, fewValues, filter);

/** A set of vehicles under a filter: `set` holds what the bitmaps know of it, and `condition` is undefined when that is all. */
export interface FilteredSet {
  readonly set: VehicleSet;
  readonly filter: string | undefined;
  readonly condition: Expression<SqlBool> | undefined;
}

/** @throws FilterError `request.bad-filter` */
export async function filterSet(db: Db, given: VehicleSet, filter: string | undefined): Promise<FilteredSet> {
  const narrowed = await narrow(db, vehicleFields, filter);
  const set = narrowed.set ? intersection(given, narrowed.set) : given;
  return { set, filter, condition: narrowed.whole ? undefined : whereFilter(await listOf(db, filter), filter) };
}

/**
 * The VINs of one page of a set, with `total` when `query.count` asks for it. In the order by VIN a set of any size and place
 * costs at most one walk over the index of the VINs.
 * @throws PageError `request.bad-cursor`
 */
export async function pageOfSet(
  db: Db,
  { set, filter, condition }: FilteredSet,
  query: Omit<ListQuery, 'filter'>,
): Promise<{ readonly vins: string[]; readonly next: string | null; readonly total?: number }> {
  const list = /^-?vin$/.test(query.sort ?? vehicleFields.defaultSort) ? fieldsByVin : vehicleFields;
  const ofSet = vehiclesOf(db, set).select('v.vin');
  const joined = ofSet.innerJoin('inventory_vehicle_status as vs', 'vs.vehicle_id', 'v.id');
  const from = list === fieldsByVin && !condition ? ofSet : joined;
  const paged: ListQuery = { ...query, count: false, ...(filter === undefined ? {} : { filter }) };
  const { rows, next } = await pageOf(from, list, paged, condition ?? sql<SqlBool>`true`);
  const vins = rows.map(({ vin }) => vin);
  if (!query.count) return { vins, next };
  return { vins, next, total: condition ? await countOf(joined.where(condition)) : set.size };
}

const statusFields = new Set(['state', 'software', 'lastSeenAt']);

/** How many vehicles match: from the bitmaps where these know the whole filter, else from as few tables as it names. */
export async function countVehicles(db: Db, filter: string | undefined): Promise<number> {
  const { set, whole } = await narrow(db, vehicleFields, filter);
  if (whole) return set ? set.size : countAll(db);
  const condition = whereFilter(await listOf(db, filter), filter);
  const inStatus = fieldsOf(parseFilter(filter, vehicleFields.fields)).map((field) => statusFields.has(field));
  if (!inStatus.includes(true)) return countOf(db.selectFrom('inventory_vehicle as v').where(condition));
  const status = db.selectFrom('inventory_vehicle_status as vs').where(condition);
  if (!inStatus.includes(false)) return countOf(status);
  return countOf(status.innerJoin('inventory_vehicle as v', 'v.id', 'vs.vehicle_id'));
}

async function countAll(db: Db): Promise<number> {
  const { rows } = await sql<{ n: string }>`select coalesce(sum(bit_count(vehicles)), 0)::text as n
    from inventory_vehicle_block where kind = 'all' and key = ''`.execute(db);
  return Number(rows[0]?.n);
}

function fieldsOf(node: FilterNode | undefined): string[] {
  if (!node) return [];
  if (node.kind === 'test') return [node.field];
  return node.kind === 'not' ? fieldsOf(node.term) : node.terms.flatMap(fieldsOf);
}
