/** Latencies as counts in buckets 2 % wide from 1 us on: bounded memory at any rate. */
export interface Latencies {
  add(milliseconds: number): void;
  summary(): { readonly p50: number; readonly p99: number; readonly most: number };
}

const width = Math.log(1.02);

export function createLatencies(): Latencies {
  const counts = new Uint32Array(1_200);
  let all = 0;
  let most = 0;
  const quantile = (share: number) => {
    let left = all * share;
    for (const [i, count] of counts.entries()) {
      left -= count;
      if (left <= 0 && count > 0) return Math.exp((i + 0.5) * width) / 1_000;
    }
    return most;
  };
  return {
    add: (milliseconds) => {
      const i = Math.floor(Math.log(Math.max(1, milliseconds * 1_000)) / width);
      counts[Math.min(i, counts.length - 1)] = (counts[Math.min(i, counts.length - 1)] ?? 0) + 1;
      all++;
      if (milliseconds > most) most = milliseconds;
    },
    summary: () => ({ p50: quantile(0.5), p99: quantile(0.99), most }),
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

export function quantileOf(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
