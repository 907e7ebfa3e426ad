import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fromPem, parseCertificate } from '@bulkhead/pki';
import {
  type Credentials,
  claimCredentials,
  deviceRequest,
  enrolDevice,
  estRequest,
  openTestIdentity,
  type TestIdentity,
  testActor,
} from './testing.ts';

let it: TestIdentity;
let claim: Credentials;
before(async () => {
  it = await openTestIdentity();
  claim = await claimCredentials(it.identity);
});
after(() => it.close());

const vin = 'WVWZZZ1JZXW000001';
const by = testActor;

async function renew(serial: string, client: Credentials): Promise<Credentials & { status: number }> {
  const { key, der } = deviceRequest(vin, serial);
  const answer = await estRequest(it, 'simplereenroll', { body: der.toString('base64'), client });
  const serialNumber = answer.der.length > 0 ? parseCertificate(answer.der).serial : '';
  return { key, der: answer.der, serialNumber, status: answer.status };
}
const accepted = ({ der }: Credentials) => it.identity.authenticate({ raw: der }).ok;

test('a claim certificate does not undo a revocation for keyCompromise; an operator does, once', async () => {
  it.inventory.add(vin, 'T-1');
  const device = await enrolDevice(it, claim, vin, 'T-1');
  await it.identity.revoke(device.serialNumber, { reason: 'keyCompromise', by });

  const stolen = await enrolDevice(it, claim, vin, 'T-1');
  assert.equal(stolen.answer.status, 403);
  assert.match(stolen.answer.text, /operator must release/);
  const released = await it.identity.release(device.serialNumber, { by, comment: 'keyed anew' });
  assert.ok(released.released_at);
  const { der: sameKey } = deviceRequest(vin, 'T-1', { key: device.key });
  const known = await estRequest(it, 'simpleenroll', { body: sameKey.toString('base64'), client: claim });
  assert.equal(known.status, 403, 'the stolen key stays refused');
  const back = await enrolDevice(it, claim, vin, 'T-1');
  assert.equal(back.answer.status, 200, back.answer.text);

  await it.identity.revoke(back.serialNumber, { reason: 'privilegeWithdrawn', by });
  assert.equal((await enrolDevice(it, claim, vin, 'T-1')).answer.status, 403, 'the release held once');
  const audited = await it.database.db
    .selectFrom('platform_audit_entry')
    .select('subject')
    .where('action', '=', 'identity.release')
    .execute();
  assert.deepEqual(audited, [{ subject: device.serialNumber }]);
});

test('revoking the current certificate of an ECU ends the earlier ones that are still valid', async () => {
  it.inventory.add(vin, 'T-2');
  const first = await enrolDevice(it, claim, vin, 'T-2');
  const second = await renew('T-2', first);
  assert.deepEqual([accepted(first), accepted(second)], [true, true]);

  await it.identity.revoke(second.serialNumber, { reason: 'superseded', by });

  assert.deepEqual([accepted(first), accepted(second)], [false, false]);
  assert.equal((await renew('T-2', first)).status, 403);
});

test('revoking an earlier certificate leaves its successor, unless its key was compromised', async () => {
  it.inventory.add(vin, 'T-3');
  const first = await enrolDevice(it, claim, vin, 'T-3');
  const second = await renew('T-3', first);
  await it.identity.revoke(first.serialNumber, { reason: 'superseded', by });
  assert.deepEqual([accepted(first), accepted(second)], [false, true]);

  const third = await renew('T-3', second);
  await it.identity.revoke(second.serialNumber, { reason: 'keyCompromise', by });

  assert.deepEqual([accepted(second), accepted(third)], [false, false], 'whoever has the key may have renewed with it');
});

test('what keeps no ECU from enrolling cannot be released', async () => {
  it.inventory.add(vin, 'T-4');
  const device = await enrolDevice(it, claim, vin, 'T-4');

  await assert.rejects(it.identity.release(device.serialNumber, { by }), { code: 'identity.not-permitted' });
  await assert.rejects(it.identity.release(claim.serialNumber, { by }), { code: 'identity.not-permitted' });
  await assert.rejects(it.identity.release('abcd', { by }), { code: 'identity.unknown-serial' });
});

test('a certificate that the platform answers with is not revoked, and the refusal says what to do', async () => {
  const [server] = fromPem('CERTIFICATE', it.identity.secureContext().cert);
  const inUse = await it.database.db
    .selectFrom('identity_certificate')
    .select(['serial_number', 'profile'])
    .where('profile', 'in', ['ocsp-signer', 'tls-server'])
    .execute();
  assert.equal(inUse.length, 4);
  assert.ok(inUse.some((row) => row.serial_number === parseCertificate(server as Uint8Array).serial));

  for (const { serial_number, profile } of inUse) {
    const revoking = it.identity.revoke(serial_number, { reason: 'keyCompromise', by });
    await assert.rejects(revoking, { code: 'identity.not-permitted', message: /Replace it first/ }, profile);
  }
});

test('an ECU that renews in a loop is told to come later', async () => {
  it.inventory.add(vin, 'T-5');
  let device: Credentials & { status?: number } = await enrolDevice(it, claim, vin, 'T-5');
  for (let i = 0; i < 20; i++) device = await renew('T-5', device);
  assert.equal(device.status, 200);

  assert.equal((await renew('T-5', device)).status, 429);
});
