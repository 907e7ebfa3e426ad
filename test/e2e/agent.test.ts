import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Client } from '@bulkhead/contract';
import { systemClock } from '@bulkhead/kernel';
import { type Agent, type Credential, createAgent } from '../../apps/agent/src/index.ts';
import { readOptions, type Simulation, simulate } from '../../apps/simulator/src/index.ts';
import { claimCredential, putTestModel, registerVehicle, testVin } from './fleet.ts';
import { type Platform, startPlatform } from './harness.ts';

const program = fileURLToPath(new URL('../../apps/agent/src/main.ts', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'bulkhead-agent-e2e-'));
const agents: Agent[] = [];
const children = new Set<ChildProcess>();
let platform: Platform;
let engineer: Client;
let claim: Credential;
let simulation: Simulation | undefined;

before(async () => {
  platform = await startPlatform();
  engineer = await platform.client('engineer');
  await putTestModel(engineer);
  claim = await claimCredential(engineer);
});
after(async () => {
  await simulation?.stop();
  for (const agent of agents) agent.stop();
  for (const child of children) child.kill('SIGKILL');
  await platform?.stop();
  rmSync(directory, { recursive: true, force: true });
});

interface Device {
  readonly vin: string;
  readonly serial: string;
}

async function register(n: number): Promise<Device> {
  const device = { vin: testVin(100 + n), serial: `TCU-AGENT-${n}` };
  await registerVehicle(engineer, device.vin, { tcu: device.serial, cgw: `CGW-AGENT-${n}` });
  return device;
}

function start({ vin, serial }: Device): Agent {
  const agent = createAgent({
    vin,
    serial,
    estUrl: platform.estUrl,
    mqtt: platform.mqtt,
    trust: platform.rootPem(),
    state: { directory: join(directory, vin), durable: false },
    claim: () => claim,
    inventory: () => ({
      software: [{ ecuSerial: serial, name: 'tcu-os', version: '7.4.0' }],
      ecus: [{ serial, hardwareVersion: 'C3' }],
    }),
    clock: systemClock,
    spread: 0,
  });
  agents.push(agent);
  agent.start();
  return agent;
}

/** Polls until it holds; the runner's own time limit is the only one. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await wait(20);
}

const isQuiet = (agent: Agent) => agent.status().state === 'online' && agent.status().waitingEvents === 0;

async function eventsOf({ vin }: Device, type: string) {
  const found = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: Awaited<ReturnType<Client['listEvents']>> = await engineer.listEvents({
      query: { filter: `vin = "${vin}" and type = "${type}"`, limit: 500, ...(cursor ? { cursor } : {}) },
    });
    found.push(...page.items);
    cursor = page.next;
  }
  return found;
}

test('an agent enrols, and the platform shows the vehicle online with what the agent found in it', async () => {
  const device = await register(1);

  const agent = start(device);
  await until(() => isQuiet(agent));

  await until(async () => (await engineer.getVehicle({ params: { vin: device.vin } })).state === 'online');
  const vehicle = await engineer.getVehicle({ params: { vin: device.vin } });
  const tcu = vehicle.members.find(({ serial }) => serial === device.serial);
  assert.deepEqual([tcu?.identity, tcu?.connected, tcu?.hardwareVersion], ['valid', true, 'C3']);
  assert.deepEqual(
    tcu?.software.map(({ name, reported }) => [name, reported]),
    [['tcu-os', '7.4.0']],
  );
});

test('events of a time without network are stored once each, in the order of the vehicle', async () => {
  const device = await register(2);
  const agent = start(device);
  await until(() => isQuiet(agent));

  agent.setNetwork(false);
  await until(() => agent.status().state === 'waiting');
  for (let i = 0; i < 300; i++) agent.report({ type: 'test.offline', severity: 'low', data: { i } });
  agent.setNetwork(true);
  await until(() => isQuiet(agent));

  const stored = await eventsOf(device, 'test.offline');
  assert.deepEqual(
    stored.sort((a, b) => a.sequence - b.sequence).map(({ data }) => data?.i),
    Array.from({ length: 300 }, (_, i) => i),
  );
});

interface AgentProcess {
  readonly child: ChildProcess;
  /** Lines that the program answered with "ok": these events are on its medium. */
  taken(): number;
}

function startProgram({ vin, serial }: Device): AgentProcess {
  const path = (name: string) => join(directory, `${serial}-${name}`);
  const key = claim.key;
  writeFileSync(path('root.pem'), platform.rootPem());
  writeFileSync(path('claim.key'), typeof key === 'string' ? key : key.export({ format: 'pem', type: 'pkcs8' }));
  writeFileSync(path('claim.pem'), claim.chain);
  writeFileSync(path('inventory.json'), JSON.stringify({ software: [], ecus: [{ serial }] }));
  const config = {
    vin,
    serial,
    est: platform.estUrl,
    mqtt: `${platform.mqtt.host}:${platform.mqtt.port}`,
    trust: path('root.pem'),
    state: path('state'),
    inventory: path('inventory.json'),
    claim: { key: path('claim.key'), chain: path('claim.pem') },
  };
  writeFileSync(path('agent.json'), JSON.stringify(config));
  const child = spawn(process.execPath, [program, '--config', path('agent.json')], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  children.add(child);
  child.stdin?.on('error', () => {}); // it is going to be killed while it is written to
  let taken = 0;
  if (child.stdout)
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line === 'ok') taken += 1;
    });
  return { child, taken: () => taken };
}

test('kill -9 of the agent loses no event that it had taken, and the platform stores none twice', async () => {
  const device = await register(3);
  const line = (i: number) => `{"type":"test.killed","severity":"info","data":{"i":${i}}}\n`;
  const first = startProgram(device);
  let written = 0;
  while (first.taken() < 400) {
    for (let i = 0; i < 50; i++) first.child.stdin?.write(line(written++));
    await wait(5);
  }

  first.child.kill('SIGKILL');
  await once(first.child, 'close');
  const taken = first.taken();
  const second = startProgram(device);
  await until(async () => (await eventsOf(device, 'test.killed')).length >= taken);

  const numbers = (await eventsOf(device, 'test.killed')).map(({ data }) => Number(data?.i)).sort((a, b) => a - b);
  assert.equal(new Set(numbers).size, numbers.length, 'none twice');
  assert.deepEqual(
    numbers,
    numbers.map((_, i) => i),
    'none missing',
  );
  assert.equal((await eventsOf(device, 'agent.started')).length, 2);
  second.child.kill('SIGTERM');
  assert.deepEqual(await once(second.child, 'close'), [0, null]);
});

test('told to renew, the agent comes back with a new certificate that replaces the old one', async () => {
  const device = await register(4);
  const agent = start(device);
  await until(() => isQuiet(agent));
  const certificates = () =>
    engineer.listCertificates({ query: { filter: `ecuSerial = "${device.serial}"`, sort: '-issuedAt' } });
  const [old] = (await certificates()).items;

  const { vin, serial: ecuSerial } = device;
  await engineer.sendCommand({ params: { vin, ecuSerial }, body: { command: 'renew-certificate' } });
  await until(async () => (await eventsOf(device, 'agent.certificate-renewed')).length === 1);

  const [renewed, replaced] = (await certificates()).items;
  assert.equal(replaced?.serialNumber, old?.serialNumber);
  assert.equal(renewed?.replaces, old?.serialNumber);
  await until(async () => {
    const { items } = await engineer.listConnections({ query: { filter: `vin = "${vin}" and state = connected` } });
    return items[0]?.certificate === renewed?.serialNumber;
  });
});

test('a revoked vehicle is cut off, stays out, and keeps its events for later', async () => {
  const device = await register(5);
  const agent = start(device);
  await until(() => isQuiet(agent));
  const { items } = await engineer.listCertificates({ query: { filter: `ecuSerial = "${device.serial}"` } });

  await engineer.revokeCertificate({
    params: { serialNumber: items[0]?.serialNumber ?? '' },
    body: { reason: 'keyCompromise' },
  });
  await until(() => agent.status().state === 'waiting');
  agent.report({ type: 'test.after-revocation', severity: 'high' });
  await until(() => /closed the connection|refused/.test(agent.status().detail));

  assert.equal(agent.status().waitingEvents, 1);
  assert.deepEqual(await eventsOf(device, 'test.after-revocation'), []);
  await until(async () => (await engineer.listRefusals({ query: { filter: 'kind = certificate' } })).items.length > 0);
});

test('a simulated fleet goes live, and the rogue in it is refused three times, visibly', async () => {
  const tokenFile = join(directory, 'token');
  const scenario = join(directory, 'scenario.json');
  writeFileSync(tokenFile, await platform.token('provisioner'));
  writeFileSync(scenario, JSON.stringify({ eventsPerVehicleAndHour: 3_600, steps: [{ at: 0, do: 'rogue' }] }));
  const lines: string[] = [];
  const breaches: string[] = [];

  const { host, port } = platform.mqtt;
  const flags = {
    url: platform.origin,
    mqtt: `${host}:${port}`,
    est: platform.estUrl,
    'token-file': tokenFile,
    state: join(directory, 'fleet'),
    scenario,
    vehicles: '6',
    seed: 'e2e',
    connects: '50',
  };
  simulation = await simulate(readOptions(Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value])), {
    log: (line) => lines.push(line),
    breach: (line) => breaches.push(line),
  });
  await simulation.settled;
  await until(() => lines.concat(breaches).filter((line) => /rogue/.test(line)).length >= 3);

  assert.deepEqual(breaches, []);
  assert.equal(lines.filter((line) => line.startsWith('rogue refused')).length, 3, lines.join('\n'));
  const vins = simulation.fleet.vehicles.map(({ vin }) => vin);
  await until(async () => {
    const { items } = await engineer.listVehicles({ query: { filter: 'state = online', limit: 500 } });
    return vins.every((vin) => items.some((item) => item.vin === vin));
  });
  await until(async () => {
    const { items: refused } = await engineer.listRefusals({ query: { filter: 'kind = topic' } });
    return refused.some(({ vin }) => vins.includes(vin ?? ''));
  });
  const software = await engineer.listSoftware({ query: { filter: 'name = "tcu-os"' } });
  assert.ok(software.items.every(({ components }) => (components ?? 0) >= 50));
});
