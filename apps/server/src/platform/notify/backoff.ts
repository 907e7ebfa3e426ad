const first = 1_000;
const longest = 3_600_000;

/**
 * Milliseconds until the attempt after the `attempts`-th one: doubling from a second up to an hour, spread over its upper
 * half by `random` (0 to 1), so that many channels of one receiver do not come back in the same moment.
 */
export function retryDelay(attempts: number, random: number): number {
  const full = Math.min(first * 2 ** Math.min(attempts, 30), longest);
  return Math.round(full / 2 + (full / 2) * random);
}
