import type { NotificationChannel } from '@bulkhead/contract';
import type { ChannelRow } from './tables.ts';

/** When digests of a channel go out, in UTC. */
export type DigestSchedule = NonNullable<NotificationChannel['digest']>;
type Columns = Pick<ChannelRow, 'digest_every' | 'digest_minute' | 'digest_weekday'>;

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const monday = 1;
/** 08:00. */
const usualMinute = 480;

export function digestColumns({ every, at, weekday }: DigestSchedule): Columns {
  const [h, m] = (at ?? '').split(':').map(Number);
  return {
    digest_every: every,
    digest_minute: every === 'hour' ? null : at === undefined ? usualMinute : (h ?? 0) * 60 + (m ?? 0),
    digest_weekday: every === 'week' ? (weekday ?? monday) : null,
  };
}

export function digestOf({ digest_every: every, digest_minute, digest_weekday }: Columns): DigestSchedule | null {
  if (every === null) return null;
  const two = (n: number) => String(n).padStart(2, '0');
  return {
    every,
    ...(digest_minute === null ? {} : { at: `${two(Math.floor(digest_minute / 60))}:${two(digest_minute % 60)}` }),
    ...(digest_weekday === null ? {} : { weekday: digest_weekday }),
  };
}

/** The first moment of the schedule after `now`; null when there is no schedule. */
export function nextDigest({ digest_every: every, digest_minute, digest_weekday }: Columns, now: Date): Date | null {
  const at = now.getTime();
  if (every === null) return null;
  if (every === 'hour') return new Date(at - (at % hour) + hour);
  const midnight = at - (at % day);
  const ofDay = (digest_minute ?? usualMinute) * minute;
  if (every === 'day') return new Date(midnight + ofDay > at ? midnight + ofDay : midnight + day + ofDay);
  // getUTCDay counts from Sunday = 0, ISO 8601 from Monday = 1
  const ahead = ((digest_weekday ?? monday) - now.getUTCDay() + 7) % 7;
  const candidate = midnight + ahead * day + ofDay;
  return new Date(candidate > at ? candidate : candidate + 7 * day);
}
