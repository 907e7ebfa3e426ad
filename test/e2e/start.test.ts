import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { serverFlags } from './harness.ts';
import { setUpOperator } from './operator.ts';

const main = fileURLToPath(new URL('../../apps/server/src/main.ts', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'bulkhead-start-'));
const running = new Set<ChildProcess>();
after(async () => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(root, { recursive: true, force: true });
});

function start(flags: string[]): { child: ChildProcess; output: () => string; ended: Promise<number | null> } {
  const child = spawn(process.execPath, [main, ...flags], {
    env: { ...process.env, DATABASE_URL: undefined },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let output = '';
  child.stdout.on('data', (data) => (output += data));
  child.stderr.on('data', (data) => (output += data));
  const ended = once(child, 'close').then(([code]) => {
    running.delete(child);
    return code as number | null;
  });
  return { child, output: () => output, ended };
}

async function ready(server: ReturnType<typeof start>): Promise<void> {
  for (let i = 0; i < 600 && !server.output().includes('Bulkhead is ready'); i++) {
    assert.equal(server.child.exitCode, null, server.output());
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.match(server.output(), /Bulkhead is ready/);
}

/** What a person sees of a failed start: the lines that are no structured log. */
const spoken = (output: string) => output.split('\n').filter((line) => line !== '' && !line.startsWith('{'));

test('Ctrl-C leaves nothing running, and the next start has all data', async () => {
  const data = join(root, 'kept');
  const { flags, ports } = await serverFlags(data);
  const origin = `http://127.0.0.1:${ports[0]}`;
  const first = start(flags);
  await ready(first);
  const { secret } = await setUpOperator(origin, readFileSync(join(data, 'setup-token'), 'utf8').trim());

  first.child.kill('SIGINT');
  assert.equal(await first.ended, 0, first.output());
  const left = readdirSync('/proc').filter(
    (pid) =>
      /^\d+$/.test(pid) &&
      existsSync(`/proc/${pid}/cmdline`) &&
      readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(data),
  );
  assert.deepEqual(left, []);

  const second = start(flags);
  await ready(second);
  const session = await fetch(`${origin}/api/v1/session`, { headers: { authorization: `Bearer ${secret}` } });
  assert.equal(session.status, 200);
  assert.doesNotMatch(second.output(), /Set up/, 'there is an operator: no set-up link any more');
  second.child.kill('SIGINT');
  assert.equal(await second.ended, 0);
});

test('a second start on a held data directory is refused in one line and harms nothing', async () => {
  const data = join(root, 'held');
  const { flags, ports } = await serverFlags(data);
  const first = start(flags);
  await ready(first);

  const second = start((await serverFlags(data)).flags);

  assert.equal(await second.ended, 1);
  assert.equal(spoken(second.output()).length, 1, second.output());
  assert.match(second.output(), new RegExp(`${first.child.pid}`));
  assert.equal((await fetch(`http://127.0.0.1:${ports[0]}/readyz`)).status, 200, 'the first goes on');
  first.child.kill('SIGINT');
  assert.equal(await first.ended, 0);
});

test('a taken port is refused in one line that names the setting, and nothing stays behind', async () => {
  const { flags, ports } = await serverFlags(join(root, 'port'));
  const holder = createServer().listen(ports[2], '127.0.0.1');
  await once(holder, 'listening');

  const server = start(flags);

  assert.equal(await server.ended, 1);
  assert.equal(spoken(server.output()).length, 1, server.output());
  assert.match(server.output(), new RegExp(`${ports[2]}.*vehicles\\.mqttPort`));
  holder.close();
});

test('a data directory that cannot be made is refused in one line', async () => {
  const file = join(root, 'a-file');
  writeFileSync(file, '');

  const server = start((await serverFlags(join(file, 'data'))).flags);

  assert.equal(await server.ended, 1);
  assert.equal(spoken(server.output()).length, 1, server.output());
  assert.match(server.output(), /a-file/);
});

test('an unknown setting is refused in one line that names it', async () => {
  const server = start(['--http.prot', '1']);

  assert.equal(await server.ended, 1);
  assert.deepEqual(spoken(server.output()).length, 1);
  assert.match(server.output(), /--http\.prot/);
});
