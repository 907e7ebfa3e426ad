/** The three scores by formula, whether or not a temporal or environmental metric is set. */
export interface Scores {
  readonly base: number;
  readonly temporal: number;
  readonly environmental: number;
}

export type Metrics = ReadonlyMap<string, string>;
export type Weights = ReadonlyMap<string, number>;

/** `"N 0.85 L 0.62"` as a map. */
export function weights(text: string): Weights {
  const words = text.split(' ');
  const map = new Map<string, number>();
  for (let i = 0; i < words.length; i += 2) map.set(words[i] ?? '', Number(words[i + 1]));
  return map;
}

/** The weight of a metric's value; `absent` when the vector does not set it. */
export function weigh(metrics: Metrics, name: string, of: Weights, absent = 1): number {
  const value = metrics.get(name);
  return value === undefined ? absent : (of.get(value) ?? absent);
}

/**
 * Decimal arithmetic on binary fractions: a value that stands for a decimal is brought back to it, at the tenth place.
 * All weights have two or three decimals, so what is cut off is the error of the floating point, not a digit.
 */
export function decimal(value: number): number {
  return Math.round(value * 1e10) / 1e10;
}
