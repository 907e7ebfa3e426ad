import { type FilterNode, parseFilter } from '@bulkhead/contract';
import { type RawBuilder, type Selectable, sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { compare, type FilterTest, type SqlList } from '../../platform/db/filter-sql.ts';
import { difference, intersection, joinBlocks, ordinalsOf, union, type VehicleSet } from './domain/vehicle-set.ts';
import type { VehicleTable } from './tables.ts';

/** Reads the set that rows (block, vehicles) describe; `bit_send` puts four bytes of length before the bits. */
export async function readSet(db: Db, blocks: RawBuilder<unknown>): Promise<VehicleSet> {
  const { rows } = await sql<{ block: number; bits: Buffer }>`
    select x.block, substr(bit_send(x.vehicles), 5) as bits from ${blocks} x`.execute(db);
  return joinBlocks(rows);
}

/** Up to this many vehicles are looked up one by one and sorted, in 50 ms; of more the order of a list is walked. */
const fewVehicles = 20_000;

/**
 * The vehicles of a set, to be selected from as `v`. A small set is fetched first, wherever its vehicles stand in the order
 * that is asked for; of a large one each row on the way is tested by its bit.
 */
export function vehiclesOf(db: Db, set: VehicleSet, few = fewVehicles) {
  if (set.size <= few) {
    // "offset 0" keeps the planner from walking the order of the whole fleet in the hope to meet them soon
    const fetched = sql<
      Selectable<VehicleTable>
    >`(select * from inventory_vehicle where ordinal = any(${ordinalsOf(set)}::int[]) offset 0)`;
    return db.selectFrom(fetched.as('v'));
  }
  // get_bit counts from the lowest bit of each byte
  const has = sql<boolean>`case when v.ordinal < ${set.bits.length * 8} then get_bit(${set.bits}::bytea, v.ordinal # 7) = 1 else false end`;
  return db.selectFrom(sql<Selectable<VehicleTable>>`inventory_vehicle`.as('v')).where(has);
}

/** What the index can say of a filter of vehicles: the vehicles of the terms it knows, and whether that is the whole filter. */
export interface Narrowed {
  /** Undefined when no term could be answered. */
  readonly set: VehicleSet | undefined;
  readonly whole: boolean;
}

const kinds = new Set(['model', 'region', 'plant']);

/** Answers those terms of a filter that ask for model, region or plant from the bitmaps. */
export async function narrow(db: Db, list: SqlList, filter: string | undefined): Promise<Narrowed> {
  const node = parseFilter(filter, list.fields);
  if (!node) return { set: undefined, whole: true };
  const terms = node.kind === 'and' ? node.terms : [node];
  const known = terms.filter(isKnown);
  const sets = await Promise.all(known.map((term) => evaluate(db, term)));
  const [first, ...more] = sets;
  return { set: first && more.reduce(intersection, first), whole: known.length === terms.length };
}

function isKnown(node: FilterNode): boolean {
  if (node.kind === 'not') return isKnown(node.term);
  if (node.kind !== 'test') return node.terms.every(isKnown);
  // no plant is stored as '', which no test of a value means
  return kinds.has(node.field) && ['=', '!=', 'in', ':'].includes(node.operator) && !node.values.includes('');
}

async function evaluate(db: Db, node: FilterNode): Promise<VehicleSet> {
  switch (node.kind) {
    case 'test':
      if (node.operator !== '!=') return valueSet(db, node.field, node);
      return difference(await everyVehicle(db), await valueSet(db, node.field, { ...node, operator: '=' }));
    case 'not':
      return difference(await everyVehicle(db), await evaluate(db, node.term));
    default: {
      const [first, ...more] = await Promise.all(node.terms.map((term) => evaluate(db, term)));
      if (!first) return joinBlocks([]);
      return more.reduce(node.kind === 'and' ? intersection : union, first);
    }
  }
}

const everyVehicle = (db: Db) =>
  readSet(db, sql`(select block, vehicles from inventory_vehicle_block where kind = 'all' and key = '')`);

const valueSet = (db: Db, kind: string, test: FilterTest) =>
  readSet(
    db,
    sql`(select block, bit_or(vehicles) as vehicles from inventory_vehicle_block
      where kind = ${kind} and key <> '' and ${compare('string', test.operator === ':' ? sql`key collate "default"` : sql`key`, test)}
      group by block)`,
  );
