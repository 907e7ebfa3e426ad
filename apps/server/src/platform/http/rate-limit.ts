import type { Clock } from '@bulkhead/kernel';

/**
 * Token bucket per key, bounded in memory: at `capacity` keys the oldest is forgotten. It only blunts floods on public
 * operations of this replica; account lock-out is kept in the database.
 */
export function createRateLimit(
  clock: Clock,
  { burst, perMinute, capacity = 10_000 }: { burst: number; perMinute: number; capacity?: number },
) {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return (key: string): boolean => {
    const now = clock.now().getTime();
    const bucket = buckets.get(key) ?? { tokens: burst, at: now };
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 60_000) * perMinute);
    bucket.at = now;
    buckets.delete(key);
    buckets.set(key, bucket);
    if (buckets.size > capacity) buckets.delete(buckets.keys().next().value as string);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  };
}
