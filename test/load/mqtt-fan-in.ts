import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Child, endProcess, type Message, startChild } from './harness/child.ts';
import { runMqttLoad } from './harness/load.ts';
import { mosquittoProgram, startMosquitto } from './harness/mosquitto.ts';
import { cores, cpuSeconds, pinned } from './harness/processor.ts';
import { has } from './harness/programs.ts';
import type { Run } from './harness/run.ts';
import type { EndpointStart } from './processes/endpoint.ts';

interface Measured {
  readonly rate: number;
  readonly perCpuSecond: number;
  readonly note: string;
}

/** Messages a second that many devices get acknowledged, without storage: our endpoint and mosquitto, the same clients. */
export async function benchMqttFanIn(run: Run): Promise<void> {
  const devices = run.quick ? 20 : 500;
  const endpoint = await startEndpoint(run, devices);
  chmodSync(run.directory, 0o755); // mosquitto gives up root and then reads its certificates
  const mosquitto = has(mosquittoProgram, '-h') ? await startMosquitto(run, run.directory) : undefined;
  if (!mosquitto) run.say('mosquitto is absent: apt-get install mosquitto mosquitto-clients');
  const load = {
    ca: readFileSync(join(run.directory, 'ca.pem'), 'utf8'),
    devices: join(run.directory, 'devices.json'),
    payload: { bytes: 200 },
    warmUpMs: run.quick ? 200 : 2_000,
    milliseconds: run.quick ? 800 : 8_000,
  };
  const measure = async (port: number, pid: number, window: number): Promise<Measured> => {
    const result = await runMqttLoad({ ...load, port, window }, () => ({ server: cpuSeconds(pid) }));
    if (result.unanswered > 0) throw new Error(`${result.unanswered} messages got no acknowledgement`);
    const share = (cpu: number) => `${Math.round((cpu / result.seconds) * 100)} %`;
    return {
      rate: result.acknowledged / result.seconds,
      perCpuSecond: result.acknowledged / result.usage.server,
      note: `server ${share(result.usage.server)} and clients ${share(result.cpu)} of a core each, p99 ${result.p99.toFixed(1)} ms`,
    };
  };
  for (const window of [1, 10]) {
    run.say(`${devices} clients, window ${window}`);
    const ours = await measure(endpoint.port, endpoint.child.pid, window);
    const name = `mqtt.fan-in.window-${window}`;
    if (!mosquitto) {
      run.add({ bench: name, value: ours.perCpuSecond, unit: '1/s', note: ours.note });
      continue;
    }
    const bare = await measure(mosquitto.port, mosquitto.pid, window);
    const subscriber = startSubscriber(run, mosquitto.plainPort);
    const heard = await measure(mosquitto.port, mosquitto.pid, window);
    await endProcess(subscriber);
    const ratio = ours.perCpuSecond / heard.perCpuSecond;
    const clock = `${ours.rate.toFixed(0)}/s by the clock against ${heard.rate.toFixed(0)}/s`;
    run.add({
      bench: name,
      value: ours.perCpuSecond,
      unit: '1/s',
      against: 'mosquitto with one subscriber',
      ratio,
      budget: '>=mosquitto',
      met: ratio >= 1,
      note: `per CPU second of the server; ${clock}; ${ours.note}`,
    });
    run.add({
      bench: `${name}.no-consumer`,
      value: ours.perCpuSecond,
      unit: '1/s',
      against: 'mosquitto without a subscriber',
      ratio: ours.perCpuSecond / bare.perCpuSecond,
      note: `mosquitto then only acknowledges and drops: ${bare.rate.toFixed(0)}/s by the clock`,
    });
    run.add({ bench: `${name}.mosquitto`, value: heard.perCpuSecond, unit: '1/s', note: heard.note });
  }
}

async function startEndpoint(run: Run, devices: number): Promise<{ child: Child; port: number }> {
  const args = run.profiles ? ['--cpu-prof', `--cpu-prof-dir=${run.profiles}`, '--cpu-prof-interval=500'] : [];
  const argument: EndpointStart = { devices, files: run.directory };
  const child = startChild('endpoint.ts', argument, { core: cores.server, args });
  run.after(child.stop);
  const { port } = await child.expect<Message & { port: number }>('ready');
  return { child, port };
}

/** Fan-in has someone who hears it; for mosquitto that is one client of its own, at QoS 0 over plain TCP. */
function startSubscriber(run: Run, port: number): ChildProcess {
  const words = ['mosquitto_sub', '-h', '127.0.0.1', '-p', String(port), '-q', '0', '-t', 'v1/#', '-F', '%l'];
  const [program = '', ...args] = [...pinned(cores.clients), ...words];
  const child = spawn(program, args, { stdio: 'ignore' });
  run.after(() => endProcess(child));
  return child;
}
