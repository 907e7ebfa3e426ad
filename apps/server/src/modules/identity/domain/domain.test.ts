import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideEnrolment, type EnrolmentFacts } from './enrolment.ts';
import { readDeviceNames } from './subject.ts';
import { overdueAt, renewalState, validityFrom } from './validity.ts';

const now = new Date('2026-11-20T12:00:00Z');
const later = new Date('2027-01-01');
const ecu = { ecuId: '0193-1', vin: 'WVWZZZ1JZXW000001', serial: 'GW-1' };
const facts: EnrolmentFacts = {
  names: { vin: ecu.vin, serial: ecu.serial, ecuId: undefined },
  keyFingerprint: 'new-key',
  requester: { kind: 'claim', plant: 'p', certificateSerial: 'c1' },
  ecu,
  current: undefined,
};
const current = { serialNumber: 's1', notAfter: later, keyFingerprint: 'old-key' };
const own = { kind: 'ecu', ecuId: ecu.ecuId, certificateSerial: 's1', expired: false } as const;

test('a first enrolment replaces nothing', () => {
  assert.deepEqual(decideEnrolment(facts, now), { kind: 'issue', ecu, replaces: undefined, revokeReplaced: false });
});

test('a claim over an expired identity is a new enrolment of the same ECU', () => {
  const decision = decideEnrolment({ ...facts, current: { ...current, notAfter: new Date('2026-11-01') } }, now);

  assert.deepEqual(decision, { kind: 'issue', ecu, replaces: 's1', revokeReplaced: false });
});

test('an authorised replacement revokes the identity that gives way', () => {
  const replaced = { ...ecu, replacement: true };
  const decision = decideEnrolment({ ...facts, ecu: replaced, current }, now);

  assert.deepEqual(decision, { kind: 'issue', ecu: replaced, replaces: 's1', revokeReplaced: true });
});

test('a renewal replaces the current certificate, also when asked with an older one that is still valid', () => {
  const older = { ...own, certificateSerial: 's0' };

  assert.equal(decideEnrolment({ ...facts, requester: own, current }, now).kind, 'issue');
  assert.deepEqual(decideEnrolment({ ...facts, requester: older, current }, now), {
    kind: 'issue',
    ecu,
    replaces: 's1',
    revokeReplaced: false,
  });
});

test('an expired certificate that was replaced renews nothing', () => {
  const requester = { ...own, certificateSerial: 's0', expired: true };

  assert.throws(() => decideEnrolment({ ...facts, requester, current }, now), { code: 'certificate-expired' });
});

test('renewing with the same key is a new certificate, asking again from the older one is a repeat', () => {
  const sameKey = { ...facts, keyFingerprint: 'old-key', current };

  assert.equal(decideEnrolment({ ...sameKey, requester: own }, now).kind, 'issue');
  assert.deepEqual(decideEnrolment({ ...sameKey, requester: { ...own, certificateSerial: 's0' } }, now), {
    kind: 'repeat',
    serialNumber: 's1',
  });
});

test('an identity that was taken away comes back only when an operator released it', () => {
  for (const reason of ['keyCompromise', 'cessationOfOperation', 'privilegeWithdrawn']) {
    const revoked = { serialNumber: 's1', reason, released: false };
    assert.throws(() => decideEnrolment({ ...facts, revoked }, now), { code: 'identity-revoked' }, reason);
    assert.equal(decideEnrolment({ ...facts, revoked: { ...revoked, released: true } }, now).kind, 'issue');
  }
  const superseded = { serialNumber: 's1', reason: 'superseded', released: false };
  assert.equal(decideEnrolment({ ...facts, revoked: superseded }, now).kind, 'issue');
});

test('an earlier certificate does not bring back an identity that was revoked', () => {
  const revoked = { serialNumber: 's1', reason: 'superseded', released: false };
  const requester = { ...own, certificateSerial: 's0' };

  assert.throws(() => decideEnrolment({ ...facts, requester, revoked }, now), { code: 'identity-revoked' });
});

test('a key that others know gets no certificate again', () => {
  assert.throws(() => decideEnrolment({ ...facts, keyCompromised: true }, now), { code: 'key-compromised' });
});

test('a urn:uuid that is not the id of the ECU is refused', () => {
  assert.throws(() => decideEnrolment({ ...facts, names: { ...facts.names, ecuId: 'other' } }, now), {
    code: 'wrong-subject',
  });
});

const none = { dns: [], ip: [], email: [], directory: [], other: 0 };
const cn = [{ type: 'CN', value: 'GW-1' }];

test('names are read only in the one documented form', () => {
  const uri = 'urn:bulkhead:vin:WVWZZZ1JZXW000001:ecu:GW-1';

  assert.deepEqual(readDeviceNames({ subject: cn, san: { ...none, uri: [uri] } }), {
    vin: ecu.vin,
    serial: 'GW-1',
    ecuId: undefined,
  });
  for (const wrong of [
    [],
    [uri, uri],
    [uri, 'https://example.com'],
    ['urn:bulkhead:vin:WVWZZZ1JZXW00000I:ecu:GW-1'],
    ['urn:bulkhead:vin:WVWZZZ1JZXW000001:ecu:GW/1'],
  ]) {
    assert.throws(
      () => readDeviceNames({ subject: cn, san: { ...none, uri: wrong } }),
      { code: 'wrong-subject' },
      wrong.join(),
    );
  }
});

test('renewal opens after two thirds of the validity, spread up to five sixths, and is then overdue', () => {
  const validity = { notBefore: new Date('2026-01-01'), notAfter: new Date('2026-04-01') };

  assert.equal(renewalState(validity, new Date('2026-02-28')), 'early');
  assert.equal(renewalState(validity, new Date('2026-03-03')), 'due');
  assert.equal(renewalState(validity, new Date('2026-03-03'), 0.9), 'early');
  assert.equal(renewalState(validity, overdueAt(validity), 1), 'overdue');
  assert.equal(renewalState(validity, validity.notAfter), 'expired');
});

test('a certificate never outlives its issuer', () => {
  const issuerEnds = new Date('2026-11-21T00:00:00Z');

  assert.deepEqual(validityFrom(now, 90 * 86_400, issuerEnds).notAfter, issuerEnds);
});
