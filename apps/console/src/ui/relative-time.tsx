import { useSyncExternalStore } from 'react';
import { usePreferences } from '../theme/preferences.ts';
import { absoluteTime, relativeTime } from './time.ts';

const every = 10_000;
const listeners = new Set<() => void>();
let now = new Date();
let timer: ReturnType<typeof setInterval> | undefined;

/** One clock for all times on the page, stopped when none is shown. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = new Date();
    for (const each of listeners) each();
  }, every);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

function currentTime(): Date {
  if (timer === undefined) {
    const fresh = new Date();
    if (fresh.getTime() - now.getTime() > every) now = fresh;
  }
  return now;
}

/** A moment as `3 min ago`, with the full time as tooltip and for screen readers. */
export function RelativeTime({ at, empty = 'never' }: { at: string | null | undefined; empty?: string }) {
  const { timeZone } = usePreferences();
  const clock = useSyncExternalStore(subscribe, currentTime);
  if (!at) return <span>{empty}</span>;
  const moment = new Date(at);
  const full = absoluteTime(moment, timeZone);
  // an answer that is younger than the last tick must not lie in the future
  const reference = moment > clock && moment.getTime() - clock.getTime() < every * 2 ? moment : clock;
  return (
    <time dateTime={at} title={full} className="bh-nowrap">
      {relativeTime(moment, reference)}
    </time>
  );
}

/** A moment in full, with the distance as tooltip. */
export function AbsoluteTime({ at, empty = 'never' }: { at: string | null | undefined; empty?: string }) {
  const { timeZone } = usePreferences();
  const clock = useSyncExternalStore(subscribe, currentTime);
  if (!at) return <span>{empty}</span>;
  return (
    <time dateTime={at} title={relativeTime(new Date(at), clock)} className="bh-nowrap">
      {absoluteTime(new Date(at), timeZone)}
    </time>
  );
}
