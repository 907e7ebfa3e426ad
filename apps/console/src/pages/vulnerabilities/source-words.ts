import type { Source } from '@bulkhead/contract';

export const kindWords: Readonly<Record<Source['kind'], string>> = {
  advisories: 'Advisories',
  kev: 'Known exploited (KEV)',
  epss: 'Exploit prediction (EPSS)',
  vex: 'VEX statements',
};

export const kindHelp: Readonly<Record<Source['kind'], string>> = {
  advisories: 'CVE 5 records, OSV and CSAF 2.0, each told by its content',
  kev: "CISA's catalogue: what it names is exploited, and rises",
  epss: 'Scores by FIRST: a tie-break between findings of equal priority',
  vex: 'OpenVEX, CSAF and CycloneDX documents, read as statements of others',
};

export const originWords: Readonly<Record<Source['origin'], string>> = {
  url: 'URL',
  directory: 'Directory on the server',
  upload: 'Files that people upload',
  own: 'Written here',
};

const units: readonly (readonly [minutes: number, one: string, many: string])[] = [
  [1_440, 'day', 'days'],
  [60, 'hour', 'hours'],
  [1, 'minute', 'minutes'],
];

/** `every 6 hours`: the largest unit that divides it. */
export function everyInWords(minutes: number | null): string {
  if (minutes === null) return 'only when asked';
  const [size, one, many] = units.find(([unit]) => minutes % unit === 0) ?? [1, 'minute', 'minutes'];
  const count = minutes / size;
  return count === 1 ? `every ${one}` : `every ${count} ${many}`;
}
