import type { Rule } from '@bulkhead/contract';

type Figure = Rule['figures'][number];
type Tone = Figure['tone'];

/** A label with its value; `link` is the page of the console where the figure comes from. */
export const figure = (
  label: string,
  value: string | number,
  tone: Tone = 'neutral',
  link: string | null = null,
): Figure => ({
  label,
  value: typeof value === 'number' ? value.toLocaleString('en-US') : value,
  tone,
  link,
});

/** A share as a whole percentage, rounded down so that 100 % means all; `none` where there is nothing to count. */
export function share(part: number, whole: number): string {
  return whole === 0 ? 'none' : `${Math.floor((part / whole) * 100)} %`;
}

export const shareTone = (part: number, whole: number): Tone =>
  whole === 0 ? 'neutral' : part === whole ? 'good' : part / whole >= 0.9 ? 'warning' : 'bad';

export const zeroIsGood = (count: number, otherwise: Tone): Tone => (count === 0 ? 'good' : otherwise);
