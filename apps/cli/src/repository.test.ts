import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { loadConfig } from '../../server/src/platform/config/load.ts';
import { type TestDatabase, testDatabase } from '../../server/src/platform/db/testing.ts';
import { createLog } from '../../server/src/platform/telemetry/log.ts';
import { type RunningServer, startServer } from '../../server/src/server.ts';
import { createHome, runInProcess } from './testing.ts';

const home = createHome();
const at = (name: string) => join(home.directory, name);
const data = mkdtempSync(join(tmpdir(), 'bulkhead-cli-repository-'));
let database: TestDatabase;
let server: RunningServer;
let env: Record<string, string> = {};

before(async () => {
  database = await testDatabase();
  const ports = ['http.port', 'http.tlsPort', 'vehicles.mqttPort', 'vehicles.estPort'].flatMap((name) => [
    `--${name}`,
    '0',
  ]);
  const flags = ['--data.directory', data, '--metrics.enabled', 'false', ...ports];
  server = await startServer(loadConfig(flags, { DATABASE_URL: database.url }), createLog('silent'), {
    checkAnswers: true,
  });
  const by = { kind: 'system', id: 'test', name: 'test' } as const;
  const { secret } = await server.modules.access.tokens.create({ name: 'cli', roles: ['engineer'], days: 1 }, by);
  writeFileSync(at('pass'), 'correct horse battery\n');
  env = {
    BULKHEAD_URL: `http://127.0.0.1:${server.ports.http}`,
    BULKHEAD_TOKEN: secret,
    BULKHEAD_PASSPHRASE_FILE: at('pass'),
  };
});
after(async () => {
  await server?.stop();
  await database?.close();
  rmSync(data, { recursive: true, force: true });
  home.remove();
});

const run = (...args: string[]) =>
  runInProcess(args, { ...env, HOME: home.directory, XDG_CONFIG_HOME: home.directory });

async function done(...args: string[]): Promise<string> {
  const { code, out, err } = await run(...args);
  assert.equal(code, 0, `${args.join(' ')}\n${err}`);
  return out;
}

const pub = (name: string) => at(`${name}.pub.json`);
const key = (name: string) => at(`${name}.key.pem`);
const expires = ['--expires', '2034-11-20'];

test('a first release is made from the command line: ceremony, delegation, upload, signature, publication', async () => {
  for (const name of ['alice', 'bob', 'carol', 'targets', 'acme']) await done('keys', 'create', at(name));
  const early = await run('images', 'upload', at('pass'), '--name', 'a.bin');
  assert.deepEqual([early.code, /bulkhead repository root/.test(early.err)], [5, true], early.err);
  for (const role of ['snapshot', 'timestamp']) writeFileSync(pub(role), await done('repository', 'online-key', role));

  for (const dialect of ['a', 'b']) {
    const root = at(`1.root.${dialect}.json`);
    const people = ['alice', 'bob', 'carol'].map(pub).join(',');
    const keys = ['--targets', pub('targets'), '--snapshot', pub('snapshot'), '--timestamp', pub('timestamp')];
    await done(
      'root',
      'init',
      root,
      '--dialect',
      dialect,
      '--root',
      people,
      '--threshold',
      'root=2',
      ...keys,
      ...expires,
    );
    // two people sign copies of their own, and both hand theirs in
    const copy = at(`copy.${dialect}.json`);
    writeFileSync(copy, readFileSync(root));
    await done('root', 'sign', root, '--key', key('alice'));
    await done('root', 'sign', copy, '--key', key('carol'));
    await done('repository', 'upload', 'root', root);
    const status = JSON.parse(await done('repository', 'upload', 'root', copy)) as { complete: boolean };
    assert.equal(status.complete, true);
  }

  const plan = {
    expires: '2034-11-20T00:00:00Z',
    delegations: [
      { name: 'acme', keys: [JSON.parse(readFileSync(pub('acme'), 'utf8'))], threshold: 1, paths: ['acme/*/*'] },
    ],
  };
  writeFileSync(at('delegations.json'), JSON.stringify(plan));
  await done('repository', 'targets', '-f', at('delegations.json'));
  for (const dialect of ['a', 'b']) {
    const targets = at(`targets.${dialect}.json`);
    writeFileSync(targets, await done('repository', 'download', 'targets', '--draft', '--dialect', dialect));
    await done('sign', targets, '--key', key('targets'));
    await done('repository', 'upload', 'targets', targets);
    const acme = at(`acme.${dialect}.json`);
    await done('sign', acme, '--key', key('acme'), '--dialect', dialect, ...expires);
    await done('repository', 'upload', 'acme', acme);
    await done('repository', 'publish', '--dialect', dialect, '--yes');
  }

  writeFileSync(at('brake.bin'), Buffer.alloc(9_000_000, 'brake'));
  const name = 'acme/brake/2.0.bin';
  const send = ['images', 'upload', at('brake.bin'), '--name', name, '--role', 'acme', '--hardware-id', 'bcm-2'];
  const image = JSON.parse(await done(...send)) as { state: string; length: number; id: string };
  assert.deepEqual([image.state, image.length], ['stored', 9_000_000]);
  assert.equal((await run(...send)).code, 5);
  for (const dialect of ['a', 'b']) {
    const acme = at(`acme.${dialect}.json`);
    const add = ['--add', `${name}=${at('brake.bin')}`, '--hardware-id', 'bcm-2', '--release-counter', '2'];
    await done('sign', acme, '--key', key('acme'), ...add, ...expires);
    await done('repository', 'upload', 'acme', acme);
    const asked = await run('repository', 'publish', '--dialect', dialect, '--dry-run');
    assert.match(asked.err, /acme 2: 1 images new or changed, 0 gone/);
    await done('repository', 'publish', '--dialect', dialect, '--yes');
  }
  const listed = JSON.parse(await done('images', 'list', '--filter', 'state = published', '-o', 'json')) as object[];
  assert.equal(listed.length, 1);
  const shown = await done('repository', 'status', '-o', 'table');
  assert.match(shown, /a +acme +targets +1/);
});

test('a key is replaced from the command line, and a stranger cannot sign', async () => {
  await done('keys', 'create', at('dave'));
  await done('repository', 'renew-key', 'timestamp', '--yes');
  writeFileSync(pub('timestamp-2'), await done('repository', 'online-key', 'timestamp'));
  for (const dialect of ['a', 'b']) {
    const [now, next] = [at(`now.${dialect}.json`), at(`2.root.${dialect}.json`)];
    writeFileSync(now, await done('repository', 'download', 'root', '--dialect', dialect));
    const people = ['bob', 'carol', 'dave'].map(pub).join(',');
    await done('root', 'rotate', now, '--out', next, '--root', people, '--timestamp', pub('timestamp-2'), ...expires);
    for (const name of ['bob', 'carol']) await done('root', 'sign', next, '--previous', now, '--key', key(name));
    await done('repository', 'upload', 'root', next);
    await done('repository', 'publish', '--dialect', dialect, '--yes');
  }
  const { dialects } = JSON.parse(await done('repository', 'status', '-o', 'json')) as {
    dialects: { rootVersion: number }[];
  };
  assert.deepEqual(
    dialects.map(({ rootVersion }) => rootVersion),
    [2, 2],
  );

  const acme = at('acme.a.json');
  await done('sign', acme, '--key', key('dave'), ...expires);
  const refused = await run('repository', 'upload', 'acme', acme);
  assert.deepEqual([refused.code, /S14/.test(refused.err)], [4, true], refused.err);
});
