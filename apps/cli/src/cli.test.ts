import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readBounded } from './terminal.ts';
import { createHome, type FakeRequest, type FakeServer, runInProcess, startFake, testToken } from './testing.ts';

const home = createHome();
let server: FakeServer;
let env: Record<string, string>;

const vehicle = (i: number, more = {}) => ({
  id: `id-${i}`,
  vin: `VIN${i}`,
  model: 'aria',
  modelName: 'Aria, "the first"',
  region: 'eu',
  plant: null,
  state: 'online',
  ecus: 3,
  enrolledEcus: 2,
  software: 'current',
  builtAt: null,
  firstSeenAt: null,
  lastSeenAt: '2026-11-20T10:00:00Z',
  ...more,
});

const fleet = Array.from({ length: 1_234 }, (_, i) => vehicle(i));
const job = (state: string) => ({
  id: 'j',
  title: 'Import',
  state,
  done: 1,
  total: 2,
  error: state === 'failed' ? 'disk full' : null,
});
const software = '0192f0e0-0000-7000-8000-000000000001';

/** Pages by position; the cursor is the position. */
function vehiclePage({ query }: FakeRequest) {
  if (query.filter === 'region = hostile')
    return {
      items: [
        vehicle(0, {
          region: '=cmd()',
          plant: '-1+1',
          modelName: 'a\u001b[31mred\u202e\n"x"',
          vin: '+49',
          model: '@x',
        }),
      ],
      next: null,
    };
  const start = Number(query.cursor ?? 0);
  const end = start + Number(query.limit);
  const items = fleet.slice(start, end);
  const total = query.count === 'true' ? { total: fleet.length } : {};
  return { items, next: end < fleet.length ? String(end) : null, ...total };
}

before(async () => {
  server = await startFake({
    getSession: () => ({
      kind: 'token',
      id: 'x',
      name: 'ci',
      email: null,
      roles: ['viewer'],
      permissions: [],
      expiresAt: null,
    }),
    listVehicles: vehiclePage,
    getVehicle: ({ params }) =>
      Number(params.vin) || { ...vehicle(1), members: [], architecture: { zones: [], buses: [], roles: [] } },
    retireVehicle: () => vehicle(1, { state: 'retired' }),
    planSoftware: ({ body }) => (JSON.parse(body.toString()) as { filter: string }).filter && { ecus: 12, vehicles: 4 },
    getJob: ({ params }) => job(params.id ?? ''),
    createToken: ({ body }) => ({ token: { id: 'i', ...(JSON.parse(body.toString()) as object) }, secret: 'bh_once' }),
    createSoftware: ({ body }) => JSON.parse(body.toString()) as unknown,
    exportVehicles: () => 'vin\r\nVIN1\r\n',
  });
  env = { BULKHEAD_URL: server.url, BULKHEAD_TOKEN: testToken };
});
after(() => {
  server.close();
  home.remove();
});

const run = (line: string, more: { env?: Record<string, string>; input?: string } = {}) =>
  home.run(line.split(' ').filter(Boolean), { env, ...more });

test('the status of a refusal decides the exit code', async () => {
  const expected = { 400: 2, 403: 4, 404: 3, 409: 5, 500: 1, 504: 6 };

  const results = await Promise.all(Object.keys(expected).map((status) => run(`vehicles show ${status}`)));

  assert.deepEqual(
    results.map(({ code }) => code),
    Object.values(expected),
  );
  for (const { out, err } of results) {
    assert.equal(out, '');
    assert.match(err, /^bulkhead: refused with \d+ \(test\.refused\)\n$/);
  }
});

test('a command line that is not valid ends with 2 and asks the server nothing', async () => {
  const asked = server.requests.length;
  const lines = ['', 'nope', 'vehicles nope', 'vehicles show', 'vehicles list --nope', 'vehicles list -o xml'];
  const values = ['--filter state=nope', '--sort nope', '--columns nope', '--limit 0', '--limit x', '--all --limit 3'];
  const bodies = ['tokens create --name x --roles king', 'tokens create --name x', 'models put aria -f /nonexistent'];

  const all = [...lines, ...values.map((v) => `vehicles list ${v}`), ...bodies, 'software plan x --filter nope=1'];
  const here = await Promise.all(all.map((line) => runInProcess(line.split(' ').filter(Boolean), env)));
  const results = [...here, await run('vehicles list --nope')];

  for (const { code, out, err } of results) {
    assert.equal(code, 2, err);
    assert.equal(out, '');
    assert.notEqual(err, '');
  }
  assert.equal(server.requests.length, asked);
});

test('without a terminal rows are JSON, and the table and CSV are chosen by -o', async () => {
  const [json, table, csv] = await Promise.all([
    run('vehicles list --limit 2'),
    run('vehicles list --limit 2 -o table'),
    run('vehicles list --limit 2 -o csv --columns vin,modelName,plant,ecus'),
  ]);

  assert.deepEqual(JSON.parse(json.out), fleet.slice(0, 2));
  const lines = table.out.split('\n');
  assert.match(lines[0] ?? '', /^VIN +Model +Region +Plant +State +Software +ECUs +Last seen +Built$/);
  assert.match(lines[1] ?? '', /^VIN0 +aria +eu +- +online +current +3 +2026-11-20T10:00:00Z +-$/);
  assert.equal(table.out.includes('\u001b'), false, 'no colours into a pipe');
  assert.equal(
    csv.out,
    'vin,modelName,plant,ecus\r\nVIN0,"Aria, ""the first""",,3\r\nVIN1,"Aria, ""the first""",,3\r\n',
  );
  assert.match(csv.err, /there are more: use --all/);
});

test('--all follows the cursors, --limit stops in the middle of a page, --count prints one number', async () => {
  const [all, some, count] = await Promise.all([
    run('vehicles list --all'),
    run('vehicles list --limit 700 -o csv --columns vin'),
    run('vehicles list --count'),
  ]);

  assert.deepEqual(JSON.parse(all.out), fleet);
  assert.equal(all.err, '');
  assert.equal(some.out.trimEnd().split('\r\n').length, 701);
  assert.equal(count.out, '1234\n');
});

test('text from the fleet neither steers the terminal nor becomes a formula', async () => {
  const args = ['vehicles', 'list', '--filter', 'region = hostile'];
  const [table, csv, json] = await Promise.all([
    home.run([...args, '-o', 'table', '--columns', 'modelName,region'], { env }),
    home.run([...args, '-o', 'csv', '--columns', 'region,plant,vin,model,ecus'], { env }),
    home.run([...args, '-o', 'json'], { env }),
  ]);

  assert.match(table.out, /a\\u001b\[31mred\\u202e\\n"x" +=cmd\(\)/);
  assert.equal(csv.out.split('\r\n')[1], "'=cmd(),'-1+1,'+49,'@x,3");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  assert.doesNotMatch(json.out, /[\u0000-\u0009\u000b-\u001f\u202e]/);
  assert.equal((JSON.parse(json.out) as { modelName: string }[])[0]?.modelName, 'a\u001b[31mred\u202e\n"x"');
});

test('what cannot be taken back needs --yes where nobody can be asked, and says what it does', async () => {
  const refused = await run('vehicles retire VIN1');
  const sent = server.requests.some(({ id }) => id === 'retireVehicle');
  const done = await run('vehicles retire VIN1 --yes');

  assert.equal(refused.code, 2);
  assert.match(refused.err, /Retires VIN1 .*2 of its 3 ECUs lose their identity.*\n.*add --yes/);
  assert.equal(sent, false);
  assert.equal(done.code, 0);
  assert.equal((JSON.parse(done.out) as { state: string }).state, 'retired');
});

test('--dry-run says the consequence, shows the request and changes nothing', async () => {
  const result = await home.run(['software', 'plan', software, '--filter', 'role = tcu', '--dry-run'], { env });

  const plans = server.requests
    .filter(({ id }) => id === 'planSoftware')
    .map(({ body }) => JSON.parse(body.toString()) as unknown);
  assert.equal(result.code, 0);
  assert.match(result.err, /12 ECUs in 4 vehicles/);
  assert.deepEqual((JSON.parse(result.out) as { body: unknown }).body, { dryRun: false, filter: 'role = tcu' });
  assert.deepEqual(plans, [{ dryRun: true, filter: 'role = tcu' }]);
});

test('options become the body that the contract asks for', async () => {
  const token = await run('tokens create --name ci --roles viewer,auditor --roles analyst');
  const version = await run(
    'software create --name tcu --version 1.2 --supplier N --function telematics --part-number 7',
  );

  assert.deepEqual((JSON.parse(token.out) as { token: unknown }).token, {
    id: 'i',
    name: 'ci',
    roles: ['viewer', 'auditor', 'analyst'],
    days: 90,
  });
  const created = { name: 'tcu', version: '1.2', supplier: 'N', function: 'telematics', partNumber: '7' };
  assert.deepEqual(JSON.parse(version.out), created);
});

test('--wait ends with the job: 0 when it succeeded, 1 when it failed, 6 when time ran out', async () => {
  const [succeeded, failed, endless] = await Promise.all([
    run('jobs show succeeded --wait'),
    run('jobs show failed --wait'),
    run('jobs show running --wait --timeout 1'),
  ]);

  assert.deepEqual([succeeded.code, failed.code, endless.code], [0, 1, 6]);
  assert.match(failed.err, /disk full/);
});

test('downloads are copied byte by byte', async () => {
  assert.deepEqual(await run('vehicles export'), { code: 0, out: 'vin\r\nVIN1\r\n', err: '' });
});

test('a reader that closes early is no failure', async () => {
  const main = fileURLToPath(new URL('main.ts', import.meta.url));
  const child = spawn(process.execPath, [main, 'vehicles', 'list', '--all'], { env: { ...process.env, ...env } });
  let err = '';
  child.stderr.on('data', (text: Buffer) => (err += text.toString()));
  child.stdout.once('data', () => child.stdout.destroy());

  const [code] = (await once(child, 'close')) as [number];

  assert.deepEqual({ code, err }, { code: 0, err: '' });
});

test('login checks the token and keeps it where only its owner can read it', async () => {
  const own = createHome();
  const [wrong, right] = [`${testToken}-wrong`, `${testToken}\n`];
  const path = join(own.directory, 'bulkhead', 'contexts.json');

  const refused = await own.run(['login', '--url', server.url], { input: wrong });
  assert.throws(() => statSync(path));
  const accepted = await own.run(['login', '--url', server.url, '--name', 'plant'], { input: right });
  const who = await own.run(['whoami', '-o', 'csv']);
  const contexts = await own.run(['context', 'list']);
  const elsewhere = await own.run(['vehicles', 'list'], { env: { BULKHEAD_URL: 'http://127.0.0.1:9' } });
  const mode = statSync(path).mode & 0o777;
  const gone = await own.run(['logout']);
  const after = await own.run(['whoami']);
  const left = readFileSync(path, 'utf8');
  own.remove();

  assert.equal(refused.code, 4);
  assert.equal(accepted.code, 0, accepted.err);
  assert.equal(accepted.err.includes(testToken), false);
  assert.match(who.out, /^kind,id,name/);
  assert.deepEqual(JSON.parse(contexts.out), [{ name: 'plant', url: server.url, current: true, pinned: false }]);
  assert.equal(contexts.out.includes(testToken), false);
  assert.deepEqual([elsewhere.code, mode, gone.code, after.code], [4, 0o600, 0, 4]);
  assert.equal(left.includes(testToken), false);
});

test('a token is not sent to a network in the clear, and a broken context file is named', async () => {
  const own = createHome();
  const plain = await own.run(['login', '--url', 'http://bulkhead.example:8080'], { input: testToken });
  await own.run(['login', '--url', server.url], { input: testToken });
  writeFileSync(join(own.directory, 'bulkhead', 'contexts.json'), '{');
  const broken = await own.run(['whoami']);
  own.remove();

  assert.equal(plain.code, 2);
  assert.match(plain.err, /this machine only/);
  assert.equal(broken.code, 2);
  assert.match(broken.err, /contexts\.json cannot be read/);
});

const bash = existsSync('/bin/bash') ? false : 'no /bin/bash here: install bash';

test('bash completes nouns, verbs, options and their values', { skip: bash }, async () => {
  const { out } = await run('completion bash');
  const complete = async (...words: string[]) => {
    const path = join(home.directory, 'complete');
    const typed = words.map((word) => `'${word}'`).join(' ');
    const script = `#!/bin/bash\n${out}\nCOMP_WORDS=(${typed}); COMP_CWORD=${words.length - 1}; _bulkhead; echo "\${COMPREPLY[@]}"`;
    writeFileSync(path, script, { mode: 0o700 });
    return (await readBounded(spawn(path).stdout, 65_536, 'bash')).toString().trim();
  };

  assert.equal(await complete('bulkhead', 'veh'), 'vehicles');
  assert.equal(await complete('bulkhead', 'vehicles', 'ret'), 'retire');
  assert.equal(await complete('bulkhead', 'vehicles', 'list', '--out'), '--output');
  assert.equal(await complete('bulkhead', 'vehicles', 'list', '-o', ''), 'table json csv');
});
