import { ecuFunctions, isTopicLevel } from '@bulkhead/contract';
import { describeVin, normaliseVin } from './vin.ts';

export type ImportKind = 'vehicles' | 'ecus' | 'software';

export interface RowFault {
  readonly column: string | null;
  readonly message: string;
}

interface Column {
  readonly required?: true;
  readonly normalise?: (text: string) => string;
  /** A sentence that says what is wrong and what to do, or undefined. */
  readonly fault?: (text: string) => string | undefined;
}

const code = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const isCode = (text: string) =>
  code.test(text) ? undefined : 'use up to 64 letters, digits, dots, dashes and underscores';
const isText = (text: string) => (text.length <= 200 ? undefined : 'shorten it to 200 characters');
const isSerial = (text: string) =>
  /^[A-Za-z0-9._-]{1,64}$/.test(text) && isTopicLevel(text)
    ? undefined
    : 'a serial has up to 64 letters, digits, dots, dashes and underscores and starts with a letter or digit';
const isTime = (text: string) =>
  /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text) &&
  !Number.isNaN(Date.parse(text)) &&
  text >= '1900'
    ? undefined
    : 'write the date as 2026-11-20 or the time as 2026-11-20T10:00:00Z';
const isFunction = (text: string) =>
  (ecuFunctions as readonly string[]).includes(text) ? undefined : `use one of ${ecuFunctions.join(', ')}`;
const isHash = (text: string) => (/^[0-9a-f]{64}$/.test(text) ? undefined : 'a SHA-256 hash has 64 hexadecimal digits');
const isSoftware = (text: string) =>
  /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}@.{1,200}$/.test(text)
    ? undefined
    : 'write it as name@version, for example gateway-os@4.2.1';

const lower = (text: string) => text.toLowerCase();
const needed = { required: true } as const;

export const importColumns: Readonly<Record<ImportKind, Readonly<Record<string, Column>>>> = Object.freeze({
  vehicles: {
    vin: { ...needed, normalise: normaliseVin, fault: describeVin },
    model: { ...needed, fault: isCode },
    region: { ...needed, fault: isCode },
    plant: { fault: isCode },
    built: { fault: isTime },
  },
  ecus: {
    vin: { ...needed, normalise: normaliseVin, fault: describeVin },
    serial: { ...needed, fault: isSerial },
    role: { ...needed, fault: isCode },
    partNumber: { ...needed, fault: isText },
    supplier: { ...needed, fault: isText },
    hardwareVersion: { fault: isText },
    software: { fault: isSoftware },
    slot: { fault: isCode },
  },
  software: {
    name: { ...needed, fault: isCode },
    version: { ...needed, fault: isText },
    supplier: { ...needed, fault: isText },
    function: { ...needed, normalise: lower, fault: isFunction },
    partNumber: { fault: isText },
    sha256: { normalise: lower, fault: isHash },
  },
});

const loose = (name: string) => name.toLowerCase().replaceAll(/[\s_-]/g, '');

/** Names of the columns in the order of the file; `part_number` and `Part Number` are taken for `partNumber`. */
export function readHeader(kind: ImportKind, cells: readonly string[]): { header: string[] } | RowFault {
  const names = Object.keys(importColumns[kind]);
  const known = new Map(names.map((name) => [loose(name), name]));
  const header: string[] = [];
  for (const cell of cells) {
    const name = known.get(loose(cell));
    if (!name)
      return {
        column: cell.slice(0, 64),
        message: `The column "${cell.slice(0, 64)}" is not known: use ${names.join(', ')}.`,
      };
    if (header.includes(name))
      return { column: name, message: `The column ${name} stands twice in the first line: remove one.` };
    header.push(name);
  }
  const missing = names.find((name) => importColumns[kind][name]?.required && !header.includes(name));
  if (missing)
    return { column: missing, message: `The first line names no column ${missing}: add it (${names.join(', ')}).` };
  return { header };
}

export type RowValues = Readonly<Record<string, string | undefined>>;

/** Checks one row, value by value; an empty value is as good as none. The first fault is answered. */
export function readRow(kind: ImportKind, given: RowValues): { values: RowValues } | RowFault {
  const columns = importColumns[kind];
  const values: Record<string, string> = {};
  for (const [name, column] of Object.entries(columns)) {
    const text = given[name]?.trim() ?? '';
    if (text === '') {
      if (column.required) return { column: name, message: `${name} is missing: every row needs it.` };
      continue;
    }
    const value = column.normalise ? column.normalise(text) : text;
    if (value.includes('\0') || !value.isWellFormed())
      return { column: name, message: `${name} holds a character that cannot be stored: remove it.` };
    const fault = column.fault?.(value);
    if (fault) return { column: name, message: `${name} "${value.slice(0, 80)}" cannot be taken: ${fault}.` };
    values[name] = value;
  }
  return { values };
}

/** The values of one NDJSON line. Numbers are taken as text; anything nested is refused. */
export function readJsonRow(kind: ImportKind, text: string): { values: RowValues } | RowFault {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return { column: null, message: 'The line is not JSON: write one object per line.' };
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    return { column: null, message: 'The line is not a JSON object: write {"name": "value", ...}.' };
  }
  const given: Record<string, string> = {};
  for (const [name, value] of Object.entries(parsed)) {
    if (!Object.hasOwn(importColumns[kind], name)) {
      return {
        column: name.slice(0, 64),
        message: `"${name.slice(0, 64)}" is not known: use ${Object.keys(importColumns[kind]).join(', ')}.`,
      };
    }
    if (value === null) continue;
    if (typeof value !== 'string' && typeof value !== 'number')
      return { column: name, message: `${name} must be text.` };
    given[name] = String(value);
  }
  return readRow(kind, given);
}
