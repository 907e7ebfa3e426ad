/** Vehicle identification numbers: ISO 3779:2009 (content) and 49 CFR 565.15 (check digit, North America). */
const transliteration: Readonly<Record<string, number>> = Object.freeze({
  A: 1,
  B: 2,
  C: 3,
  D: 4,
  E: 5,
  F: 6,
  G: 7,
  H: 8,
  J: 1,
  K: 2,
  L: 3,
  M: 4,
  N: 5,
  P: 7,
  R: 9,
  S: 2,
  T: 3,
  U: 4,
  V: 5,
  W: 6,
  X: 7,
  Y: 8,
  Z: 9,
});
const weights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2] as const;

export type VinFault = 'length' | 'character' | 'serial' | 'check-digit';

/** The check digit that position 9 must hold where the check applies; the VIN's own position 9 is ignored. */
export function vinCheckDigit(vin: string): string {
  let sum = 0;
  for (let i = 0; i < 17; i++) {
    const c = vin.charAt(i);
    const value = c >= '0' && c <= '9' ? Number(c) : (transliteration[c] ?? 0);
    sum += value * (weights[i] as number);
  }
  const digit = sum % 11;
  return digit === 10 ? 'X' : String(digit);
}

/**
 * Says what is wrong with a VIN, or `undefined` when it is well formed: 17 characters, no I, O or Q (ISO 3779 s5),
 * the last four numeric (s4.3), and the check digit right where the first character says North America (1-5),
 * the only region whose law demands it.
 */
export function vinFault(vin: string): VinFault | undefined {
  if (vin.length !== 17) return 'length';
  if (!/^[A-HJ-NPR-Z0-9]{17}$/.test(vin)) return 'character';
  if (!/[0-9]{4}$/.test(vin)) return 'serial';
  if (vin >= '1' && vin < '6' && vin.charAt(8) !== vinCheckDigit(vin)) return 'check-digit';
  return undefined;
}

const faultText: Readonly<Record<VinFault, string>> = Object.freeze({
  length: 'a VIN has 17 characters',
  character: 'a VIN uses digits and capital letters without I, O and Q',
  serial: 'the last four characters of a VIN are digits',
  'check-digit': 'position 9 is not the check digit that a North American VIN must carry',
});

/** One sentence a person can act on. */
export function describeVinFault(vin: string, fault: VinFault): string {
  return fault === 'check-digit'
    ? `${faultText[fault]}: expected ${vinCheckDigit(vin)}, found ${vin.charAt(8)}`
    : faultText[fault];
}
