import { AdvisoryError } from '@bulkhead/advisories';
import { Problem } from '@bulkhead/kernel';
import type { PieceFault } from './split-json.ts';

/** Why a record, or a whole file, was set aside. */
export interface SourceFault {
  /** Id of the record as far as it can be told, else its place. */
  readonly record: string;
  /** Whether `record` is an id. */
  readonly named: boolean;
  readonly code: string;
  readonly reason: string;
  readonly excerpt: string;
}

const longestExcerpt = 300;
const longestReason = 500;
const longestRecord = 300;

/** Foreign text as it may be stored and shown: bounded, on one line, without characters that could forge a line of a log. */
export function shown(text: string, most: number): string {
  const cut = text.length > most ? `${text.slice(0, most - 1)}…` : text;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return cut
    .toWellFormed()
    .replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g, ' ')
    .trim();
}

const excerptOf = (bytes: Buffer) => shown(bytes.subarray(0, longestExcerpt * 4).toString('utf8'), longestExcerpt);

/** The id that a broken record seems to have. The last bytes of a long one are not looked at. */
export function idIn(bytes: Buffer): string | undefined {
  const text = bytes.subarray(0, 65_536).toString('latin1');
  const cve = /"(?:cveId|cveID)" {0,4}: {0,4}"(CVE-\d{4}-\d{4,19})"/.exec(text)?.[1];
  return cve ?? /"id" {0,4}: {0,4}"([A-Za-z0-9][A-Za-z0-9._:+-]{2,99})"/.exec(text)?.[1];
}

export function faultOf(error: unknown, bytes: Buffer, place: string): SourceFault {
  if (!(error instanceof Problem)) throw error;
  const id = idIn(bytes);
  const path = error instanceof AdvisoryError && error.path !== '$' ? error.path : undefined;
  return {
    record: shown(id ?? place, longestRecord),
    named: id !== undefined,
    code: error.code,
    reason: shown(path && !error.message.includes(path) ? `${path}: ${error.message}` : error.message, longestReason),
    excerpt: excerptOf(bytes),
  };
}

const pieceReasons: Readonly<Record<PieceFault, readonly [code: string, reason: string]>> = {
  'too-long': ['source.too-long', 'The record is longer than any that is read'],
  'cut-off': ['source.cut-off', 'The file ends in the middle of the record'],
  'no-object': ['source.no-record', 'Here a JSON object was expected; what follows in the file was not read'],
};

export function pieceFault(fault: PieceFault, bytes: Buffer, place: string): SourceFault {
  const [code, reason] = pieceReasons[fault];
  const id = idIn(bytes);
  const record = shown(id ?? place, longestRecord);
  return { record, named: id !== undefined, code, reason, excerpt: excerptOf(bytes) };
}

/** A file that cannot be read, or not to its end. */
export const fileFault = (error: Problem, place: string): SourceFault => ({
  record: shown(place, longestRecord),
  named: false,
  code: error.code,
  reason: shown(error.message, longestReason),
  excerpt: '',
});
