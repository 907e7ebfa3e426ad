import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MaintenanceWindow } from '@bulkhead/contract';
import fc from 'fast-check';
import { openingAt, requireTimeZone } from './windows.ts';

const night: MaintenanceWindow = {
  days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
  start: '22:00',
  minutes: 360,
};
const at = (text: string) => new Date(text);

test('without windows it is always open', () => {
  assert.deepEqual(openingAt([], 'UTC', at('2026-11-20T10:00:00Z')), { open: true, until: null });
});

test('a window is meant in the time zone of the vehicle, and may run over midnight', () => {
  assert.deepEqual(openingAt([night], 'Europe/Berlin', at('2026-11-20T20:59:30Z')), {
    open: false,
    until: at('2026-11-20T21:00:00Z'),
  });
  assert.deepEqual(openingAt([night], 'Europe/Berlin', at('2026-11-20T23:30:00Z')), {
    open: true,
    until: at('2026-11-21T03:00:00Z'),
  });
  assert.equal(openingAt([night], 'Asia/Kolkata', at('2026-11-20T16:30:00Z')).open, true);
});

test('a weekly window opens once a week, across the end of the week too', () => {
  const sunday: MaintenanceWindow = { days: ['sat'], start: '23:00', minutes: 120 };
  assert.deepEqual(openingAt([sunday], 'UTC', at('2026-11-22T00:30:00Z')), {
    open: true,
    until: at('2026-11-22T01:00:00Z'),
  });
  assert.deepEqual(openingAt([sunday], 'UTC', at('2026-11-22T01:00:00Z')), {
    open: false,
    until: at('2026-11-28T23:00:00Z'),
  });
});

test('windows that touch are one', () => {
  const first: MaintenanceWindow = { days: ['fri'], start: '10:00', minutes: 60 };
  const second: MaintenanceWindow = { days: ['fri'], start: '11:00', minutes: 60 };
  assert.deepEqual(openingAt([first, second], 'UTC', at('2026-11-20T10:30:00Z')), {
    open: true,
    until: at('2026-11-20T12:00:00Z'),
  });
});

test('clock changes neither lose nor move a window', () => {
  const early: MaintenanceWindow = { days: ['sun'], start: '03:30', minutes: 60 };
  // on 2026-03-29 clocks in Berlin go from 02:00 to 03:00, on 2026-10-25 from 03:00 back to 02:00
  assert.deepEqual(openingAt([early], 'Europe/Berlin', at('2026-03-29T00:30:00Z')).until, at('2026-03-29T01:30:00Z'));
  assert.deepEqual(openingAt([early], 'Europe/Berlin', at('2026-10-25T00:30:00Z')).until, at('2026-10-25T02:30:00Z'));
});

test('the answer is what a minute by minute look finds', () => {
  const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
  const window = fc.record({
    days: fc.uniqueArray(fc.constantFrom(...days), { minLength: 1, maxLength: 4 }),
    start: fc
      .tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom('00', '15', '30', '59'))
      .map(([h, m]) => `${String(h).padStart(2, '0')}:${m}`),
    minutes: fc.constantFrom(1, 30, 60, 61, 360, 1_439, 1_440),
  });
  const zone = fc.constantFrom(
    'UTC',
    'Europe/Berlin',
    'America/New_York',
    'Asia/Kathmandu',
    'Australia/Lord_Howe',
    'Pacific/Apia',
  );
  // weeks around clock changes of several zones, and some without
  const start = fc.constantFrom(
    '2026-03-07',
    '2026-03-28',
    '2026-04-04',
    '2026-06-10',
    '2026-10-03',
    '2026-10-24',
    '2026-10-31',
    '2026-12-30',
  );
  fc.assert(
    fc.property(
      fc.array(window, { minLength: 1, maxLength: 3 }),
      zone,
      start,
      fc.integer({ min: 0, max: 2_880 }),
      (windows, timeZone, day, offset) => {
        const now = new Date(Date.parse(`${day}T00:00:00Z`) + offset * 60_000);
        const { open, until } = openingAt(windows, timeZone, now);
        // a walk of ten days in steps of one minute, by the state alone
        let walked = now.getTime();
        const stateAt = (time: number) => openingAt(windows, timeZone, new Date(time)).open;
        const horizon = now.getTime() + 3 * 86_400_000;
        while (walked < horizon && stateAt(walked) === open) walked += 60_000;
        if (walked < horizon) assert.equal(until?.toISOString(), new Date(walked).toISOString());
        else if (until) assert.ok(until.getTime() >= horizon);
      },
    ),
    { numRuns: 25 },
  );
});

test('a name that no time zone has is refused', () => {
  requireTimeZone('Europe/Berlin');
  assert.throws(() => requireTimeZone('Mars/Olympus'), { code: 'updates.bad-campaign' });
});
