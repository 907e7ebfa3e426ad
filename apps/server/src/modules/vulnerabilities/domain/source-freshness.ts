import type { Source } from '@bulkhead/contract';

export type Freshness = Source['freshness'];

export interface FreshnessFacts {
  readonly origin: 'url' | 'directory' | 'upload' | 'own';
  readonly enabled: boolean;
  readonly removing: boolean;
  readonly failures: number;
  readonly staleAfterHours: number;
  readonly quietAfterDays: number | null;
  readonly lastSuccessAt: Date | null;
  readonly lastChangeAt: Date | null;
}

const hour = 3_600_000;

/**
 * How far a source can be relied on, the worst word first: an old picture of the world matters more than the failure that
 * made it old. `quiet` = it answers well and has brought nothing new for longer than expected.
 */
export function freshnessOf(facts: FreshnessFacts, now: Date): Freshness {
  const { origin, lastSuccessAt, lastChangeAt, quietAfterDays } = facts;
  if (facts.removing) return 'removing';
  if (!facts.enabled) return 'disabled';
  if (origin === 'own') return 'fresh';
  const age = (at: Date) => now.getTime() - at.getTime();
  if (lastSuccessAt && age(lastSuccessAt) > facts.staleAfterHours * hour) return 'stale';
  if (facts.failures > 0) return 'failing';
  if (!lastSuccessAt) return 'never';
  if (quietAfterDays !== null && lastChangeAt && age(lastChangeAt) > quietAfterDays * 24 * hour) return 'quiet';
  return 'fresh';
}

/** What is worth waking people for. One failure of a source that is tried again soon is not. */
export function alarmOf(facts: FreshnessFacts, now: Date): 'stale' | 'failing' | 'quiet' | null {
  const freshness = freshnessOf(facts, now);
  if (freshness === 'failing') return facts.failures > 1 || !facts.lastSuccessAt ? 'failing' : null;
  return freshness === 'stale' || freshness === 'quiet' ? freshness : null;
}

const firstRetryMinutes = 5;

/** When to read again: on schedule, or sooner after a failure, ever less soon while it lasts. */
export function nextReading(
  {
    everyMinutes,
    failures,
    retryAfterMs = 0,
  }: { everyMinutes: number | null; failures: number; retryAfterMs?: number },
  now: Date,
): Date | null {
  if (everyMinutes === null) return null;
  const minutes =
    failures === 0 ? everyMinutes : Math.min(everyMinutes, firstRetryMinutes * 2 ** Math.min(failures - 1, 20));
  return new Date(now.getTime() + Math.max(minutes * 60_000, retryAfterMs));
}
