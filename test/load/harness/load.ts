import { writeFileSync } from 'node:fs';
import type { HttpLoad, HttpResult } from '../processes/http-load.ts';
import type { MqttLoad, MqttResult } from '../processes/mqtt-load.ts';
import { startChild } from './child.ts';
import { cores } from './processor.ts';

/** Writes requests for `http-load`: each after its length. */
export function writeRequests(path: string, requests: readonly Buffer[]): string {
  const parts = requests.flatMap((request) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(request.length);
    return [length, request];
  });
  writeFileSync(path, Buffer.concat([...parts, Buffer.alloc(4)]));
  return path;
}

export function postOf(path: string, type: string, body: Buffer | string, close = false): Buffer {
  const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${close ? 'Connection: close\r\n' : ''}\r\n`;
  return Buffer.concat([Buffer.from(head), Buffer.from(body)]);
}

/** CPU seconds that the measured side took within the measurement, by part. */
export type Usage<Parts extends string> = Readonly<Record<Parts, number>>;

function used<Parts extends string>(before: Usage<Parts>, after: Usage<Parts>): Usage<Parts> {
  const parts = Object.keys(before) as Parts[];
  return Object.fromEntries(parts.map((part) => [part, after[part] - before[part]])) as Usage<Parts>;
}

/** Runs the HTTP load generator on the clients' core; `cpu` is read at the edges of the measurement. */
export async function runHttpLoad<Parts extends string>(load: HttpLoad, cpu: () => Usage<Parts>) {
  const child = startChild('http-load.ts', load, { core: cores.clients });
  try {
    await child.expect('measuring');
    const before = cpu();
    const result = (await child.expect('done')) as unknown as HttpResult;
    return { ...result, usage: used(before, cpu()) };
  } finally {
    await child.stop();
  }
}

/** Runs the MQTT load generator; `whenConnected` sees the endpoint while all devices are connected and idle. */
export async function runMqttLoad<Parts extends string>(
  load: MqttLoad,
  cpu: () => Usage<Parts>,
  { core = cores.clients as number | undefined, whenConnected = async () => {} } = {},
) {
  const child = startChild('mqtt-load.ts', load, { core });
  try {
    await child.expect('connected');
    await whenConnected();
    child.send({ event: 'start' });
    await child.expect('measuring');
    const before = cpu();
    await child.expect('measured');
    const usage = used(before, cpu());
    const result = (await child.expect('done')) as unknown as MqttResult;
    return { ...result, usage };
  } finally {
    await child.stop();
  }
}
