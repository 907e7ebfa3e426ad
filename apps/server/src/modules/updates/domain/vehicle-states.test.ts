import assert from 'node:assert/strict';
import { test } from 'node:test';
import { campaignVehicleStates, failureKinds, type CampaignVehicleState as State } from '@bulkhead/contract';
import fc from 'fast-check';
import { correlationOf, readCorrelation } from './correlation.ts';
import {
  committedStates,
  endStates,
  inFlight,
  type VehicleEvent,
  vehicleEvents,
  vehicleMoves,
} from './vehicle-states.ts';
import { stepVehicle, type VehicleStanding } from './vehicle-step.ts';

const rules = {
  timeouts: {
    offered: 60,
    consented: 60,
    downloading: 60,
    downloaded: 60,
    installing: 30,
    'installed-awaiting-report': 30,
  },
  retries: [
    { on: 'download-failed' as const, times: 2, afterMinutes: 5 },
    { on: 'unreachable' as const, times: 1, afterMinutes: 5 },
  ],
  deferral: { times: 2, hours: 24 },
};
const at = new Date('2026-11-20T10:00:00Z');

test('every state is in the table, and every move leads to a state of the table', () => {
  assert.deepEqual(Object.keys(vehicleMoves).sort(), [...campaignVehicleStates].sort());
  let moves = 0;
  for (const [state, own] of Object.entries(vehicleMoves))
    for (const [event, to] of Object.entries(own)) {
      moves += 1;
      assert.ok(vehicleEvents.includes(event as VehicleEvent), `${state} ${event}`);
      assert.ok(campaignVehicleStates.includes(to), `${state} ${event} ${to}`);
      assert.notEqual(to === state && to !== 'scheduled', true, `${state} ${event} goes nowhere`);
    }
  assert.ok(moves > 80, `${moves}`);
});

test('each state but the first is reached, and from each state that is no end an end can be reached', () => {
  const reach = (from: State, seen = new Set<State>()): Set<State> => {
    for (const to of Object.values(vehicleMoves[from])) if (!seen.has(to)) reach(to, seen.add(to));
    return seen;
  };
  const reached = reach('pending');
  for (const state of campaignVehicleStates) {
    if (state !== 'pending') assert.ok(reached.has(state), state);
    if (!endStates.has(state))
      assert.ok(
        [...reach(state)].some((to) => endStates.has(to)),
        state,
      );
  }
});

test('a vehicle under way is never stuck: each such state has a time-out and a next state', () => {
  for (const state of [...inFlight, 'deferred' as const]) assert.ok(vehicleMoves[state]['time-out'], state);
});

test('what is being installed is not taken back or cancelled, only watched', () => {
  for (const state of committedStates) {
    assert.equal(vehicleMoves[state].withdraw, undefined, state);
    assert.notEqual(vehicleMoves[state].cancel, 'cancelled', state);
    assert.notEqual(vehicleMoves[state].supersede, 'superseded', state);
  }
});

const happening = fc.record({
  event: fc.constantFrom(...vehicleEvents),
  cause: fc.constantFrom(...failureKinds),
  minutes: fc.integer({ min: 0, max: 5_000 }),
});

/** Plays events as they come and answers every standing. */
function play(events: readonly { event: VehicleEvent; cause: string; minutes: number }[]) {
  let vehicle: VehicleStanding = { state: 'pending', attempt: 1, deferrals: 0, cause: null };
  let now = at.getTime();
  return events.flatMap(({ event, cause, minutes }) => {
    now += minutes * 60_000;
    const before = vehicle;
    const step = stepVehicle(
      vehicle,
      { event, cause, at: new Date(now), until: new Date(now + minutes * 60_000) },
      rules,
    );
    if (!step) return [];
    vehicle = step;
    return [{ event, before, after: step, now }];
  });
}

test('whatever happens in whatever order, standings stay sound', () => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 60 }), (events) => {
      for (const { event, before, after, now } of play(events)) {
        if (inFlight.has(after.state))
          assert.ok(after.dueAt && after.dueAt.getTime() > now, `${after.state} never ends`);
        if (after.state === 'deferred' || after.state === 'scheduled') assert.ok(after.dueAt, after.state);
        if (endStates.has(after.state)) assert.equal(after.dueAt, null);
        assert.ok(after.attempt === before.attempt || after.attempt === before.attempt + 1);
        if (after.attempt > before.attempt) assert.equal(after.state, 'scheduled');
        assert.ok(after.deferrals <= rules.deferral.times);
        if (before.state === 'succeeded') assert.equal(event, 'taken-back');
        if (before.state === 'incompatible') assert.fail('what cannot take the release takes no part');
        if (after.state === 'succeeded') assert.equal(event, 'verified', 'only what is installed is a success');
      }
    }),
    { numRuns: 3_000 },
  );
});

test('the same report again changes nothing but what a later attempt allows', () => {
  const reports = [
    'consent',
    'deny',
    'download-started',
    'downloaded',
    'install-started',
    'installed',
    'verified',
    'failed',
    'rolled-back',
  ] as const;
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 30 }), fc.constantFrom(...reports), (events, event) => {
      const last = play(events).at(-1)?.after;
      const vehicle: VehicleStanding = last ?? { state: 'offered', attempt: 1, deferrals: 0, cause: null };
      const once = stepVehicle(vehicle, { event, at, cause: 'install-failed' }, rules);
      if (!once || once.attempt !== vehicle.attempt) return;
      const twice = stepVehicle(once, { event, at, cause: 'install-failed' }, rules);
      assert.equal(twice, undefined, `${vehicle.state} ${event} ${once.state} ${twice?.state}`);
    }),
    { numRuns: 3_000 },
  );
});

test('attempts end: no policy lets a vehicle be tried for ever', () => {
  let vehicle: VehicleStanding = { state: 'offered', attempt: 1, deferrals: 0, cause: null };
  for (let i = 0; i < 10 && vehicle.state !== 'failed'; i++) {
    const step = stepVehicle(
      { ...vehicle, state: 'offered' },
      { event: 'failed', cause: 'download-failed', at },
      rules,
    );
    assert.ok(step);
    vehicle = step;
  }
  assert.deepEqual([vehicle.state, vehicle.attempt], ['failed', 3]);
});

test('a deferral is never longer than the campaign allows, whatever the vehicle says', () => {
  fc.assert(
    fc.property(fc.date({ noInvalidDate: true }), (until) => {
      const step = stepVehicle(
        { state: 'offered', attempt: 1, deferrals: 0, cause: null },
        { event: 'defer', at, until },
        rules,
      );
      const due = step?.dueAt?.getTime() ?? 0;
      assert.ok(due > at.getTime() && due <= at.getTime() + 24 * 3_600_000);
    }),
  );
});

test('a correlation id comes back as it was given out, and nothing else is taken for one', () => {
  const id = '0198a000-0000-7000-8000-000000000001';
  assert.deepEqual(readCorrelation(correlationOf(id, 12)), { campaignId: id, attempt: 12 });
  for (const text of [
    '',
    'x',
    `bulkhead:${id}`,
    `bulkhead:${id}:0`,
    `bulkhead:${id}:1 `,
    `bulkhead:${id}:1e3`,
    `BULKHEAD:${id}:1`,
  ])
    assert.equal(readCorrelation(text), undefined, text);
});
