import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startChild } from './harness/child.ts';
import { enrolDevices } from './harness/fleet.ts';
import { mosquittoProgram, startMosquitto } from './harness/mosquitto.ts';
import { openPlatform } from './harness/platform.ts';
import { cores, residentBytes } from './harness/processor.ts';
import { has } from './harness/programs.ts';
import type { Run } from './harness/run.ts';

const mebi = 1024 * 1024;

/** Resident memory of the server for 1,000 idle MQTT connections over mutual TLS, against mosquitto. */
export async function benchMemoryConnections(run: Run): Promise<void> {
  const count = run.quick ? 30 : 3_000;
  const platform = await openPlatform(run, { core: cores.server });
  const devices = await enrolDevices(platform, count);
  const file = join(run.directory, 'devices.json');
  writeFileSync(file, JSON.stringify(devices));
  await platform.restart(); // what enrolment left in the heap is not what connections cost

  const measure = async (port: number, pid: number, ca: string, devicesFile: string) => {
    const load = { port, ca, devices: devicesFile, window: 1, payload: { bytes: 1 }, warmUpMs: 0, milliseconds: 0 };
    const connect = async (path: string) => {
      const child = startChild('mqtt-load.ts', { ...load, devices: path }, { core: cores.clients });
      await child.expect('connected');
      return child;
    };
    // A first tenth warms up code and caches, so that the difference is what connections take.
    const all = JSON.parse(readFileSync(devicesFile, 'utf8')) as unknown[];
    const few = join(run.directory, 'few.json');
    const rest = join(run.directory, 'rest.json');
    writeFileSync(few, JSON.stringify(all.slice(0, count / 10)));
    writeFileSync(rest, JSON.stringify(all.slice(count / 10)));
    const first = await connect(few);
    await sleep(2_000);
    const before = residentBytes(pid);
    const second = await connect(rest);
    await sleep(3_000);
    const grown = residentBytes(pid) - before;
    await Promise.all([first.stop(), second.stop()]);
    return (grown / (all.length - count / 10)) * 1_000;
  };
  run.say(`${count} idle connections`);
  const ours = await measure(platform.ports.mqtt, platform.pid, platform.rootPem, file);
  const note = `growth of the resident set from ${count / 10} to ${count} idle connections, session rows in PostgreSQL included`;
  if (!has(mosquittoProgram, '-h')) {
    run.add({ bench: 'memory.connections', value: ours / mebi, unit: 'MiB per 1,000', note });
    return;
  }
  const endpoint = startChild('endpoint.ts', { devices: count, files: run.directory }, { core: cores.server });
  await endpoint.expect('ready');
  await endpoint.stop(); // only its certificates are wanted
  chmodSync(run.directory, 0o755);
  const mosquitto = await startMosquitto(run, run.directory);
  const ca = readFileSync(join(run.directory, 'ca.pem'), 'utf8');
  const theirs = await measure(mosquitto.port, mosquitto.pid, ca, file);
  run.add({
    bench: 'memory.connections',
    value: ours / mebi,
    unit: 'MiB per 1,000',
    against: 'mosquitto',
    ratio: ours / theirs,
    note,
  });
  run.add({
    bench: 'memory.connections.mosquitto',
    value: theirs / mebi,
    unit: 'MiB per 1,000',
    note: 'the same client',
  });
}
