import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { loadConfig } from '../../server/src/platform/config/load.ts';
import { type TestDatabase, testDatabase } from '../../server/src/platform/db/testing.ts';
import { startReceiver } from '../../server/src/platform/notify/testing.ts';
import { createLog } from '../../server/src/platform/telemetry/log.ts';
import { type RunningServer, startServer } from '../../server/src/server.ts';
import { createHome } from './testing.ts';

const home = createHome();
const data = mkdtempSync(join(tmpdir(), 'bulkhead-cli-server-'));
let database: TestDatabase;
let server: RunningServer;
let url = '';
let token = '';

before(async () => {
  database = await testDatabase();
  const ports = ['http.port', 'http.tlsPort', 'vehicles.mqttPort', 'vehicles.estPort'].flatMap((name) => [
    `--${name}`,
    '0',
  ]);
  const flags = ['--data.directory', data, '--metrics.enabled', 'false', '--notifications.allowLoopback', ...ports];
  server = await startServer(loadConfig(flags, { DATABASE_URL: database.url }), createLog('silent'));
  url = `https://localhost:${server.ports.tls}`;
  const by = { kind: 'system', id: 'test', name: 'test' } as const;
  token = (await server.modules.access.tokens.create({ name: 'cli', roles: ['administrator'], days: 1 }, by)).secret;
});
after(async () => {
  await server?.stop();
  await database?.close();
  rmSync(data, { recursive: true, force: true });
  home.remove();
});

const run = (...args: string[]) => home.run(args);
const put = (name: string, value: unknown) => {
  const path = join(home.directory, name);
  writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value));
  return path;
};

test('the root is pinned by its fingerprint, and by no other', async () => {
  const wrong = server.rootFingerprint.replaceAll(/./g, (c) => (c === 'a' ? 'b' : 'a'));
  const login = (...more: string[]) => home.run(['login', '--url', url, ...more], { input: token });

  const [unpinned, mispinned] = await Promise.all([login(), login('--fingerprint', wrong)]);
  const pinned = await login('--fingerprint', server.rootFingerprint.toUpperCase());
  const who = await run('whoami');

  assert.deepEqual([unpinned.code, mispinned.code, pinned.code, who.code], [4, 4, 0, 0], pinned.err);
  assert.match(unpinned.err, /Log in with --fingerprint/);
  assert.match(mispinned.err, /not the one given/);
  assert.deepEqual((JSON.parse(who.out) as { roles: string[] }).roles, ['administrator']);
});

test('signing in again without the fingerprint keeps the pin', async () => {
  const again = await home.run(['login', '--url', url], { input: token });
  const contexts = await run('context', 'list');

  assert.equal(again.code, 0, again.err);
  assert.deepEqual(
    (JSON.parse(contexts.out) as { pinned: boolean }[]).map(({ pinned }) => pinned),
    [true],
  );
});

test('an open stream ends soon after its token was withdrawn', { timeout: 60_000 }, async () => {
  const by = { kind: 'system', id: 'test', name: 'test' } as const;
  const made = await server.modules.access.tokens.create({ name: 'short', roles: ['viewer'], days: 1 }, by);
  const stream = await fetch(`http://127.0.0.1:${server.ports.http}/api/v1/stream`, {
    headers: { authorization: `Bearer ${made.secret}` },
  });
  assert.equal(stream.status, 200);

  await server.modules.access.tokens.remove(made.token.id, by);
  const end = await stream.text().then(
    () => 'ended',
    () => 'ended',
  );

  assert.equal(end, 'ended');
});

test('a fleet is described, imported, listed and retired', async () => {
  const vin = 'WBHAR1A23S1000001';
  const role = { id: 'tcu', name: 'TCU', function: 'telematics', buses: [], patchable: true, interfaces: ['cellular'] };
  const model = put('aria.json', {
    name: 'Aria',
    brand: 'Nord',
    year: 2026,
    architecture: { zones: [], buses: [], roles: [role] },
  });
  const vehicle = put('vehicle.json', { vin, model: 'aria', region: 'eu', ecus: [] });
  const rows = Array.from({ length: 600 }, (_, i) => `${vin},TCU-${i},tcu,P1,"=HYPERLINK(1)"`);
  const ecus = put('ecus.csv', `vin,serial,role,partNumber,supplier\n${rows.join('\n')}\nBAD,TCU-X,tcu,P1,S\n`);

  const model1 = await run('models', 'put', 'aria', '-f', model);
  const created = await run('vehicles', 'create', '-f', vehicle);
  const again = await run('vehicles', 'create', '-f', vehicle);
  const imported = await run('imports', 'create', ecus, '--kind', 'ecus', '--wait');
  const listed = await run(
    'ecus',
    'list',
    '--filter',
    'supplier : hyper',
    '--all',
    '-o',
    'csv',
    '--columns',
    'serial,supplier',
  );
  const shown = await run('vehicles', 'show', vin, '-o', 'table');
  const unknown = await run('vehicles', 'show', 'WBHAR1A23S1000002');
  const retired = await run('vehicles', 'retire', vin, '--yes');

  const codes = [model1, created, again, imported, listed, shown, unknown, retired].map(({ code }) => code);
  assert.deepEqual(codes, [0, 0, 5, 1, 0, 0, 3, 0], model1.err + created.err + imported.err);
  assert.match(imported.err, /602 +vin .*1 of 601 rows were refused/s);
  assert.equal(listed.out.trimEnd().split('\r\n').length, 601);
  assert.match(listed.out, /TCU-0,'=HYPERLINK\(1\)/);
  assert.match(shown.out, /members \(600\)/);
});

test('SBOMs are held to the gate of their supplier, accepted, compared, exported and their components named', async () => {
  const vin = 'WBHAR1A23S1000009';
  const software = async (version: string) => {
    const kind = ['--supplier', 'Nordtel', '--function', 'telematics'];
    const made = await run('software', 'create', '--name', 'tcu-os', '--version', version, ...kind);
    return (JSON.parse(made.out) as { id: string }).id;
  };
  const sbom = (name: string, components: readonly object[]) =>
    put(name, { bomFormat: 'CycloneDX', specVersion: '1.6', version: 1, components });
  const part = (name: string, change: object = {}) => ({ type: 'library', name, version: '1.0', ...change });
  const [first, second] = [await software('1'), await software('2')];
  const old = sbom('old.json', [part('zlib', { purl: 'pkg:generic/zlib@1.0' }), part('com-stack')]);
  const young = sbom('young.json', [part('zlib', { version: '1.1', purl: 'pkg:generic/zlib@1.1' }), part('com-stack')]);
  const ecu = { serial: 'GATED-TCU', role: 'tcu', partNumber: 'P1', supplier: 'Nordtel' };
  const vehicle = await run(
    'vehicles',
    'create',
    '-f',
    put('vehicle9.json', { vin, model: 'aria', region: 'eu', ecus: [ecu] }),
  );
  const planned = await run('software', 'plan', first, '--filter', 'serial = "GATED-TCU"', '--yes');

  const before = await run('sbom', 'upload', first, old);
  const gate = await run('sbom-gates', 'put', 'Nordtel', '--minimum-score', '90', '--yes');
  const rejected = await run('sbom', 'upload', second, young);
  const { id } = JSON.parse(rejected.out) as { id: string };
  const quality = await run('sbom', 'quality', id, '-o', 'csv');
  const accepted = await run('sbom', 'accept', id, '--reason', 'better with the next release', '--yes');
  const diff = await run('sbom', 'diff', (JSON.parse(before.out) as { id: string }).id, id, '-o', 'csv');
  const unidentified = await run('components', 'unidentified', '-o', 'csv', '--columns', 'name,software');
  const alias = await run('aliases', 'create', '--name', 'com-stack', '--cpe-vendor', 'acme', '--cpe-product', 'com');
  const exported = await run('sbom', 'export', '--vin', vin);

  const codes = [vehicle, planned, before, gate, rejected, accepted, diff, alias, exported].map(({ code }) => code);
  assert.deepEqual(
    codes,
    [0, 0, 0, 0, 7, 0, 0, 0, 0],
    vehicle.err + planned.err + before.err + gate.err + accepted.err + diff.err + alias.err,
  );
  assert.match(rejected.err, /score is 30 of at least 90\. It is kept, but not used/);
  assert.match(quality.out, /ntia\.supplier,false,2,2/);
  assert.match(diff.out, /version,zlib,1\.0,1\.1/);
  assert.match(unidentified.out, /com-stack,2/);
  const { bomFormat, components } = JSON.parse(exported.out) as { bomFormat: string; components: object[] };
  assert.equal(bomFormat, 'CycloneDX');
  assert.match(JSON.stringify(components), /GATED-TCU.*zlib/);
});

test('every list answers, and its columns are those of the contract', async () => {
  const nouns =
    'vehicles ecus models software sbom components imports certificates authorities profiles connections refusals events audit jobs operators tokens rules';

  for (const noun of nouns.split(' ')) {
    const { code, err } = await run(noun, 'list', '-o', 'table', ...(noun === 'audit' ? ['--limit', '5'] : []));
    assert.equal(code, 0, `${noun}: ${err}`);
  }
});

test('the audit log verifies; an altered entry is named and ends with 7', async () => {
  const good = await run('audit', 'verify');
  const { rows } = await alter();

  const bad = await run('audit', 'verify');

  assert.equal(good.code, 0, good.err);
  assert.equal(rows, 1);
  assert.equal(bad.code, 7, bad.err);
  assert.match(bad.err, /does not verify.*Entry 2 .* was altered/);
  assert.equal((JSON.parse(bad.out) as { faultIndex: number }).faultIndex, 2);
});

async function alter(): Promise<{ rows: number }> {
  const result = await database.db
    .updateTable('platform_audit_entry')
    .set({ subject: 'another' })
    .where('leaf_index', '=', '2')
    .executeTakeFirst();
  return { rows: Number(result.numUpdatedRows) };
}

test('a notification channel is made from a file, tested, given a new secret and deleted', async (t) => {
  const receiver = await startReceiver();
  t.after(receiver.close);
  const subscriptions = [{ topic: 'updates.*', minSeverity: 'high' }];
  const channel = { name: 'soar', kind: 'webhook', url: receiver.url, mode: 'immediate', subscriptions };

  const created = await run('notification-channels', 'create', '-f', put('channel.json', channel));
  assert.equal(created.code, 0, created.err);
  const { channel: made, secret } = JSON.parse(created.out) as { channel: { id: string }; secret: string };
  const tested = await run('notification-channels', 'test', made.id);
  const rotated = await run('notification-channels', 'rotate-secret', made.id, '--yes');
  const changed = await run('notification-channels', 'update', made.id, '-f', put('change.json', { enabled: false }));
  const listed = await run('notification-channels', 'list', '-o', 'csv');
  const bad = await run('notification-channels', 'create', '-f', put('bad.json', { ...channel, kind: 'chat' }));
  const deleted = await run('notification-channels', 'delete', made.id, '--yes');
  const settings = await run('notification-settings', 'show');

  assert.match(secret, /^whsec_/);
  assert.equal((JSON.parse(tested.out) as { delivered: boolean }).delivered, true, tested.err);
  assert.match(receiver.subjects()[0] ?? '', /Test of the channel soar/);
  assert.notEqual((JSON.parse(rotated.out) as { secret: string }).secret, secret);
  assert.equal((JSON.parse(changed.out) as { state: string }).state, 'disabled');
  assert.match(listed.out, /soar,webhook,http:\/\/127\.0\.0\.1:\d+\/hook,immediate,disabled/);
  assert.match(bad.err, /A chat needs a dialect/);
  assert.equal(deleted.code, 0, deleted.err);
  assert.match(settings.out, /updates\.campaign/);
});
