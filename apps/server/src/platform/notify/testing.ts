import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { NewNotificationChannel } from '@bulkhead/contract';
import { type Clock, systemClock } from '@bulkhead/kernel';
import type { Actor } from '../audit/audit.ts';
import { loadConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import type { TestDatabase } from '../db/testing.ts';
import { createSecretBox } from '../keys/derive.ts';
import { createBus } from '../outbox/bus.ts';
import { silentLog } from '../telemetry/log.ts';
import { createMetrics, type Metrics } from '../telemetry/metrics.ts';
import type { Message } from './message.ts';
import { createNotify, type NotifyDeps } from './notify.ts';
import type { Topic } from './topics.ts';

export const tester: Actor = { kind: 'operator', id: '0', name: 'Tess Tester' };
export const testTopics: readonly Topic[] = ['fleet.alarm', 'fleet.report', 'plant.stop'].map((name) => ({
  name,
  title: name,
  description: `Something about ${name}`,
}));

interface Options extends Partial<Pick<NotifyDeps, 'resolve' | 'ca' | 'worker'>> {
  readonly clock?: Clock;
  readonly config?: Partial<Config['notifications']>;
  readonly metrics?: Metrics;
}

/** Notifications on a real database and bus, allowed to reach this machine. `close` it before the database. */
export async function testNotify({ db, url }: Pick<TestDatabase, 'db' | 'url'>, options: Options = {}) {
  const { clock = systemClock, config, metrics = createMetrics(), ...more } = options;
  const bus = await createBus({ url });
  const defaults = loadConfig([], {}).config.notifications;
  const notify = createNotify({
    db,
    clock,
    bus,
    metrics,
    log: silentLog,
    config: { ...defaults, allowLoopback: true, ...config },
    consoleUrl: 'https://bulkhead.example',
    secretBox: createSecretBox(Buffer.alloc(32, 7)),
    topics: testTopics,
    onChanged: () => {},
    ...more,
  });
  const close = async () => {
    await notify.worker.stop();
    await bus.close();
  };
  return { notify, metrics, close };
}

export const messageOf = (n: number, more: Partial<Message> = {}): Message => ({
  topic: 'fleet.alarm',
  severity: 'high',
  subject: `Message ${n}`,
  text: `Text of message ${n}`,
  ...more,
});

export const webhookTo = (url: string, more: Partial<NewNotificationChannel> = {}): NewNotificationChannel => ({
  name: 'hook',
  kind: 'webhook',
  url,
  mode: 'immediate',
  subscriptions: [{ topic: 'fleet.*', minSeverity: 'low' }],
  ...more,
});

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A receiver of webhooks on a port of this machine; `answer` decides what it does with each request. */
export async function startReceiver(
  answer: (response: ServerResponse, received: Received) => void = (response) => void response.end('ok'),
  port = 0,
) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const one = { headers: request.headers, body: Buffer.concat(chunks).toString() };
      received.push(one);
      answer(response, one);
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const { port: bound } = server.address() as AddressInfo;
  return {
    received,
    port: bound,
    url: `http://127.0.0.1:${bound}/hook`,
    subjects: () => received.map(({ body }) => (JSON.parse(body) as { data: { subject: string } }).data.subject),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Waits until something is true, at most a minute. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 60_000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`It never came true that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
