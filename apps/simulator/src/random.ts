import { createHash } from 'node:crypto';

/** Numbers that follow from a seed alone, so that a run can be repeated. For simulation only: they can be foretold. */
export interface Random {
  /** 0 <= n < 1. */
  next(): number;
  /** Whole number from `least` to `most`, both included. */
  whole(least: number, most: number): number;
  chance(probability: number): boolean;
  pick<T>(values: readonly [T, ...T[]]): T;
  /** Picks by weight; weights need not add up to one. */
  pickWeighted<T>(values: readonly (readonly [value: T, weight: number])[]): T;
  /** Time to the next event of a Poisson process with this mean, in the unit of the mean. */
  exponential(mean: number): number;
  /** A generator of its own, the same for the same name whatever was drawn before. */
  fork(name: string): Random;
}

/** Four words of state from any text. */
function wordsOf(text: string): [number, number, number, number] {
  const digest = createHash('sha256').update(text).digest();
  return [digest.readUInt32LE(0), digest.readUInt32LE(4), digest.readUInt32LE(8), digest.readUInt32LE(12) | 1];
}

/** sfc32 of the PractRand suite: small, fast, and without visible patterns in runs of any length used here. */
function sfc32([a, b, c, d]: [number, number, number, number]): () => number {
  return () => {
    const sum = (a + b + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 0x1_0000_0000;
  };
}

export function createRandom(seed: string): Random {
  const next = sfc32(wordsOf(seed));
  for (let i = 0; i < 12; i++) next();
  return Object.freeze({
    next,
    whole: (least: number, most: number) => least + Math.floor(next() * (most - least + 1)),
    chance: (probability: number) => next() < probability,
    pick: <T>(values: readonly [T, ...T[]]) => values[Math.floor(next() * values.length)] as T,
    pickWeighted: <T>(values: readonly (readonly [T, number])[]) => {
      let left = next() * values.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [value, weight] of values) if ((left -= weight) < 0) return value;
      return (values.at(-1) as readonly [T, number])[0];
    },
    exponential: (mean: number) => -Math.log(1 - next()) * mean,
    fork: (name: string) => createRandom(`${seed}/${name}`),
  });
}
