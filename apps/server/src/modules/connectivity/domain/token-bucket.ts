/** A token bucket without a timer: it is refilled from the time that passed when somebody looks. */
export interface TokenBucket {
  tokens: number;
  at: number;
}

export const fullBucket = (burst: number, now: number): TokenBucket => ({ tokens: burst, at: now });

export function refill(bucket: TokenBucket, perSecond: number, burst: number, now: number): void {
  if (now <= bucket.at) return;
  bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) * perSecond) / 1_000);
  bucket.at = now;
}

/** Milliseconds until the bucket holds `wanted` tokens. */
export function waitFor(bucket: TokenBucket, wanted: number, perSecond: number): number {
  return Math.max(0, Math.ceil(((wanted - bucket.tokens) * 1_000) / perSecond));
}
