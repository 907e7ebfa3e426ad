import { createLru } from './lru.ts';

/** Renewals an ECU may ask for at once, and how long one more takes to be allowed. */
const burst = 20;
const refillMs = 5 * 60_000;
const remembered = 50_000;

/**
 * Whether an ECU may ask again. Each renewal is a row that is kept and an audit entry that is never cut, so one ECU that
 * renews in a loop would fill the platform with its own certificates.
 */
export function createRenewalRate(): (ecuId: string, now: Date) => boolean {
  const buckets = createLru<{ readonly tokens: number; readonly at: number }>(remembered);
  return (ecuId, now) => {
    const at = now.getTime();
    const last = buckets.get(ecuId) ?? { tokens: burst, at };
    const tokens = Math.min(burst, last.tokens + Math.max(0, at - last.at) / refillMs);
    buckets.set(ecuId, { tokens: tokens < 1 ? tokens : tokens - 1, at });
    return tokens >= 1;
  };
}
