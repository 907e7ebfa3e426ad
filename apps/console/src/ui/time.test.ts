import { expect, test } from 'vitest';
import { absoluteTime, bytes, relativeTime } from './time.ts';

const now = new Date('2026-11-20T12:00:00Z');
const ago = (seconds: number) => relativeTime(new Date(now.getTime() - seconds * 1000), now);

test('a moment is told by its distance, in the largest unit that fits', () => {
  expect(ago(2)).toBe('just now');
  expect(ago(42)).toBe('42 s ago');
  expect(ago(59 * 60)).toBe('59 min ago');
  expect(ago(3 * 3600 + 10)).toBe('3 h ago');
  expect(ago(40 * 86_400)).toBe('40 d ago');
  expect(ago(100 * 86_400)).toBe('3 months ago');
  expect(ago(3 * 366 * 86_400)).toBe('3 years ago');
});

test('a moment to come is told as such', () => {
  expect(ago(-29 * 86_400)).toBe('in 29 d');
});

test('the full time names its zone', () => {
  expect(absoluteTime(now, 'utc')).toBe('2026-11-20 12:00:00 UTC');
  expect(absoluteTime(now, 'local')).toMatch(/^2026-11-\d\d \d\d:00:00 .+/);
});

test('sizes are told in binary units', () => {
  expect(bytes(512)).toBe('512 bytes');
  expect(bytes(4 * 1024 * 1024)).toBe('4.0 MiB');
});
