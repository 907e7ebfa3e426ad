import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { manualClock } from '@bulkhead/kernel';
import {
  createCertificationRequest,
  generateKey,
  parseCertificate,
  parseCertificationRequest,
  toPem,
} from '@bulkhead/pki';
import { maxEstBodyBytes } from './est-routes.ts';
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
const clock = manualClock('2026-11-20T12:00:00Z');
before(async () => {
  it = await openTestIdentity({ clock });
  claim = await claimCredentials(it.identity);
});
after(() => it.close());

const vin = 'WVWZZZ1JZXW000001';
const day = 86_400_000;
let made = 0;
const newSerial = () => `ECU-${++made}`;

async function auditOf(action: string, subject?: string) {
  let query = it.database.db.selectFrom('platform_audit_entry').selectAll().where('action', '=', action);
  if (subject) query = query.where('subject', '=', subject);
  return query.orderBy('id', 'desc').execute();
}

test('an ECU of the inventory gets an operational certificate with a claim certificate', async () => {
  const ecu = it.inventory.add(vin, 'GW-1');

  const { answer, der } = await enrolDevice(it, claim, vin, 'GW-1');

  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.headers['content-type'], 'application/pkcs7-mime; smime-type=certs-only');
  assert.equal(answer.headers['content-transfer-encoding'], 'base64');
  const certificate = parseCertificate(der);
  assert.deepEqual(certificate.subject, [{ type: 'CN', value: 'GW-1' }]);
  assert.deepEqual(certificate.san.uri, [`urn:bulkhead:vin:${vin}:ecu:GW-1`, `urn:uuid:${ecu.ecuId}`]);
  assert.deepEqual(certificate.extendedKeyUsage, ['clientAuth']);
  assert.ok(der.length <= 800, `${der.length} octets`);
  assert.deepEqual(it.inventory.enrolled.get(ecu.ecuId), certificate.notAfter);
  assert.deepEqual(it.identity.authenticate({ raw: der }), {
    ok: true,
    device: { ecuId: ecu.ecuId, vin, serial: 'GW-1', certificateSerial: certificate.serial },
  });
  const [entry] = await auditOf('identity.enrol', certificate.serial);
  assert.match(entry?.actor_name ?? '', /plant-1/);
});

test('an ECU renews with its certificate, and the row says what it replaces', async () => {
  it.inventory.add(vin, 'GW-2');
  const first = await enrolDevice(it, claim, vin, 'GW-2');

  const wish = deviceRequest(vin, 'GW-2');
  const answer = await estRequest(it, 'ecu/simplereenroll', { body: wish.der.toString('base64'), client: first });

  assert.equal(answer.status, 200, answer.text);
  const second = parseCertificate(answer.der).serial;
  const row = await it.identity.views.certificate(second);
  assert.equal(row?.replaces, first.serialNumber);
  assert.equal((await it.identity.views.certificate(first.serialNumber))?.replaced_by, second);
  assert.equal(it.identity.authenticate({ raw: first.der }).ok, true, 'the old one runs out by itself');
});

test('the same request again, after a lost answer, gets the same certificate', async () => {
  it.inventory.add(vin, 'GW-3');
  const wish = deviceRequest(vin, 'GW-3');
  const ask = () => estRequest(it, 'simpleenroll', { body: wish.der.toString('base64'), client: claim });

  const [first, second] = [await ask(), await ask()];

  assert.equal(second.status, 200, second.text);
  assert.deepEqual(second.der, first.der);
});

test('a claim certificate cannot take over an ECU that holds a valid certificate, unless its replacement is authorised', async () => {
  it.inventory.add(vin, 'GW-4');
  const first = await enrolDevice(it, claim, vin, 'GW-4');

  const refused = await enrolDevice(it, claim, vin, 'GW-4');
  assert.equal(refused.answer.status, 403);
  assert.match(refused.answer.text, /already holds a valid certificate/);
  const [entry] = await auditOf('identity.refuse-enrolment');
  assert.match(entry?.details ?? '', /valid-identity-exists/);

  it.inventory.authoriseReplacement(vin, 'GW-4');
  const replaced = await enrolDevice(it, claim, vin, 'GW-4');
  assert.equal(replaced.answer.status, 200, replaced.answer.text);
  await it.identity.flush();
  assert.equal(it.identity.authenticate({ raw: first.der }).ok, false);
  assert.equal(it.identity.authenticate({ raw: replaced.der }).ok, true);
});

test('many requests for one ECU at the same moment leave exactly one current certificate', async () => {
  it.inventory.add(vin, 'GW-5');

  const answers = await Promise.all(Array.from({ length: 12 }, () => enrolDevice(it, claim, vin, 'GW-5')));

  assert.equal(answers.filter(({ answer }) => answer.status === 200).length, 1);
  assert.ok(answers.every(({ answer }) => [200, 403, 503].includes(answer.status)));
});

test('what the inventory does not know is refused: unknown serial, foreign VIN, retired ECU', async () => {
  it.inventory.add(vin, 'GW-6');
  it.inventory.retire(vin, 'GW-6');

  for (const [otherVin, serial] of [
    [vin, 'ROGUE'],
    ['WVWZZZ1JZXW000002', 'GW-1'],
    [vin, 'GW-6'],
  ] as const) {
    const { answer } = await enrolDevice(it, claim, otherVin, serial);
    assert.equal(answer.status, 403);
    assert.match(answer.text, /The inventory has no such ECU/);
  }
  assert.ok((it.counts.get('est_refused_total ecu-unknown') ?? 0) >= 3);
});

test('an ECU renews nobody but itself', async () => {
  it.inventory.add(vin, 'GW-7');
  it.inventory.add(vin, 'GW-8');
  const own = await enrolDevice(it, claim, vin, 'GW-7');
  await enrolDevice(it, claim, vin, 'GW-8');

  const wish = deviceRequest(vin, 'GW-8').der.toString('base64');
  for (const operation of ['simpleenroll', 'simplereenroll']) {
    const answer = await estRequest(it, operation, { body: wish, client: own });
    assert.equal(answer.status, 403);
    assert.match(answer.text, /renews only the identity that it names itself/);
  }
});

test('without a certificate, or with one of somebody else, nothing is issued', async () => {
  const body = deviceRequest(vin, 'GW-1').der.toString('base64');
  const stranger = generateKey();
  const strangerDer = await selfSigned(stranger.privateKey);

  const none = await estRequest(it, 'simpleenroll', { body });
  const foreign = await estRequest(it, 'simpleenroll', {
    body,
    client: { key: stranger.privateKey, der: strangerDer },
  });
  const claimRenewal = await estRequest(it, 'simplereenroll', { body, client: claim });

  assert.deepEqual([none.status, foreign.status, claimRenewal.status], [401, 403, 403]);
  assert.match(foreign.text, /not issued to a client by this platform/);
});

async function selfSigned(key: Credentials['key']): Promise<Buffer> {
  const { issueCertificate, randomSerial, selfIssuer, spkiOf } = await import('@bulkhead/pki');
  const subject = [{ type: 'CN', value: 'plant-1' }];
  return issueCertificate({
    subject,
    spki: spkiOf(key),
    serial: randomSerial(),
    notBefore: new Date(clock.now().getTime() - day),
    notAfter: new Date(clock.now().getTime() + day),
    issuer: selfIssuer(subject, key),
    basicConstraints: { ca: false },
    keyUsage: ['digitalSignature'],
    extendedKeyUsage: ['clientAuth'],
  });
}

test('a revoked claim certificate enrols nothing any more', async () => {
  const bad = await claimCredentials(it.identity, 'plant-stolen');
  const serial = newSerial();
  it.inventory.add(vin, serial);
  await it.identity.revoke(bad.serialNumber, { reason: 'keyCompromise', by: testActor });

  const { answer } = await enrolDevice(it, bad, vin, serial);

  assert.equal(answer.status, 403);
  assert.match(answer.text, /revoked/);
});

test('hostile bodies are refused with a reason that a person can read', async () => {
  const serial = newSerial();
  it.inventory.add(vin, serial);
  const good = deviceRequest(vin, serial).der;
  const broken = Buffer.from(good);
  broken[broken.length - 5] = (broken[broken.length - 5] as number) ^ 1;
  const extra = createCertificationRequest({
    subject: [
      { type: 'CN', value: serial },
      { type: 'O', value: 'Evil' },
    ],
    key: generateKey().privateKey,
    sans: { uri: [`urn:bulkhead:vin:${vin}:ecu:${serial}`] },
  });
  const dns = createCertificationRequest({
    subject: [{ type: 'CN', value: serial }],
    key: generateKey().privateKey,
    sans: { uri: [`urn:bulkhead:vin:${vin}:ecu:${serial}`], dns: ['platform.example.com'] },
  });
  const differs = createCertificationRequest({
    subject: [{ type: 'CN', value: 'GW-1' }],
    key: generateKey().privateKey,
    sans: { uri: [`urn:bulkhead:vin:${vin}:ecu:${serial}`] },
  });
  const cases: [string, string | Buffer, number, RegExp, Record<string, string>?][] = [
    ['not base64', '!!!! not base64 !!!!', 400, /base64/],
    ['empty', '', 400, /base64/],
    ['not DER', Buffer.from('hello').toString('base64'), 400, /DER/],
    ['cut off', good.subarray(0, 100).toString('base64'), 400, /DER/],
    ['signature broken', broken.toString('base64'), 400, /does not verify/],
    ['another subject', extra.toString('base64'), 403, /exactly one CN/],
    ['a DNS name', dns.toString('base64'), 403, /Only URIs/],
    ['CN and URI differ', differs.toString('base64'), 403, /not the serial number/],
    ['wrong media type', good.toString('base64'), 415, /application\/pkcs10/, { 'Content-Type': 'text/plain' }],
    ['oversized', 'A'.repeat(maxEstBodyBytes + 4), 413, /at most/],
  ];

  for (const [name, body, status, text, headers = {}] of cases) {
    const answer = await estRequest(it, 'simpleenroll', { body, client: claim, headers });
    assert.equal(answer.status, status, `${name}: ${answer.text}`);
    assert.match(answer.text, text, name);
    assert.match(String(answer.headers['content-type']), /^text\/plain/, name);
  }
});

test('P-384 is accepted and RSA is not', async () => {
  const [p384, rsa] = [newSerial(), newSerial()];
  it.inventory.add(vin, p384);
  it.inventory.add(vin, rsa);
  const { generateKeyPairSync } = await import('node:crypto');

  const large = await estRequest(it, 'simpleenroll', {
    body: deviceRequest(vin, p384, { curve: 'P-384' }).der.toString('base64'),
    client: claim,
  });
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const other = await estRequest(it, 'simpleenroll', {
    body: deviceRequest(vin, rsa, { key: privateKey }).der.toString('base64'),
    client: claim,
  });

  assert.equal(large.status, 200, large.text);
  assert.equal(other.status, 400);
  assert.match(other.text, /RSA-2048 keys are not accepted here; use P-256 or P-384/);
});

test('paths and methods beside the protocol get 404 and 405, csrattrs 204', async () => {
  const unknown = await estRequest(it, 'fullcmc', { body: 'x' });
  const label = await estRequest(it, 'nobody/simpleenroll', { body: 'x' });
  const method = await estRequest(it, 'simpleenroll', { method: 'GET' });
  const attributes = await estRequest(it, 'csrattrs');

  assert.deepEqual([unknown.status, label.status, method.status, attributes.status], [404, 404, 405, 204]);
  assert.equal(method.headers['allow'], 'POST');
});

test('an expired certificate renews within the window of its profile, later not, and never opens a connection', async () => {
  const [soon, late] = [newSerial(), newSerial()];
  it.inventory.add(vin, soon);
  it.inventory.add(vin, late);
  const first = await enrolDevice(it, claim, vin, soon);
  const second = await enrolDevice(it, claim, vin, late);

  clock.advance(100 * day);
  const verdict = it.identity.authenticate({ raw: first.der });
  const inWindow = await it.identity.est.handle(renewal(soon, first.der));
  const enrolling = await it.identity.est.handle({
    ...renewal(late, second.der),
    path: '/.well-known/est/simpleenroll',
  });
  clock.advance(171 * day);
  const tooLate = await it.identity.est.handle(renewal(late, second.der));
  clock.advance(-271 * day);

  assert.equal(verdict.ok === false && verdict.reason, 'expired');
  assert.equal(inWindow.status, 200, String(inWindow.body));
  assert.equal(enrolling.status, 403);
  assert.equal(tooLate.status, 403);
  assert.match(String(tooLate.body), /valid from .* only/);
});

function renewal(serial: string, der: Uint8Array) {
  const body = Buffer.from(deviceRequest(vin, serial).der.toString('base64'));
  return {
    method: 'POST',
    path: '/.well-known/est/simplereenroll',
    headers: { 'content-type': 'application/pkcs10' },
    body,
    peer: { der },
  };
}

test('an expired claim certificate enrols nothing', async () => {
  const short = await claimCredentials(it.identity, 'plant-short', 1);
  const serial = newSerial();
  it.inventory.add(vin, serial);

  clock.advance(2 * day);
  const answer = await it.identity.est.handle({ ...renewal(serial, short.der), path: '/.well-known/est/simpleenroll' });
  clock.advance(-2 * day);

  assert.equal(answer.status, 403);
});

test('a claim certificate takes only the key of the request, and a bad request is refused', async () => {
  const { privateKey } = generateKey();
  const request = createCertificationRequest({
    subject: [{ type: 'CN', value: 'someone else' }],
    key: privateKey,
    sans: { dns: ['evil.example'] },
  });

  const issued = await it.identity.issueClaim({
    plant: 'plant-9',
    request: toPem('CERTIFICATE REQUEST', request),
    by: testActor,
  });

  const [der] = (await import('@bulkhead/pki')).fromPem('CERTIFICATE', issued.pem);
  const certificate = parseCertificate(der as Buffer);
  assert.deepEqual(certificate.subject[0], { type: 'CN', value: 'plant-9' });
  assert.deepEqual(certificate.san.dns, []);
  assert.deepEqual(certificate.spki, parseCertificationRequest(request).spki);
  await assert.rejects(it.identity.issueClaim({ plant: 'p', request: 'nonsense', by: testActor }), {
    code: 'identity.bad-request',
  });
});
