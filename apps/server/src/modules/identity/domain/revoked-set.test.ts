import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomSerial } from '@bulkhead/pki';
import { createRevokedSet, type Revoked } from './revoked-set.ts';

const revoked = (serialNumber: string, change: Partial<Revoked> = {}): Revoked => ({
  serialNumber,
  authority: 'vehicles',
  revokedAt: new Date('2026-11-20T12:00:00Z'),
  reason: 'keyCompromise',
  notAfter: new Date('2027-01-01T00:00:00Z'),
  ...change,
});

test('an entry comes back as it went in, and once', () => {
  const set = createRevokedSet();
  const entry = revoked(randomSerial(), { authority: 'plants', reason: 'privilegeWithdrawn' });

  assert.equal(set.add(entry), true);
  assert.equal(set.add(entry), false);

  assert.deepEqual(set.get(entry.serialNumber), entry);
  assert.equal(set.size, 1);
  assert.equal(set.get(randomSerial()), undefined);
});

test('the set grows and still knows all of them and no other', () => {
  const set = createRevokedSet(16);
  const serials = Array.from({ length: 20_000 }, randomSerial);
  for (const serial of serials) set.add(revoked(serial));

  assert.ok(serials.every((serial) => set.has(serial)));
  assert.ok(!Array.from({ length: 5_000 }, randomSerial).some((serial) => set.has(serial)));
  assert.equal(set.size, serials.length);
});

test('a serial that differs in its last octet only is another one', () => {
  const set = createRevokedSet();
  set.add(revoked(`${'4'.repeat(30)}00`));

  assert.equal(set.has(`${'4'.repeat(30)}01`), false);
});

test('serial numbers of foreign length are held as well', () => {
  const set = createRevokedSet();
  set.add(revoked('0a'));

  assert.equal(set.has('0a'), true);
  assert.equal(set.get('0a')?.reason, 'keyCompromise');
  assert.deepEqual(
    [...set.of('vehicles', new Date('2026-12-01'))].map((entry) => entry.serialNumber),
    ['0a'],
  );
});

test('entries are listed by authority, without those that have expired, while the set grows', () => {
  const set = createRevokedSet(16);
  const serials = Array.from({ length: 8 }, randomSerial);
  for (const serial of serials) set.add(revoked(serial));
  set.add(revoked(randomSerial(), { notAfter: new Date('2026-11-01') }));
  set.add(revoked(randomSerial(), { authority: 'plants' }));

  const listed: string[] = [];
  for (const { serialNumber } of set.of('vehicles', new Date('2026-11-20'))) {
    listed.push(serialNumber);
    for (let i = 0; i < 10; i++) set.add(revoked(randomSerial(), { authority: 'services' }));
  }

  assert.deepEqual(listed.sort(), serials.sort());
  assert.equal(set.countOf('vehicles'), 9);
});
