import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { parseCertificate } from '@bulkhead/pki';
import {
  type Credentials,
  claimCredentials,
  deviceRequest,
  enrolDevice,
  estRequest,
  openTestIdentity,
  type TestIdentity,
} from './testing.ts';

let it: TestIdentity;
let claim: Credentials;
before(async () => {
  it = await openTestIdentity();
  claim = await claimCredentials(it.identity);
});
after(() => it.close());

const vin = 'WVWZZZ1JZXW000001';

test('an ECU of the inventory gets an operational certificate with a claim certificate', async () => {
  const ecu = it.inventory.add(vin, 'GW-1');

  const { answer, der } = await enrolDevice(it, claim, vin, 'GW-1');

  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.headers['content-type'], 'application/pkcs7-mime; smime-type=certs-only');
  const certificate = parseCertificate(der);
  assert.deepEqual(certificate.subject, [{ type: 'CN', value: 'GW-1' }]);
  assert.deepEqual(certificate.san.uri, [`urn:bulkhead:vin:${vin}:ecu:GW-1`, `urn:uuid:${ecu.ecuId}`]);
  assert.ok(der.length <= 800, `${der.length} octets`);
  assert.deepEqual(it.inventory.enrolled.get(ecu.ecuId), certificate.notAfter);
  assert.deepEqual(it.identity.authenticate({ raw: der }), {
    ok: true,
    device: { ecuId: ecu.ecuId, vin, serial: 'GW-1', certificateSerial: certificate.serial },
  });
});
