const units: readonly (readonly [limit: number, size: number, name: string])[] = [
  [60, 1, 's'],
  [3600, 60, 'min'],
  [86_400, 3600, 'h'],
  [86_400 * 60, 86_400, 'd'],
  [86_400 * 730, 86_400 * 30.44, 'months'],
  [Number.POSITIVE_INFINITY, 86_400 * 365.25, 'years'],
];

/** `12 s ago`, `in 29 d`; below five seconds `just now`. */
export function relativeTime(at: Date, now: Date): string {
  const seconds = Math.round((at.getTime() - now.getTime()) / 1000);
  const distance = Math.abs(seconds);
  if (distance < 5) return 'just now';
  const [, size, name] = units.find(([limit]) => distance < limit) ?? [0, 1, 's'];
  const text = `${Math.floor(distance / size)} ${name}`;
  return seconds < 0 ? `${text} ago` : `in ${text}`;
}

/** `2026-11-20 10:15:30 UTC`, or the same in the time zone of the browser with its name. */
export function absoluteTime(at: Date, zone: 'local' | 'utc'): string {
  if (zone === 'utc') return `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  const parts = new Intl.DateTimeFormat('en-GB', {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
  }).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((p) => p.type === type)?.value ?? '';
  const date = `${part('year')}-${part('month')}-${part('day')}`;
  return `${date} ${part('hour')}:${part('minute')}:${part('second')} ${part('timeZoneName')}`;
}

/** `1.5 MiB`. */
export function bytes(count: number): string {
  const names = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = count;
  let step = 0;
  while (value >= 1024 && step < names.length - 1) {
    value /= 1024;
    step += 1;
  }
  return `${step === 0 ? value : value.toFixed(1)} ${names[step]}`;
}

export const integer = (value: number): string => value.toLocaleString('en-US');
