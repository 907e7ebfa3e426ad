import { fullBucket, refill, type TokenBucket } from './domain/token-bucket.ts';

export interface ConnectRate {
  /** False when this certificate connects too often. */
  allows(fingerprint256: string): boolean;
  /** Forgets certificates that have their full allowance again. */
  tidy(): void;
}

/** How often one certificate may connect. */
export function createConnectRate(perMinute: number, nowMs: () => number): ConnectRate {
  const buckets = new Map<string, TokenBucket>();
  return {
    allows: (fingerprint256) => {
      const bucket = buckets.get(fingerprint256) ?? fullBucket(perMinute, nowMs());
      buckets.set(fingerprint256, bucket);
      refill(bucket, perMinute / 60, perMinute, nowMs());
      if (bucket.tokens < 1) return false;
      bucket.tokens--;
      return true;
    },
    tidy: () => {
      for (const [fingerprint256, bucket] of buckets) {
        refill(bucket, perMinute / 60, perMinute, nowMs());
        if (bucket.tokens >= perMinute) buckets.delete(fingerprint256);
      }
    },
  };
}
