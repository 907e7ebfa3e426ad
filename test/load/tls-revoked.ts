import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { generate } from 'mqtt-packet';
import { type Child, type Message, startChild } from './harness/child.ts';
import { type DeviceCredentials, enrolDevices } from './harness/fleet.ts';
import { median, quantileOf } from './harness/latencies.ts';
import { openPlatform, type Platform } from './harness/platform.ts';
import { cores } from './harness/processor.ts';
import { insertRevoked } from './harness/revocations.ts';
import type { Run } from './harness/run.ts';
import type { Handshakes } from './processes/handshakes.ts';

interface Side {
  readonly platform: Platform;
  readonly devices: readonly DeviceCredentials[];
  readonly client: Child;
  /** Milliseconds of single handshakes, and server CPU milliseconds each, by round. */
  readonly latencies: number[];
  readonly costs: number[];
  readonly rates: number[];
}

async function openSide(run: Run, name: string, revoked: number): Promise<Side> {
  const platform = await openPlatform(run, { core: cores.server, name });
  const devices = await enrolDevices(platform, run.quick ? 8 : 64);
  if (revoked > 0) {
    // Loaded at the start, as by a replica that joins; the server is down meanwhile.
    await platform.stopServer();
    await insertRevoked(platform, revoked);
    await platform.restart();
  }
  const file = join(run.directory, `${name}.json`);
  writeFileSync(file, JSON.stringify(devices));
  const load: Handshakes = {
    port: platform.ports.mqtt,
    ca: platform.rootPem,
    devices: file,
    count: run.quick ? 40 : 300,
    atOnce: 1,
  };
  const client = startChild('handshakes.ts', load, { core: cores.clients });
  run.after(client.stop);
  await client.expect('ready');
  return { platform, devices, client, latencies: [], costs: [], rates: [] };
}

async function playRound({ platform, client, latencies, costs, rates }: Side): Promise<void> {
  const before = platform.cpu().server;
  client.send({ event: 'again' });
  const { times, seconds } = await client.expect<Message & { times: number[]; seconds: number }>('round');
  latencies.push(median(times));
  costs.push(((platform.cpu().server - before) / times.length) * 1_000);
  rates.push(times.length / seconds);
}

/** Handshakes with and without a million revoked certificates, and how fast a revocation cuts a live connection. */
export async function benchTlsRevoked(run: Run): Promise<void> {
  const revoked = run.quick ? 5_000 : 1_000_000;
  run.say('two platforms, one with revocations');
  const none = await openSide(run, 'none', 0);
  const many = await openSide(run, 'many', revoked);
  const cutNone = await measureCuts(none, run.quick ? 2 : 20);
  // In turns, so that whatever else the machine does falls on both.
  for (let i = 0; i < (run.quick ? 2 : 7); i++) {
    await playRound(none);
    await playRound(many);
  }
  const title = `${revoked.toLocaleString('en-GB')} revoked`;
  const [latency, base] = [median(many.latencies), median(none.latencies)];
  const [cost, baseCost] = [median(many.costs), median(none.costs)];
  const against = 'the same with 0 revoked';
  const how = 'TCP connect to the verdict of the front door, one at a time, median of rounds in turns';
  run.add({
    bench: 'tls.revoked.latency',
    value: latency,
    unit: 'ms',
    against,
    ratio: latency / base,
    budget: '<=1.2x',
    met: latency / base <= 1.2,
    note: `${title}; ${how}`,
  });
  run.add({
    bench: 'tls.revoked.cpu',
    value: cost,
    unit: 'ms',
    against,
    ratio: cost / baseCost,
    note: 'server CPU for each full mutual handshake with its verdict',
  });
  run.add({
    bench: 'tls.revoked.rate',
    value: median(many.rates),
    unit: '1/s',
    against,
    ratio: median(many.rates) / median(none.rates),
    note: 'one client, one after the other',
  });
  const cut = await measureCuts(many, run.quick ? 2 : 20);
  const cutNote = (times: readonly number[]) =>
    `revocation asked of the API to the socket closed at the device, slowest of ${times.length}; median ${median(times).toFixed(0)} ms`;
  const budget = '<1000 ms';
  run.add({
    bench: 'tls.revoked.cut-none',
    value: quantileOf(cutNone, 1),
    unit: 'ms',
    budget,
    met: quantileOf(cutNone, 1) < 1_000,
    note: `0 revoked before; ${cutNote(cutNone)}`,
  });
  run.add({
    bench: 'tls.revoked.cut',
    value: quantileOf(cut, 1),
    unit: 'ms',
    budget,
    met: quantileOf(cut, 1) < 1_000,
    note: `${title} before; ${cutNote(cut)}`,
  });
}

/** The devices at the end of the list are given up, one after the other, as their certificates are revoked. */
async function measureCuts({ platform, devices }: Side, count: number): Promise<number[]> {
  const times: number[] = [];
  for (const device of devices.slice(-count)) {
    const { closed } = await closingOf(platform, device);
    const serialNumber = new X509Certificate(device.cert).serialNumber.toLowerCase();
    const began = performance.now();
    const answer = platform.client.revokeCertificate({ params: { serialNumber }, body: { reason: 'keyCompromise' } });
    times.push((await closed) - began);
    await answer;
    // Spread over the life of the list that is being made after each revocation.
    await sleep(100 + Math.random() * 400);
  }
  return times;
}

async function closingOf(
  { ports, rootPem }: Platform,
  { clientId, key, cert }: DeviceCredentials,
): Promise<{ closed: Promise<number> }> {
  const socket = connectTls({ host: '127.0.0.1', servername: 'localhost', port: ports.mqtt, key, cert, ca: rootPem });
  await once(socket, 'secureConnect');
  socket.write(
    generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, clientId, keepalive: 600 }),
  );
  await once(socket, 'data');
  socket.resume();
  return { closed: once(socket, 'close').then(() => performance.now()) };
}
