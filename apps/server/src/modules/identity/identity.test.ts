import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { parseCertificate } from '@bulkhead/pki';
import { inTransaction } from '../../platform/db/database.ts';
import { testDatabase } from '../../platform/db/testing.ts';
import type { RequestContext } from '../../platform/http/handlers.ts';
import { createKeyStore } from '../../platform/keys/index.ts';
import { createIdentity } from './create-identity.ts';
import { identityMigrations } from './migrations.ts';
import { identityRoutes } from './routes.ts';
import {
  type Credentials,
  claimCredentials,
  enrolDevice,
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
const context = { actor: { kind: 'operator', id: 'op-7', name: 'Olga' } } as RequestContext;

function get(path: string, options: { method?: string; body?: Buffer; headers?: Record<string, string> } = {}) {
  return new Promise<{ status: number; body: Buffer; type: string | undefined; etag: string | undefined }>(
    (resolve, reject) => {
      const sent = request(
        { port: it.httpPort, host: '127.0.0.1', path, method: options.method ?? 'GET', headers: options.headers ?? {} },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              body: Buffer.concat(chunks),
              type: response.headers['content-type'],
              etag: response.headers.etag,
            }),
          );
        },
      );
      sent.on('error', reject).end(options.body);
    },
  );
}

async function until(check: () => boolean, ms = 5_000): Promise<boolean> {
  for (let left = ms; left > 0; left -= 20) {
    if (check()) return true;
    await wait(20);
  }
  return check();
}

test('replicas that start together on an empty database make one hierarchy', async () => {
  const empty = await testDatabase([identityMigrations]);
  const directory = mkdtempSync(join(tmpdir(), 'bulkhead-race-'));
  try {
    const deps = { ...it.deps, db: empty.db, keys: createKeyStore({ directory: join(directory, 'keys') }) };
    const replicas = await Promise.all([createIdentity(deps), createIdentity(deps), createIdentity(deps)]);

    assert.equal((await replicas[0]?.authorityRows())?.length, 4);
    assert.equal(new Set(replicas.map((replica) => replica.rootFingerprint)).size, 1);
    assert.equal(new Set(replicas.map((replica) => replica.secureContext().cert)).size, 1);
    for (const replica of replicas) await replica.close();
  } finally {
    await empty.close();
    rmSync(directory, { recursive: true, force: true });
  }
});

test('a revocation reaches every replica, refuses the device there, and is told to listeners', async () => {
  const ecu = it.inventory.add(vin, 'R-1');
  const device = await enrolDevice(it, claim, vin, 'R-1');
  const other = await it.openReplica();
  const heard: string[] = [];
  other.onRevoked((serials) => heard.push(...serials));
  assert.equal(other.authenticate({ raw: device.der }).ok, true);

  await it.identity.revoke(device.serialNumber, { reason: 'keyCompromise', by: testActor });

  const here = it.identity.authenticate({ raw: device.der });
  assert.equal(here.ok === false && here.reason, 'revoked', 'at once on the replica that revoked');
  assert.ok(await until(() => other.authenticate({ raw: device.der }).ok === false));
  assert.deepEqual(heard, [device.serialNumber]);
  assert.ok(it.inventory.revoked.has(ecu.ecuId));
  const event = await it.database.db
    .selectFrom('platform_outbox')
    .selectAll()
    .where('type', '=', 'identity.revoked')
    .executeTakeFirst();
  assert.ok(event, 'the outbox has the event');
});

test('a replica that starts later knows all earlier revocations', async () => {
  it.inventory.add(vin, 'R-2');
  const device = await enrolDevice(it, claim, vin, 'R-2');
  await it.identity.revoke(device.serialNumber, { reason: 'unspecified', by: testActor });

  const late = await it.openReplica();

  assert.equal(late.authenticate({ raw: device.der }).ok, false);
});

test('retiring ECUs revokes what they hold in the transaction that retires them', async () => {
  const ecu = it.inventory.add(vin, 'R-3');
  const device = await enrolDevice(it, claim, vin, 'R-3');
  const request = { reason: 'cessationOfOperation', by: testActor } as const;

  const rolledBack = inTransaction(it.database.db, async (tx) => {
    await it.identity.revokeEcus(tx, [ecu.ecuId], request);
    throw new Error('no');
  });
  await assert.rejects(rolledBack, /no/);
  assert.equal(it.identity.authenticate({ raw: device.der }).ok, true);

  const serials = await inTransaction(it.database.db, (tx) => it.identity.revokeEcus(tx, [ecu.ecuId], request));
  assert.deepEqual(serials, [device.serialNumber]);
  assert.ok(await until(() => it.identity.authenticate({ raw: device.der }).ok === false));
});

test('claim and server certificates open no connection', () => {
  const claimVerdict = it.identity.authenticate({ raw: claim.der });
  const server = it.identity.secureContext().cert.split('-----')[2] ?? '';

  assert.equal(claimVerdict.ok === false && claimVerdict.reason, 'not-permitted');
  const serverVerdict = it.identity.authenticate({ raw: Buffer.from(server, 'base64') });
  assert.equal(serverVerdict.ok === false && serverVerdict.reason, 'unknown');
  assert.equal(it.identity.authenticate({ raw: Buffer.from('rubbish') }).ok, false);
});

test('the CRL number rises with each revocation and an unchanged list is not sent twice', async () => {
  await it.identity.flush();
  const first = await get('/pki/crl/vehicles.crl');
  const number = Number(it.identity.crl('vehicles').number);
  const same = await get('/pki/crl/vehicles.crl', { headers: { 'If-None-Match': first.etag ?? '' } });
  it.inventory.add(vin, 'R-4');
  const device = await enrolDevice(it, claim, vin, 'R-4');
  await it.identity.revoke(device.serialNumber, { reason: 'superseded', by: testActor });

  assert.ok(await until(() => Number(it.identity.crl('vehicles').number) > number), 'by itself, without being asked');
  const second = await get('/pki/crl/vehicles.crl');
  assert.deepEqual([first.status, first.type, same.status, second.status], [200, 'application/pkix-crl', 304, 200]);
  assert.notEqual(second.etag, first.etag);
});

test('hostile requests below /pki/ are answered, not obeyed', async () => {
  const ocsp = { 'Content-Type': 'application/ocsp-request' };
  const cases: [Parameters<typeof get>, number][] = [
    [['/pki/crl/nobody.crl'], 404],
    [['/pki/ca/../../etc/passwd'], 404],
    [['/pki/ca/root.crl'], 404],
    [['/pki/ca/root.crt', { method: 'DELETE' }], 405],
    [['/pki/ocsp/root', { method: 'POST', body: Buffer.alloc(1), headers: ocsp }], 404],
    [['/pki/ocsp/vehicles', { method: 'POST', body: Buffer.alloc(1) }], 415],
    [['/pki/ocsp/vehicles', { method: 'POST', body: Buffer.alloc(9_000), headers: ocsp }], 413],
    [['/pki/ocsp/vehicles'], 405],
  ];
  for (const [args, status] of cases) assert.equal((await get(...args)).status, status, args[0]);

  // RFC 6960 s4.2.1: OCSPResponseStatus malformedRequest (1)
  const malformed = Buffer.from('30030a0101', 'hex');
  assert.deepEqual(
    (await get('/pki/ocsp/vehicles', { method: 'POST', body: Buffer.from('junk'), headers: ocsp })).body,
    malformed,
  );
  assert.deepEqual((await get('/pki/ocsp/vehicles/%ff%00')).body, malformed);
  assert.deepEqual((await get(`/pki/ocsp/vehicles/${'A'.repeat(14_000)}`)).body, malformed);
});

test('the server certificate names localhost, is kept over a restart, and is renewed when names are added', async () => {
  const leaf = (material: { cert: string }) => material.cert.split('-----END')[0];
  const again = await it.openReplica();
  assert.equal(leaf(again.secureContext()), leaf(it.identity.secureContext()));

  const renamed = await createIdentity({ ...it.deps, hostnames: ['vehicles.example.com', '192.0.2.9'] });
  const body = leaf(renamed.secureContext())?.split('-----\n')[1] ?? '';
  await renamed.close();

  const certificate = parseCertificate(Buffer.from(body, 'base64'));
  assert.deepEqual(certificate.san.dns, ['localhost', 'vehicles.example.com']);
  assert.deepEqual(certificate.san.ip, ['127.0.0.1', '::1', '192.0.2.9']);
});

test('the API lists authorities, profiles and certificates, filters by state, and revokes once', async () => {
  const routes = identityRoutes(it.identity);
  it.inventory.add(vin, 'R-5');
  const device = await enrolDevice(it, claim, vin, 'R-5');
  const list = (filter: string) =>
    routes.listCertificates({ params: undefined, query: { filter, count: true }, body: undefined }, context);
  const params = { serialNumber: device.serialNumber };

  const { items: authorities } = await routes.listAuthorities(
    { params: undefined, query: undefined, body: undefined },
    context,
  );
  const { items: profiles } = await routes.listProfiles(
    { params: undefined, query: undefined, body: undefined },
    context,
  );
  assert.deepEqual(
    authorities.map(({ name }) => name),
    ['root', 'vehicles', 'plants', 'services'],
  );
  assert.equal(profiles.find(({ name }) => name === 'ecu-operational')?.validityDays, 90);
  assert.ok((profiles.find(({ name }) => name === 'ecu-operational')?.issued ?? 0) >= 1);
  assert.equal((await list('ecuSerial = R-5 and state = valid')).total, 1);

  const revoked = await routes.revokeCertificate({ params, query: undefined, body: { reason: 'superseded' } }, context);
  assert.equal(revoked.state, 'revoked');
  assert.equal((await list('ecuSerial = R-5 and state = valid')).total, 0);
  assert.equal((await list('ecuSerial = R-5 and state in (revoked, expired)')).total, 1);
  assert.equal((await list('ecuSerial = R-5 and state != revoked')).total, 0);
  const again = async () =>
    routes.revokeCertificate({ params, query: undefined, body: { reason: 'superseded' } }, context);
  await assert.rejects(again, { code: 'identity.already-revoked' });
  const detail = await routes.getCertificate({ params, query: undefined, body: undefined }, context);
  assert.match(detail.pem, /^-----BEGIN CERTIFICATE-----/);
  const missing = async () =>
    routes.getCertificate({ params: { serialNumber: 'abcd' }, query: undefined, body: undefined }, context);
  await assert.rejects(missing, { code: 'identity.unknown-serial' });
});

test('the summary counts enrolled ECUs once and what is revoked', async () => {
  const before = await it.identity.summary();
  it.inventory.add(vin, 'R-6');
  const device = await enrolDevice(it, claim, vin, 'R-6');
  const enrolled = await it.identity.summary();
  await it.identity.revoke(device.serialNumber, { reason: 'unspecified', by: testActor });
  const afterwards = await it.identity.summary();

  assert.equal(enrolled.enrolledEcus, before.enrolledEcus + 1);
  assert.equal(afterwards.enrolledEcus, before.enrolledEcus);
  assert.equal(afterwards.revoked, before.revoked + 1);
  assert.equal(afterwards.authorities, 4);
});

test('a replica without the keys of the authorities does not start, and says what to do', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'bulkhead-empty-'));
  try {
    await assert.rejects(createIdentity({ ...it.deps, keys: createKeyStore({ directory: join(directory, 'keys') }) }), {
      code: 'identity.key-missing',
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
