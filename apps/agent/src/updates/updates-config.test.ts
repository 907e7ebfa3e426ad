import assert from 'node:assert/strict';
import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { preconditionSignals } from '@bulkhead/contract';
import { AgentError } from '../error.ts';
import { freshDirectory } from '../testing.ts';
import { createFileUser, createFileVehicle } from './file-vehicle.ts';
import type { UpdateOffer } from './offer.ts';
import { vehicleSignals } from './preconditions.ts';
import { bootedSlotIn, readUpdatesConfig } from './updates-config.ts';

const good = {
  hardwareId: 'PN-1',
  directorRoot: 'd.json',
  imageRoot: 'i.json',
  installer: { kind: 'rauc' },
  health: ['true'],
  signals: 'signals.json',
};
const bad = (what: string) => new AgentError('agent.bad-config', what);

test('the agent knows the signals of the contract, no more and no fewer', () => {
  assert.deepEqual([...vehicleSignals], [...preconditionSignals]);
});

test('a configuration of updates is read, and what it leaves out has a usable value', () => {
  const config = readUpdatesConfig(good, bad);

  assert.deepEqual(config.installer, { kind: 'rauc', program: 'rauc' });
  assert.deepEqual([config.healthSeconds, config.pollSeconds, config.user], [120, 900, undefined]);
});

test('each fault is named', () => {
  const faults: readonly (readonly [object, RegExp])[] = [
    [{ hardwareId: undefined }, /updates\.hardwareId/],
    [{ installer: { kind: 'hope' } }, /installer\.kind/],
    [{ installer: { kind: 'files' } }, /installer\.directory/],
    [{ health: [] }, /updates\.health/],
    [{ pollSeconds: 1 }, /pollSeconds/],
    [{ user: { offer: 'x' } }, /updates\.user\.answer/],
    [{ colour: 'red' }, /updates\.colour/],
    [{ workshopKeys: [1] }, /workshopKeys/],
  ];
  for (const [change, message] of faults) assert.throws(() => readUpdatesConfig({ ...good, ...change }, bad), message);
});

test('the state of the vehicle counts while it is fresh, and member by member', () => {
  const path = join(freshDirectory(), 'signals.json');
  const vehicle = createFileVehicle(path, Date.now);
  assert.deepEqual(vehicle.read(), {});

  writeFileSync(path, JSON.stringify({ parked: true, speedKmh: 0, doorsClosed: 'yes', __proto__: { charging: true } }));
  assert.deepEqual(vehicle.read(), { parked: true, speedKmh: 0 });

  utimesSync(path, new Date(), new Date(Date.now() - 60_000));
  assert.deepEqual(vehicle.read(), {});
  writeFileSync(path, 'x'.repeat(100_000));
  assert.deepEqual(vehicle.read(), {});
});

test('an answer of the user counts for the offer that it names', () => {
  const directory = freshDirectory();
  const [offerPath, answerPath] = [join(directory, 'offer'), join(directory, 'answer')];
  const user = createFileUser(offerPath, answerPath);
  const offer = { key: 'k-1', kind: 'ask', consentRequired: true } as UpdateOffer;
  const answered = (answer: object) => {
    writeFileSync(answerPath, JSON.stringify(answer));
    return user.decide(offer, undefined)?.decision;
  };

  assert.equal(user.decide(offer, undefined), undefined);
  assert.equal(answered({ key: 'k-0', decision: 'accepted' }), undefined);
  assert.equal(answered({ key: 'k-1', decision: 'perhaps' }), undefined);
  assert.equal(answered({ key: 'k-1', decision: 'postponed' }), undefined);
  assert.equal(answered({ key: 'k-1', decision: 'postponed', until: '2026-12-01T00:00:00Z' }), 'postponed');
  assert.equal(answered({ key: 'k-1', decision: 'accepted' }), 'accepted');
});

test('the slot that runs is read from the command line of the kernel', () => {
  const path = join(freshDirectory(), 'cmdline');
  writeFileSync(path, 'console=ttyS0 bootslot=b quiet\n');
  assert.equal(bootedSlotIn(path), 'b');
  writeFileSync(path, 'console=ttyS0 notbootslot=a\n');
  assert.throws(() => bootedSlotIn(path), /bootslot/);
});
