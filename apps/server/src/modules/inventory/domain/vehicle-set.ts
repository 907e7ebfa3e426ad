/** Vehicles as one bit per ordinal, the first in the highest bit of the first byte, as PostgreSQL sends a bit string. */
export interface VehicleSet {
  readonly bits: Buffer;
  readonly size: number;
}

/** Bytes of one block of inventory_vehicle_block. */
export const blockBytes = 256;

const counts = Uint8Array.from({ length: 256 }, (_, byte) => byte.toString(2).replaceAll('0', '').length);

function setOf(bits: Buffer): VehicleSet {
  let size = 0;
  for (const byte of bits) size += counts[byte] ?? 0;
  return Object.freeze({ bits, size });
}

/** Puts the blocks that were read together; a block that is missing is empty. */
export function joinBlocks(blocks: readonly { readonly block: number; readonly bits: Buffer }[]): VehicleSet {
  const last = blocks.reduce((most, { block }) => Math.max(most, block), -1);
  const bits = Buffer.alloc((last + 1) * blockBytes);
  for (const { block, bits: part } of blocks) part.copy(bits, block * blockBytes, 0, blockBytes);
  return setOf(bits);
}

/** The vehicles of these ordinals. */
export function setOfOrdinals(ordinals: readonly number[]): VehicleSet {
  const last = ordinals.reduce((most, ordinal) => Math.max(most, ordinal), -1);
  const bits = Buffer.alloc(Math.ceil((last + 1) / (blockBytes * 8)) * blockBytes);
  for (const ordinal of ordinals) bits[ordinal >> 3] = (bits[ordinal >> 3] ?? 0) | (0x80 >> (ordinal & 7));
  return setOf(bits);
}

function combine(a: VehicleSet, b: VehicleSet, operation: (a: number, b: number) => number): VehicleSet {
  const bits = Buffer.alloc(Math.max(a.bits.length, b.bits.length));
  for (let i = 0; i < bits.length; i++) bits[i] = operation(a.bits[i] ?? 0, b.bits[i] ?? 0);
  return setOf(bits);
}

export const intersection = (a: VehicleSet, b: VehicleSet) => combine(a, b, (x, y) => x & y);
export const union = (a: VehicleSet, b: VehicleSet) => combine(a, b, (x, y) => x | y);
/** Members of `a` that are not in `b`. */
export const difference = (a: VehicleSet, b: VehicleSet) => combine(a, b, (x, y) => x & ~y);

/** The ordinals of the vehicles, ascending. */
export function ordinalsOf({ bits, size }: VehicleSet): number[] {
  const ordinals: number[] = [];
  for (let i = 0; i < bits.length && ordinals.length < size; i++) {
    const byte = bits[i] ?? 0;
    for (let bit = 0; byte !== 0 && bit < 8; bit++) if (byte & (0x80 >> bit)) ordinals.push(i * 8 + bit);
  }
  return ordinals;
}
