import { escapeLine } from './escape.ts';

export type Style = (text: string) => string;

/** A value as one table cell; nothing is `-`, so that columns can still be cut with awk. */
export function cell(value: unknown): string {
  if (value === null || value === undefined || value === '') return '-';
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object'))
    return value.length === 0 ? '-' : escapeLine(value.join(' '));
  return escapeLine(typeof value === 'string' ? value : (JSON.stringify(value) ?? '-'));
}

const width = (text: string) => [...text].length;
const pad = (text: string, to: number) => text + ' '.repeat(Math.max(0, to - width(text)));

/** Column widths that fit a heading and the rows at hand; rows of later pages are written with the same ones. */
export function fitColumns(heading: readonly string[], rows: readonly (readonly string[])[]): number[] {
  return heading.map((title, i) => rows.reduce((most, row) => Math.max(most, width(row[i] ?? '')), width(title)));
}

export function tableLine(cells: readonly string[], widths: readonly number[], style: Style = (text) => text): string {
  return `${style(
    cells
      .map((text, i) => pad(text, widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  )}\n`;
}
