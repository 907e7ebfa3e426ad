import { columnsOf, type Schema, solid, valueAt } from '../schema.ts';
import type { Terminal } from '../terminal.ts';
import { csvLine } from './csv.ts';
import { escapeLines, safeJson } from './escape.ts';
import type { Format } from './rows.ts';
import { cell, fitColumns, tableLine } from './table.ts';

/** Prints one object: pairs, then its lists as tables, then texts of several lines such as PEM. */
export async function writeRecord(terminal: Terminal, format: Format, schema: Schema, value: unknown): Promise<void> {
  if (format === 'json') return terminal.out(`${safeJson(value, 2)}\n`);
  const names = namesOf(schema, value);
  if (format === 'csv') {
    const row = names.map((name) => valueAt(value, name));
    return terminal.out(csvLine(names) + csvLine(row, terminal.outIsTerminal));
  }
  const texts = names.filter((name) => isText(valueAt(value, name)));
  const pairs = names.filter((name) => !texts.includes(name)).map((name) => [name, cell(valueAt(value, name))]);
  const widths = fitColumns(['', ''], pairs);
  let text = pairs.map((pair) => tableLine(pair, widths)).join('');
  for (const { title, rows, items } of listsOf(schema, value)) text += section(terminal, title, rows, items);
  for (const name of texts) text += `\n${escapeLines(String(valueAt(value, name))).trimEnd()}\n`;
  await terminal.out(text);
}

const isText = (value: unknown) => typeof value === 'string' && value.trimEnd().includes('\n');

function namesOf(schema: Schema, value: unknown): string[] {
  const names = columnsOf(schema);
  return names.length > 0 || typeof value !== 'object' || value === null ? names : Object.keys(value);
}

interface List {
  readonly title: string;
  readonly rows: readonly unknown[];
  readonly items: Schema;
}

/** Lists of objects in the object itself or one level below (`architecture.roles`). */
function listsOf(schema: Schema, value: unknown, prefix = ''): List[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, member]) => {
    const inner = solid(member);
    const found = valueAt(value, name);
    if (inner.type === 'object' && prefix === '') return listsOf(inner, found, `${name}.`);
    const items = solid(inner.items ?? {});
    if (inner.type !== 'array' || items.type !== 'object' || !Array.isArray(found)) return [];
    return [{ title: `${prefix}${name}`, rows: found, items }];
  });
}

function section(terminal: Terminal, title: string, rows: readonly unknown[], items: Schema): string {
  const names = columnsOf(items).filter((name) => rows.some((row) => cell(valueAt(row, name)) !== '-'));
  const cells = rows.map((row) => names.map((name) => cell(valueAt(row, name))));
  const widths = fitColumns(names, cells);
  const head = `\n${terminal.bold(`${title} (${rows.length})`)}\n`;
  if (rows.length === 0) return head;
  return head + [names, ...cells].map((line) => `  ${tableLine(line, widths)}`).join('');
}
