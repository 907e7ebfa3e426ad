import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { enrolDevices } from './harness/fleet.ts';
import { runMqttLoad } from './harness/load.ts';
import { openPlatform, type Platform } from './harness/platform.ts';
import type { Run } from './harness/run.ts';

async function storedEvents({ sql }: Platform): Promise<number> {
  const { rows } = await sql.query<{ n: string }>('select count(*) as n from monitoring_event');
  return Number(rows[0]?.n);
}

/** Security events from vehicle to committed row over mutual TLS at QoS 1; what was acknowledged must be in the table. */
export async function benchEventsCommit(run: Run): Promise<void> {
  const platform = await openPlatform(run);
  const devices = await enrolDevices(platform, run.quick ? 16 : 300);
  const file = join(run.directory, 'devices.json');
  writeFileSync(file, JSON.stringify(devices));
  const load = {
    port: platform.ports.mqtt,
    ca: platform.rootPem,
    devices: file,
    warmUpMs: run.quick ? 200 : 3_000,
    milliseconds: run.quick ? 1_000 : 20_000,
  };
  let boot = 0;
  const measure = async (events: number, window: number, title: string, budget: boolean) => {
    boot += 1;
    const before = await storedEvents(platform);
    run.say(`${devices.length} devices, ${events} events a message, window ${window}`);
    const result = await runMqttLoad({ ...load, window, boot, payload: { events } }, platform.cpu, { core: undefined });
    const stored = (await storedEvents(platform)) - before;
    const acknowledged = result.acknowledgedInAll * events;
    if (stored !== acknowledged || result.unanswered > 0)
      throw new Error(`${acknowledged} events were acknowledged and ${stored} are in the table`);
    const rate = (result.acknowledged * events) / result.seconds;
    const { server, database } = result.usage;
    const share = (cpu: number) => `${Math.round((cpu / result.seconds) * 100)} %`;
    const busy = `CPU of a core: server ${share(server)}, PostgreSQL ${share(database)}, clients ${share(result.cpu)}`;
    const counted = `${devices.length} connections, window ${window}, ${Math.round(result.seconds)} s, ${stored} rows = ${acknowledged} acknowledged`;
    run.add({
      bench: `events.commit.${title}`,
      value: rate,
      unit: '1/s',
      ...(budget ? { budget: '>=10000/s', met: rate >= 10_000 } : {}),
      note: `${counted}; ${busy}`,
    });
    run.add({ bench: `events.commit.${title}.p50`, value: result.p50, unit: 'ms' });
    run.add({
      bench: `events.commit.${title}.p99`,
      value: result.p99,
      unit: 'ms',
      budget: '<1000 ms',
      met: result.p99 < 1_000,
      note: `PUBLISH to PUBACK; slowest ${result.most.toFixed(0)} ms`,
    });
    run.add({
      bench: `events.commit.${title}.per-core`,
      value: (result.acknowledged * events) / (server + database),
      unit: '1/s',
      note: 'per CPU second of server and PostgreSQL together',
    });
  };
  await measure(1, 10, 'single', true);
  await measure(10, 5, 'batch-10', true);
}
