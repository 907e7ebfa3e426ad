import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { repositoryRoot } from './lib/repository-root.ts';

/** Starts the platform on a fresh data directory, waits until it is ready, interrupts it and looks for what is left. */

const readyWithin = 120_000;
const endWithin = 30_000;

/** Ports that were free a moment ago; good enough for one start. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

async function untilReady(url: string, server: ChildProcess): Promise<void> {
  const deadline = Date.now() + readyWithin;
  let last = 'no answer';
  while (Date.now() < deadline) {
    if (server.exitCode !== null) throw new Error(`the server ended with code ${server.exitCode} before it was ready`);
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(5000) });
      if (answer.ok) return;
      last = `${answer.status} ${(await answer.text()).slice(0, 1000)}`;
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    await sleep(200);
  }
  throw new Error(`${url} was not ready within ${readyWithin / 1000} s: ${last}`);
}

async function untilEnded(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = new Promise<true>((resolve) => server.once('exit', () => resolve(true)));
  const inTime = await Promise.race([ended, sleep(endWithin, false, { ref: false })]);
  if (!inTime) throw new Error(`the server did not end within ${endWithin / 1000} s of SIGINT`);
}

/** Processes whose command line names the data directory: the server's own children, such as PostgreSQL. */
function processesNaming(directory: string): readonly string[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .map((pid) => `${pid} ${commandLine(pid)}`)
    .filter((line) => line.includes(directory));
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return ''; // it ended between the listing and the look
  }
}

async function startAndStop(directory: string): Promise<void> {
  const [http = 0, https = 0, mqtt = 0, est = 0] = await freePorts(4);
  const env = {
    ...process.env,
    BULKHEAD__HTTP__PORT: String(http),
    BULKHEAD__HTTP__TLSPORT: String(https),
    BULKHEAD__VEHICLES__MQTTPORT: String(mqtt),
    BULKHEAD__VEHICLES__ESTPORT: String(est),
    BULKHEAD__METRICS__PORT: '0',
  };
  const args = ['apps/server/src/main.ts', '--data', directory];
  const server = spawn(process.execPath, args, { cwd: repositoryRoot, env, stdio: ['ignore', 'inherit', 'inherit'] });
  try {
    await untilReady(`http://127.0.0.1:${http}/readyz`, server);
    server.kill('SIGINT');
    await untilEnded(server);
  } finally {
    server.kill('SIGKILL');
  }
  const left = processesNaming(directory);
  if (left.length > 0) throw new Error(`left running:\n${left.join('\n')}`);
}

const started = performance.now();
const parent = mkdtempSync(join(tmpdir(), 'bulkhead-smoke-'));
const directory = join(parent, 'data');
try {
  // The second start finds the data of the first.
  await startAndStop(directory);
  await startAndStop(directory);
  console.log(
    `smoke: started twice, ready, ended by SIGINT, nothing left (${Math.round(performance.now() - started)} ms)`,
  );
} catch (error) {
  console.error(`smoke: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  rmSync(parent, { recursive: true, force: true, maxRetries: 5 });
}
