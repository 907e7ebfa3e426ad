import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeSecurityEvents } from '@bulkhead/contract';
import { buildFleet, type FleetVehicle } from '../fleet/build-fleet.ts';
import { createRandom } from '../random.ts';
import { eventStream } from './benign-events.ts';

const { vehicles } = buildFleet({ seed: 'events', vehicles: 40 });
const fleet = vehicles as [FleetVehicle, ...FleetVehicle[]];
const take = (count: number, seed = 'x', rate = 60) =>
  eventStream(createRandom(seed), fleet, rate).take(count).toArray();

test('the same seed gives the same events at the same times', () => {
  assert.deepEqual(take(200), take(200));
  assert.notDeepEqual(take(200), take(200, 'y'));
});

test('the fleet reports at the rate that was asked for, all vehicles alike', () => {
  const events = take(8_000);

  const hours = (events.at(-1)?.atMs ?? 0) / 3_600_000;
  const perVehicleAndHour = events.length / hours / fleet.length;
  assert.ok(Math.abs(perVehicleAndHour - 60) < 3, String(perVehicleAndHour));
  assert.equal(new Set(events.map(({ vehicle }) => vehicle)).size, fleet.length);
});

test('every event is one that the platform takes, and the ECU it names is of the same vehicle', () => {
  for (const { vehicle, event } of take(2_000)) {
    const message = { boot: 1, seq: 0, at: '2026-11-20T00:00:00Z', ...event };
    assert.equal(decodeSecurityEvents(Buffer.from(JSON.stringify(message))).length, 1);
    if (event.ecuSerial) assert.ok(fleet[vehicle]?.ecus.some(({ serial }) => serial === event.ecuSerial));
  }
});

test('the noise of a healthy fleet is mostly harmless', () => {
  const events = take(4_000);
  const harmless = events.filter(({ event }) => event.severity === 'info' || event.severity === 'low');

  assert.ok(harmless.length / events.length > 0.9);
  assert.ok(events.every(({ event }) => event.severity !== 'critical'));
});
