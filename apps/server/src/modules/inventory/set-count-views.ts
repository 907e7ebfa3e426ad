import { setImmediate } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { blockBytes } from './domain/vehicle-set.ts';

/** Of so many blocks at once the bits of all versions are in memory: 16 KiB a version. */
const blocksAtOnce = 64;
const words = (blocksAtOnce * blockBytes) / 4;
/** How many versions are combined before other work gets its turn: a few milliseconds. */
const turn = 1_000;

type Slice = Map<string, Uint32Array>;

/** Many exact counts at a time: the bitmaps are read once for all of them and combined here. */
export const createSetCountViews = (db: Db) => ({
  /** How many different vehicles in use run any version of each set, in the order of the sets. */
  countSets: async (sets: readonly (readonly string[])[]): Promise<number[]> => {
    const totals = sets.map(() => 0);
    const ids = [...new Set(sets.flat())];
    const blocks = ids.length > 0 ? await blockCount(db) : 0;
    for (let from = 0; from < blocks; from += blocksAtOnce) {
      const { live, bits } = await readSlice(db, ids, from);
      let combined = 0;
      for (const [i, set] of sets.entries()) {
        totals[i] = (totals[i] ?? 0) + countUnion(set, bits, live);
        if ((combined += set.length) < turn) continue;
        combined = 0;
        await setImmediate();
      }
    }
    return totals;
  },
});

async function blockCount(db: Db): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select coalesce(max(block) + 1, 0) as n from inventory_vehicle_block where kind = 'live' and key = ''`.execute(db);
  return rows[0]?.n ?? 0;
}

async function readSlice(db: Db, ids: readonly string[], from: number): Promise<{ live: Uint32Array; bits: Slice }> {
  const { rows } = await sql<{ key: string; block: number; bits: Buffer }>`
    select key, block, substr(bit_send(vehicles), 5) as bits from inventory_vehicle_block
    where ((kind = 'current' and key = any(${ids}::text[])) or (kind = 'live' and key = ''))
      and block >= ${from} and block < ${from + blocksAtOnce}`.execute(db);
  const bits: Slice = new Map();
  for (const row of rows) {
    const slice = bits.get(row.key) ?? new Uint32Array(words);
    bits.set(row.key, slice);
    new Uint8Array(slice.buffer).set(row.bits, (row.block - from) * blockBytes);
  }
  return { live: bits.get('') ?? new Uint32Array(words), bits };
}

const either = new Uint32Array(words);

function countUnion(set: readonly string[], bits: Slice, live: Uint32Array): number {
  either.fill(0);
  for (const id of set) {
    const slice = bits.get(id);
    if (slice) for (let i = 0; i < words; i++) either[i] = (either[i] as number) | (slice[i] as number);
  }
  let count = 0;
  for (let i = 0; i < words; i++) count += onesIn((either[i] as number) & (live[i] as number));
  return count;
}

/** Bits set in 32, added up in pairs, fours and bytes. */
function onesIn(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
