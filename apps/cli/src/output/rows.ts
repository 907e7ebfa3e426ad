import { valueAt } from '../schema.ts';
import type { Terminal } from '../terminal.ts';
import { csvLine } from './csv.ts';
import { safeJson } from './escape.ts';
import { cell, fitColumns, tableLine } from './table.ts';

export const formats = ['table', 'json', 'csv'] as const;
export type Format = (typeof formats)[number];

export interface Column {
  readonly name: string;
  readonly label: string;
}

/** Writes rows as they come, page by page, so that a million of them need the memory of one page. */
export interface RowWriter {
  write(rows: readonly unknown[]): Promise<void>;
  end(): Promise<void>;
}

export interface RowOptions {
  readonly format: Format;
  readonly columns: readonly Column[];
  /** JSON carries whole objects unless columns were asked for. */
  readonly chosen: boolean;
}

export function createRowWriter(terminal: Terminal, options: RowOptions): RowWriter {
  if (options.format === 'json') return jsonRows(terminal, options);
  return options.format === 'csv' ? csvRows(terminal, options) : tableRows(terminal, options);
}

function tableRows(terminal: Terminal, { columns }: RowOptions): RowWriter {
  let widths: number[] | undefined;
  const heading = columns.map(({ label }) => label);
  const write = async (rows: readonly unknown[]) => {
    const cells = rows.map((row) => columns.map(({ name }) => cell(valueAt(row, name))));
    let text = '';
    if (!widths) {
      widths = fitColumns(heading, cells);
      text = tableLine(heading, widths, terminal.bold);
    }
    for (const line of cells) text += tableLine(line, widths);
    await terminal.out(text);
  };
  const end = async () => {
    if (!widths) await terminal.out(tableLine(heading, fitColumns(heading, []), terminal.bold));
  };
  return { write, end };
}

function csvRows(terminal: Terminal, { columns }: RowOptions): RowWriter {
  let begun = false;
  const write = async (rows: readonly unknown[]) => {
    const lines = rows.map((row) =>
      csvLine(
        columns.map(({ name }) => valueAt(row, name)),
        terminal.outIsTerminal,
      ),
    );
    if (!begun) lines.unshift(csvLine(columns.map(({ name }) => name)));
    begun = true;
    await terminal.out(lines.join(''));
  };
  return { write, end: async () => (begun ? undefined : write([])) };
}

function jsonRows(terminal: Terminal, { columns, chosen }: RowOptions): RowWriter {
  let begun = false;
  const pick = (row: unknown) =>
    chosen ? Object.fromEntries(columns.map(({ name }) => [name, valueAt(row, name) ?? null])) : row;
  const write = async (rows: readonly unknown[]) => {
    let text = '';
    for (const row of rows) {
      text += `${begun ? ',' : '['}\n${safeJson(pick(row), 2).replaceAll(/^/gm, '  ')}`;
      begun = true;
    }
    await terminal.out(text);
  };
  return { write, end: () => terminal.out(begun ? '\n]\n' : '[]\n') };
}
