import { UptaneError } from '../error.ts';

/**
 * The time to verify with (Uptane 5.4.2.2). A clock set back would make expired metadata valid again, so time stands
 * still at the latest time verified rather than go behind it.
 */
export function secureTime(now: Date | undefined, latest: string | undefined): Date | UptaneError {
  if (!now || Number.isNaN(now.getTime()))
    return new UptaneError(
      'uptane.no-secure-time',
      'time',
      'no secure time is known; expiry cannot be checked without one',
    );
  const before = latest === undefined ? Number.NEGATIVE_INFINITY : Date.parse(latest);
  return before > now.getTime() ? new Date(before) : now;
}
