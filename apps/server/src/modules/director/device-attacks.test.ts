import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Agent, request as httpsRequest } from 'node:https';
import { after, before, test } from 'node:test';
import { generateSigningKey, signerOf } from '@bulkhead/uptane';
import { vinOf } from '../inventory/testing.ts';
import { people } from '../updates/testing.ts';
import { caller, enrol, image, openTestDirector, openVehicle, serialIn, type TestDirector } from './testing.ts';
import { installAll, startCampaign } from './testing-campaigns.ts';

let it: TestDirector;
before(async () => {
  it = await openTestDirector(20);
});
after(() => it.close());

const plantOf = (test: TestDirector) => caller(test, { key: test.claim.key, certificates: [test.claim.der] });
const eventsOf = async (vin: string) =>
  (await it.monitoring.events({ filter: `vin = ${vin}`, limit: 100 })).items.map(({ type }) => type);

test('a device with the shared credential of a plant gets a certificate of its own once, as PKCS#12', async () => {
  const deviceId = `${vinOf(1)}:${serialIn(1, 'gateway')}`;
  const { status, body } = await plantOf(it)('POST', '/devices', { deviceId, ttl: '36000' });
  const agent = new Agent({ pfx: body, passphrase: '', ca: it.identity.rootPem });
  const own = await new Promise<number>((resolve, reject) => {
    httpsRequest({ host: 'localhost', port: it.port, path: '/director/1.root.json', agent }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
  const again = await plantOf(it)('POST', '/devices', { deviceId, ttl: '36000' });

  assert.deepEqual([status, own], [200, 200]);
  assert.deepEqual([again.status, again.json().code], [409, 'device_already_registered']);
});

test('a shared credential provisions nothing that the inventory does not know, and nobody else provisions at all', async () => {
  const vehicle = await openVehicle(it, 2);
  const cases = [
    [plantOf(it), { deviceId: 'NOBODY-1' }, 403, 'unknown_device'],
    [plantOf(it), { deviceId: '../x' }, 400, 'bad_request'],
    [plantOf(it), { deviceId: `${vinOf(3)}:${serialIn(4, 'tcu')}` }, 403, 'unknown_device'],
    [caller(it), { deviceId: serialIn(3, 'tcu') }, 401, 'certificate_required'],
    [vehicle.call, { deviceId: serialIn(3, 'tcu') }, 403, 'certificate_refused'],
  ] as const;
  for (const [call, body, status, code] of cases) {
    const answer = await call('POST', '/devices', body);
    assert.deepEqual([answer.status, answer.json().code], [status, code], JSON.stringify(body));
  }
  assert.equal(cases.length, 5);
});

test('an ECU of another vehicle, an unknown one, other hardware or a borrowed key is refused and told to monitoring', async () => {
  const vehicle = await openVehicle(it, 4);
  const base = vehicle.registration();
  const [first, second] = base.ecus;
  const change = (more: object) => ({ ...base, ecus: [first, { ...second, ...more }] });
  const cases = [
    [change({ ecu_serial: serialIn(5, 'tcu') }), 403, 'foreign_ecu'],
    [change({ ecu_serial: 'NO-SUCH-ECU' }), 403, 'unknown_ecu'],
    [change({ hardware_identifier: 'PN-brake' }), 409, 'wrong_hardware'],
    [change({ clientKey: first?.clientKey }), 400, 'bad_request'],
    [change({ clientKey: { keytype: 'ED25519', keyval: { public: '0'.repeat(64) } } }), 400, 'bad_request'],
    [{ ...base, primary_ecu_serial: serialIn(4, 'tcu') }, 403, 'not_primary'],
    [
      { ...base, ecus: Array.from({ length: 169 }, (_, i) => ({ ...first, ecu_serial: `E-${i}` })) },
      413,
      'too_many_ecus',
    ],
    [{ ...base, ecus: [] }, 400, 'bad_request'],
    ['[', 400, 'bad_request'],
  ] as const;
  for (const [body, status, code] of cases) {
    const answer = await vehicle.call('POST', '/director/ecus', body as object);
    assert.deepEqual([answer.status, answer.json().code], [status, code]);
  }
  assert.equal(cases.length, 9);
  const seen = await eventsOf(vehicle.vin);
  assert.ok(seen.includes('uptane.foreign-ecu') && seen.includes('uptane.unknown-ecu'), seen.join());
  await assert.rejects(it.director.status.vehicle(vehicle.vin), { code: 'director.unknown-vehicle' });
});

test('another key for a registered ECU needs the word of an operator', async () => {
  const vehicle = await openVehicle(it, 6);
  await vehicle.register();
  vehicle.signers.set(serialIn(6, 'steering'), signerOf(generateSigningKey()));

  const refused = await vehicle.register();
  await it.director.status.allowReregistration(vehicle.vin, 'steering unit replaced', people.ben);
  const taken = await vehicle.register();
  vehicle.signers.set(serialIn(6, 'steering'), signerOf(generateSigningKey()));
  const once = await vehicle.register();

  assert.deepEqual([refused.status, refused.json().code], [409, 'ecu_already_registered']);
  assert.deepEqual([taken.status, once.status], [201, 409]);
  assert.ok((await eventsOf(vehicle.vin)).includes('uptane.key-conflict'));
});

test('a manifest is dropped when it is replayed, signed by others, or speaks of an ECU of another vehicle', async () => {
  const vehicle = await openVehicle(it, 7);
  const other = await openVehicle(it, 8);
  await vehicle.register();
  await other.register();
  const first = vehicle.manifest();
  const put = (bytes: Uint8Array) => vehicle.call('PUT', '/director/manifest', bytes);
  assert.equal((await put(first)).status, 200);

  const replayed = await put(first);
  const foreign = await put(other.manifest());
  vehicle.signers.set(serialIn(7, 'tcu'), signerOf(generateSigningKey()));
  const forged = await vehicle.send();
  const broken = await put(Buffer.from('{"signatures":[]'));
  const huge = await put(Buffer.alloc(600 * 1024, 'x'));

  for (const answer of [replayed, foreign, forged, broken])
    assert.deepEqual([answer.status, answer.json().code], [400, 'manifest_refused']);
  assert.equal(huge.status, 413);
  const { items } = await it.director.status.manifests({ filter: `vin = ${vehicle.vin}` });
  assert.deepEqual(
    items.map(({ code }) => code),
    ['uptane.not-json', 'uptane.wrong-signer', 'uptane.unknown-ecu', 'uptane.replay', null],
  );
  const stored = await it.director.status.manifest(items.at(-1)?.id ?? '');
  assert.equal(stored.document, Buffer.from(first).toString());
  const seen = await eventsOf(vehicle.vin);
  assert.ok(seen.includes('uptane.manifest-refused') && seen.includes('uptane.foreign-ecu'));
});

test('an ECU that is not the Primary sends no manifest, and a Secondary that is away is named', async () => {
  const vehicle = await openVehicle(it, 9);
  await vehicle.register();
  await vehicle.send(undefined, [serialIn(9, 'gateway'), serialIn(9, 'tcu')]);
  const secondary = caller(it, await enrol(it, vehicle.vin, serialIn(9, 'tcu')));

  const answer = await secondary('PUT', '/director/manifest', vehicle.manifest());
  const { manifest } = await it.director.status.vehicle(vehicle.vin);

  assert.deepEqual([answer.status, answer.json().code], [403, 'not_primary']);
  assert.deepEqual(manifest.missing, [serialIn(9, 'steering')]);
});

test('an attack that an ECU reports reaches campaigns and monitoring, once', async () => {
  const vehicle = await openVehicle(it, 10, 'b');
  await vehicle.register();
  vehicle.attacks.set(serialIn(10, 'gateway'), 'uptane.slow-retrieval: 0.5 bytes a second');
  await vehicle.send();
  await vehicle.send();

  const told = await it.db
    .selectFrom('platform_outbox')
    .select('payload')
    .where('type', '=', 'updates.attack-reported')
    .execute();
  assert.equal(told.length, 1);
  assert.equal((told[0]?.payload as { ecuSerial: string } | undefined)?.ecuSerial, serialIn(10, 'gateway'));
  assert.deepEqual(
    (await eventsOf(vehicle.vin)).filter((type) => type === 'uptane.attack-reported'),
    ['uptane.attack-reported'],
  );
});

test('a report that returns to an earlier one is shown and not believed', async () => {
  const vehicle = await openVehicle(it, 11);
  await vehicle.register();
  const tcu = serialIn(11, 'tcu');
  const installed = async () =>
    (await it.director.status.vehicle(vehicle.vin)).ecus.find(({ serial }) => serial === tcu)?.installed?.filename;
  vehicle.installed.set(tcu, image('tcu-1.bin', '1'.repeat(64), 10));
  await vehicle.send();
  vehicle.installed.set(tcu, image('tcu-2.bin', '2'.repeat(64), 10));
  await vehicle.send();
  assert.equal(await installed(), 'tcu-2.bin');
  vehicle.installed.set(tcu, image('tcu-1.bin', '1'.repeat(64), 10));

  assert.equal((await vehicle.send()).status, 200);

  assert.equal(await installed(), 'tcu-2.bin');
  assert.ok((await eventsOf(vehicle.vin)).includes('uptane.possible-replay'));
});

test('an update that is cancelled is taken back by naming what is installed', async () => {
  const vehicle = await openVehicle(it, 12);
  await vehicle.register();
  const first = await startCampaign(it, 20, `vin = ${vehicle.vin}`);
  await vehicle.targets();
  installAll(vehicle, 12, first.items);
  await vehicle.send();
  const second = await startCampaign(it, 21, `vin = ${vehicle.vin}`);
  const offered = await vehicle.targets();
  assert.ok(offered.targets.has('tcu-21.bin'));

  await it.desk.updates.steps.cancel(second.id, { dryRun: false, reason: 'wrong image' }, people.ben);
  await second.run.drive();
  const after = await vehicle.targets();

  assert.ok(after.version > offered.version);
  assert.deepEqual([...after.targets.keys()].sort(), ['gateway-20.bin', 'steering-20.bin', 'tcu-20.bin']);
  assert.equal(after.targets.get('tcu-20.bin')?.custom?.releaseCounter, 20);
});

test('a bundle of which an ECU has no key is not served in part, and people are told once', async () => {
  const vehicle = await openVehicle(it, 13);
  const serials = [serialIn(13, 'gateway'), serialIn(13, 'tcu')];
  await vehicle.call('POST', '/director/ecus', vehicle.registration(serials));
  await startCampaign(it, 22, `vin = ${vehicle.vin}`);

  assert.equal((await vehicle.targets()).targets.size, 0);
  await vehicle.targets();

  const { served } = await it.director.status.vehicle(vehicle.vin);
  assert.match(served.fault ?? '', /STEERING-13 has not registered/);
  assert.equal(it.notices.filter(({ dedupeKey }) => dedupeKey === `director-fault:${vehicle.vin}`).length, 1);
});

test('what an ECU says of itself is kept without its secrets', async () => {
  const vehicle = await openVehicle(it, 14);
  await vehicle.register();
  const toml = `[tls]\nserver = "https://x"\npkey_source = "file"\n[p11]\npass = "1234"\n[import]\ntls_pkey_path = "/var/key"\n[provision]\np12_password = """\nhunter2\n"""\nprimary_ecu_serial = "G-1"\n`;
  const calls = [
    ['PUT', '/system_info', { description: 'ARM' }],
    ['PUT', '/system_info/network', { hostname: 'car', local_ipv4: '10.0.0.1', mac: '00:00:00:00:00:00' }],
    ['PUT', '/core/installed', [{ name: 'openssl', version: '3.0' }]],
  ] as const;
  for (const [method, path, body] of calls) assert.equal((await vehicle.call(method, path, body)).status, 200);
  const { status } = await vehicle.call('POST', '/system_info/config', toml, 'application/toml');

  const { notes } = await it.director.status.vehicle(vehicle.vin);
  const configuration = notes.find(({ kind }) => kind === 'configuration')?.document ?? '';
  assert.equal(status, 200);
  assert.equal(notes.length, 4);
  assert.match(configuration, /server = "https:\/\/x"/);
  for (const secret of ['1234', 'hunter2', '/var/key']) assert.ok(!configuration.includes(secret), configuration);
});

test('events that are no events are skipped, too many at once are sent back', async () => {
  const vehicle = await openVehicle(it, 15);
  const junk = [{}, null, 7, { id: 'x', eventType: { id: 'EcuDownloadStarted' }, event: {} }, { eventType: 'x' }];

  assert.equal((await vehicle.call('POST', '/events', junk)).status, 200);
  assert.equal((await vehicle.call('POST', '/events', { not: 'a list' })).status, 400);
  assert.equal(
    (
      await vehicle.call(
        'POST',
        '/events',
        Array.from({ length: 1_001 }, () => ({})),
      )
    ).status,
    413,
  );
  assert.equal((await vehicle.call('POST', '/events', randomBytes(300 * 1024))).status, 413);
});

test('a device that calls without end has to wait; others do not', async () => {
  const [loud, quiet] = [await openVehicle(it, 16), await openVehicle(it, 17)];
  const statuses: number[] = [];
  for (let i = 0; i < 130; i++) statuses.push((await loud.call('GET', '/director/9.root.json')).status);

  assert.ok(statuses.filter((status) => status === 429).length >= 5);
  assert.equal(statuses[0], 404);
  assert.equal((await quiet.call('GET', '/director/1.root.json')).status, 200);
});
