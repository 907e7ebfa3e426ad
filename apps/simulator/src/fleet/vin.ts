import { vinCheckDigit } from '@bulkhead/kernel';

export type Region = 'eu' | 'na';

/**
 * World manufacturer identifiers (ISO 3780) of a maker that does not exist: a third character 9 marks makers of fewer
 * than 1,000 vehicles a year, whose own code would stand in positions 12 to 14.
 */
const makers: Readonly<Record<Region, string>> = Object.freeze({ eu: 'YZ9', na: '5Z9' });

/** Position 10 by model year (ISO 3779 annex; 49 CFR 565.15 table VII). */
const yearLetters: Readonly<Record<number, string>> = Object.freeze({ 2025: 'S', 2026: 'T', 2027: 'V' });

export interface VinContent {
  readonly region: Region;
  readonly vinLetter: string;
  readonly year: number;
  readonly plantLetter: string;
  /** 0 to 999999. */
  readonly number: number;
}

/** A VIN whose position 9 holds the check digit in North America and the filler Z elsewhere, as makers write them. */
export function makeVin({ region, vinLetter, year, plantLetter, number }: VinContent): string {
  const letter = yearLetters[year];
  if (!letter) throw new Error(`There is no VIN letter for the model year ${year}`);
  const head = `${makers[region]}${vinLetter}A1C2`;
  const tail = `${letter}${plantLetter}${String(number).padStart(6, '0')}`;
  return `${head}${region === 'na' ? vinCheckDigit(`${head}0${tail}`) : 'Z'}${tail}`;
}
