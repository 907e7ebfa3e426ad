import type { MaintenanceWindow } from '@bulkhead/contract';
import { UpdatesError } from './error.ts';

const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
const minute = 60_000;
const day = 1_440;

export interface Opening {
  readonly open: boolean;
  /** When it closes, if it is open; when it opens next, if not. Null when there are no windows: always open. */
  readonly until: Date | null;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      hourCycle: 'h23',
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
    });
    formats.set(timeZone, format);
  }
  return format;
}

/** @throws UpdatesError `updates.bad-campaign` for a name that no time zone has */
export function requireTimeZone(timeZone: string): void {
  try {
    formatOf(timeZone);
  } catch (cause) {
    throw new UpdatesError('updates.bad-campaign', `"${timeZone}" is no IANA time zone such as Europe/Berlin.`, {
      cause,
    });
  }
}

/** Minutes since Sunday 00:00 on the clocks of the zone. */
function minuteOfWeek(timeZone: string, at: Date): number {
  const parts = new Map(
    formatOf(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  const weekday = days.indexOf((parts.get('weekday') ?? '').toLowerCase() as (typeof days)[number]);
  return weekday * day + Number(parts.get('hour')) * 60 + Number(parts.get('minute'));
}

/**
 * Whether a weekly window is open where the vehicle is, and until when that holds. Clock time counts: on the day on which
 * clocks change, a window at 02:30 opens at the moment whose clock shows it or the next minute that exists.
 */
export function openingAt(windows: readonly MaintenanceWindow[], timeZone: string, now: Date): Opening {
  if (windows.length === 0) return { open: true, until: null };
  const here = Math.floor(now.getTime() / minute) * minute;
  const inside = (at: number) => isInside(windows, minuteOfWeek(timeZone, new Date(at)));
  const open = inside(here);
  const edges = edgesOf(windows);
  // from edge to edge of the weekly pattern; at most ten days, so that no calendar can keep us here
  let at = here;
  for (let guard = 0; guard < 2 * edges.length + 16 && at < here + 10 * day * minute; guard++) {
    const local = minuteOfWeek(timeZone, new Date(at));
    const ahead = Math.min(...edges.map((edge) => (edge - local + 7 * day) % (7 * day) || 7 * day));
    at = landing(timeZone, at, (local + ahead) % (7 * day), ahead);
    if (inside(at) !== open) return { open, until: new Date(at) };
  }
  return { open, until: open ? null : new Date(here + 7 * day * minute) };
}

/** The moment `ahead` minutes later on the local clock; a clock change in between moves it. */
function landing(timeZone: string, from: number, wanted: number, ahead: number): number {
  const straight = from + ahead * minute;
  const shown = minuteOfWeek(timeZone, new Date(straight));
  let drift = (wanted - shown + 7 * day) % (7 * day);
  if (drift > 3.5 * day) drift -= 7 * day;
  if (drift === 0) return straight;
  const corrected = straight + drift * minute;
  // an hour that does not exist: the first minute after the gap
  return minuteOfWeek(timeZone, new Date(corrected)) === wanted ? corrected : straight;
}

function isInside(windows: readonly MaintenanceWindow[], local: number): boolean {
  return spansOf(windows).some(({ from, minutes }) => (local - from + 7 * day) % (7 * day) < minutes);
}

function spansOf(windows: readonly MaintenanceWindow[]): { from: number; minutes: number }[] {
  return windows.flatMap(({ days: on, start, minutes }) => {
    const [hour = 0, min = 0] = start.split(':').map(Number);
    return on.map((name) => ({ from: days.indexOf(name) * day + hour * 60 + min, minutes }));
  });
}

const edgesOf = (windows: readonly MaintenanceWindow[]): number[] => [
  ...new Set(spansOf(windows).flatMap(({ from, minutes }) => [from, (from + minutes) % (7 * day)])),
];
