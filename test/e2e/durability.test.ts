import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Client } from '@bulkhead/contract';
import { toPem } from '@bulkhead/pki';
import { enrolledVehicle, testVin } from './fleet.ts';
import { serverFlags } from './harness.ts';
import { setUpOperator } from './operator.ts';
import type { PublisherInput } from './publisher.ts';

const messages = 20_000;
const main = fileURLToPath(new URL('../../apps/server/src/main.ts', import.meta.url));
const publisher = fileURLToPath(new URL('publisher.ts', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'bulkhead-durability-'));
const log = join(directory, 'acknowledged');
const children = new Set<ChildProcess>();
after(async () => {
  const exits = [...children].map((child) => new Promise((resolve) => child.once('exit', resolve)));
  for (const child of children) child.kill('SIGTERM');
  await Promise.all(exits);
  rmSync(directory, { recursive: true, force: true });
});

function run(args: string[]): ChildProcess {
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DATABASE_URL: undefined },
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

async function untilReady(origin: string): Promise<void> {
  for (let i = 0; i < 600; i++) {
    if (
      await fetch(`${origin}/readyz`).then(
        (r) => r.ok,
        () => false,
      )
    )
      return;
    await wait(100);
  }
  throw new Error('the server did not become ready');
}

const acknowledged = () => (existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n').filter(Boolean) : []);

async function untilAcknowledged(count: number): Promise<void> {
  for (let i = 0; i < 1200 && acknowledged().length < count; i++) await wait(100);
  assert.ok(acknowledged().length >= count, `${acknowledged().length} of ${count} acknowledged`);
}

/** The database is the server's only child; where its data lies depends on who runs the test (Linux only). */
function postmasterOf(server: ChildProcess): number {
  const children = readFileSync(`/proc/${server.pid}/task/${server.pid}/children`, 'utf8').trim().split(' ');
  const found = children.find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('postgres'));
  assert.ok(found, 'the server has a database of its own');
  return Number(found);
}

async function storedEvents(client: Client, vin: string): Promise<string[]> {
  const stored: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.listEvents({
      query: { filter: `vin = ${vin} and type = test.numbered`, limit: 500, ...(cursor ? { cursor } : {}) },
    });
    stored.push(...page.items.map((item) => `${item.boot} ${item.sequence}`));
    cursor = page.next ?? undefined;
  } while (cursor);
  return stored;
}

test('each of 20,000 messages that was acknowledged is stored exactly once across kill -9 of database, server and vehicle', async () => {
  const data = join(directory, 'data');
  const { flags, ports } = await serverFlags(data);
  const command = [
    main,
    ...flags,
    '--log.level',
    'error',
    '--vehicles.messagesPerSecond',
    '1000000',
    '--vehicles.inFlight',
    '200',
  ];
  const origin = `http://127.0.0.1:${ports[0]}`;
  let server = run(command);
  await untilReady(origin);
  const trust = await fetch(`${origin}/pki/ca/root.crt`).then((r) => r.bytes());
  const root = toPem('CERTIFICATE', trust);
  const { client } = await setUpOperator(origin, readFileSync(join(data, 'setup-token'), 'utf8').trim());
  const [vin, serial] = [testVin(1), 'TCU-DURABLE-1'];
  const { identity } = await enrolledVehicle(client, {
    vin,
    serial,
    estUrl: `https://127.0.0.1:${ports[3]}`,
    trust: root,
  });
  const input = (boot: number, count: number): PublisherInput => ({
    vin,
    serial,
    boot,
    messages: count,
    port: ports[2] as number,
    trust: root,
    log,
    key: identity.key.export({ format: 'pem', type: 'pkcs8' }) as string,
    chain: identity.chain,
  });
  let vehicle = run([publisher, JSON.stringify(input(1, messages))]);

  await untilAcknowledged(messages / 4);
  process.kill(postmasterOf(server), 'SIGKILL');
  await untilAcknowledged(messages / 2);
  server.kill('SIGKILL');
  server = run(command);
  await untilAcknowledged((messages * 3) / 4);
  vehicle.kill('SIGKILL');
  await new Promise((resolve) => vehicle.once('exit', resolve));
  vehicle = run([publisher, JSON.stringify(input(2, messages - acknowledged().length))]);
  const code = await new Promise((resolve) => vehicle.once('exit', resolve));

  assert.equal(code, 0);
  const promised = acknowledged();
  await untilReady(origin);
  const stored = await storedEvents(client, vin);
  assert.equal(promised.length, messages);
  assert.equal(new Set(promised).size, promised.length);
  assert.equal(new Set(stored).size, stored.length, 'nothing is stored twice');
  const kept = new Set(stored);
  assert.deepEqual(
    promised.filter((id) => !kept.has(id)),
    [],
    'nothing acknowledged is missing',
  );
});
