/** One measured figure. With a peer or a limit measured in the same run, `ratio` is our value divided by theirs. */
export interface Figure {
  readonly bench: string;
  readonly value: number;
  readonly unit: string;
  readonly against?: string;
  readonly ratio?: number;
  /** `>=3000/s`, as the design has it. */
  readonly budget?: string;
  readonly met?: boolean;
  /** How it was measured, for the reader of the table; not part of `--json`. */
  readonly note?: string;
}

const threeDigits = (value: number) => (Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(3)));

/** The machine-readable line of a figure: members that have no value are left out. */
export function jsonLine({ bench, value, unit, against, ratio, budget, met }: Figure): string {
  return JSON.stringify({
    bench,
    value: threeDigits(value),
    unit,
    against,
    ratio: ratio === undefined ? undefined : Number(ratio.toPrecision(3)),
    budget,
    met,
  });
}

const readable = new Intl.NumberFormat('en-GB', { maximumSignificantDigits: 4 });
const verdictOf = ({ met }: Figure) => (met === undefined ? '' : met ? 'yes' : '**no**');

const columns: readonly { title: string; text: (figure: Figure) => string }[] = [
  { title: 'figure', text: ({ bench }) => bench },
  { title: 'value', text: ({ value, unit }) => `${readable.format(value)} ${unit}` },
  { title: 'against', text: ({ against = '' }) => against },
  { title: 'ratio', text: ({ ratio }) => (ratio === undefined ? '' : ratio.toFixed(2)) },
  { title: 'budget', text: ({ budget = '' }) => budget },
  { title: 'met', text: verdictOf },
  { title: 'how', text: ({ note = '' }) => note },
];

/** Figures as a Markdown table, which is also readable on a terminal. */
export function tableOf(figures: readonly Figure[]): string {
  const cells = [
    columns.map(({ title }) => title),
    ...figures.map((figure) => columns.map(({ text }) => text(figure))),
  ];
  const widths = columns.map((_, i) => Math.min(44, Math.max(...cells.map((row) => (row[i] ?? '').length))));
  const line = (row: readonly string[]) => `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  const [head = [], ...rows] = cells;
  return [line(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rows.map(line)].join('\n');
}
