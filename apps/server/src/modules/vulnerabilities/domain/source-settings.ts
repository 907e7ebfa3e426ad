import type { Source } from '@bulkhead/contract';
import { VulnerabilityError } from './error.ts';

/** A source as somebody wants it: a new one, or an old one with its changes. */
export interface WantedSource {
  readonly kind: Source['kind'];
  readonly origin: Source['origin'];
  readonly name: string;
  readonly location: string | null;
  readonly everyMinutes: number | null;
  readonly staleAfterHours: number;
  readonly quietAfterDays: number | null;
  readonly removeMissing: boolean;
  readonly enabled: boolean;
}

type Given = {
  readonly [K in Exclude<keyof WantedSource, 'kind' | 'origin' | 'name' | 'location'>]?: WantedSource[K];
} & {
  readonly kind: WantedSource['kind'];
  readonly origin: WantedSource['origin'];
  readonly name: string;
  readonly location?: string;
};

const twoDays = 48;
const month = 720;
/** CISA and FIRST publish every few days and every day; a vendor may have nothing to say for months. */
const quietDays: Readonly<Record<WantedSource['kind'], number | null>> = {
  kev: 30,
  epss: 7,
  advisories: 60,
  vex: null,
};

/** Fills in what was not said. */
export function wantedSource(given: Given): WantedSource {
  const reads = given.origin === 'url' || given.origin === 'directory';
  const { everyMinutes, quietAfterDays } = given;
  return {
    kind: given.kind,
    origin: given.origin,
    name: given.name.trim(),
    location: given.location ?? null,
    everyMinutes: everyMinutes === undefined ? (reads ? defaultMinutes(given.origin) : null) : everyMinutes,
    staleAfterHours: given.staleAfterHours ?? (reads ? twoDays : month),
    quietAfterDays: quietAfterDays === undefined ? (reads ? quietDays[given.kind] : null) : quietAfterDays,
    removeMissing: given.removeMissing ?? false,
    enabled: given.enabled ?? true,
  };
}

const defaultMinutes = (origin: WantedSource['origin']) => (origin === 'url' ? 360 : 60);

const bad = (field: string, why: string) =>
  new VulnerabilityError('vulnerabilities.bad-source', why, { fields: { [field]: why } });

/**
 * What the contract's schema cannot say: which settings go together.
 * @throws VulnerabilityError `vulnerabilities.bad-source`, naming the field
 */
export function checkSource({
  origin,
  name,
  location,
  everyMinutes,
  staleAfterHours,
  removeMissing,
}: WantedSource): void {
  if (name === '') throw bad('name', 'Give the source a name that can be read.');
  if (origin === 'upload' || origin === 'own') {
    if (location !== null) throw bad('location', 'A source that people upload to has no location.');
    if (everyMinutes !== null)
      throw bad('everyMinutes', 'A source that people upload to is read when a file arrives, not on a schedule.');
  } else if (location === null)
    throw bad('location', origin === 'url' ? 'Give the URL.' : 'Give the directory, below vulnerabilities.directory.');
  if (removeMissing && origin !== 'url')
    throw bad(
      'removeMissing',
      'It is for a URL only: files of a directory always stand for what they hold, uploads only add.',
    );
  if (everyMinutes !== null && staleAfterHours * 60 < everyMinutes)
    throw bad('staleAfterHours', 'It would be stale between two readings: make this longer than the interval.');
}
