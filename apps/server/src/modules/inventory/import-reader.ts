import { isUtf8 } from 'node:buffer';
import { parse } from 'csv-parse/sync';
import {
  type ImportKind,
  type RowFault,
  type RowValues,
  readHeader,
  readJsonRow,
  readRow,
} from './domain/import-row.ts';
import { maxRecordBytes, type RecordBytes } from './domain/split-records.ts';

/** One row of the file with its place in it. */
export interface ReadRow {
  readonly line: number;
  readonly text: string;
  readonly values: RowValues;
  readonly fault: RowFault | undefined;
}

const recordFaults = Object.freeze({
  'too-long': `The row is longer than ${maxRecordBytes} bytes: shorten it, or put the missing line end in.`,
  'open-quote': 'A quotation mark is opened and never closed: close it, or double it inside a quoted value.',
});

const nothing: RowValues = Object.freeze({});

/** The text of a record, or what is wrong with its bytes. A byte order mark may stand before the first. */
function textOf({ bytes, fault }: RecordBytes, first: boolean): { text: string; fault?: RowFault } {
  const marked = first && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const text = bytes.toString('utf8', marked ? 3 : 0).replace(/\r$/, '');
  if (fault) return { text, fault: { column: null, message: recordFaults[fault] } };
  if (!isUtf8(bytes))
    return { text, fault: { column: null, message: 'The row is not UTF-8: save the file in that encoding.' } };
  return { text };
}

/** The cells of one CSV record, or what is wrong with it (RFC 4180). */
export function readCells(text: string): string[] | RowFault {
  try {
    return (parse(text, { relax_column_count: true, skip_empty_lines: false }) as string[][])[0] ?? [];
  } catch {
    return {
      column: null,
      message: 'The quotation marks of the row do not fit: double a quotation mark inside a quoted value.',
    };
  }
}

/** Cells of many records at once; a batch that the parser refuses is read again one by one, to find who is at fault. */
function readAllCells(texts: readonly string[]): (string[] | RowFault)[] {
  try {
    const cells = parse(texts.join('\n'), {
      relax_column_count: true,
      skip_empty_lines: false,
      record_delimiter: '\n',
    }) as string[][];
    if (cells.length === texts.length) return cells;
  } catch {
    // told apart below
  }
  return texts.map(readCells);
}

function rowOfCells(
  kind: ImportKind,
  header: readonly string[],
  cells: string[] | RowFault,
): { values: RowValues } | RowFault {
  if (!Array.isArray(cells)) return cells;
  if (cells.length !== header.length) {
    return {
      column: null,
      message: `The row has ${cells.length} columns where the first line has ${header.length}: check the commas and quotation marks.`,
    };
  }
  return readRow(kind, Object.fromEntries(header.map((name, i) => [name, cells[i]])));
}

/** The header of a CSV file from its first record. */
export function readHeaderRecord(kind: ImportKind, record: RecordBytes): { header: string[] } | RowFault {
  const { text, fault } = textOf(record, true);
  const cells = fault ?? readCells(text);
  return Array.isArray(cells) ? readHeader(kind, cells) : cells;
}

/** Records as checked rows; blank lines count as lines and are no rows. `header` is undefined for NDJSON. */
export function readRows(
  kind: ImportKind,
  header: readonly string[] | undefined,
  records: readonly RecordBytes[],
  line: number,
): ReadRow[] {
  const texts = records.map((record, i) => ({ line: line + i + 1, ...textOf(record, line + i === 0) }));
  const used = texts.filter(({ text, fault }) => fault !== undefined || text.trim() !== '');
  const sound = used.filter(({ fault }) => fault === undefined);
  const cells = header ? readAllCells(sound.map(({ text }) => text)) : [];
  let next = 0;
  return used.map(({ line, text, fault }) => {
    const read = fault ?? (header ? rowOfCells(kind, header, cells[next++] ?? []) : readJsonRow(kind, text));
    return 'values' in read
      ? { line, text, values: read.values, fault: undefined }
      : { line, text, values: nothing, fault: read };
  });
}
