/**
 * A vehicle that publishes one security event per message, QoS 1, and writes down each acknowledged sequence number
 * before it goes on; for the test that kills it. Arguments: JSON of `PublisherInput`.
 */
import { createPrivateKey } from 'node:crypto';
import { openSync, writeSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { clientIdOf, uplinkTopic } from '@bulkhead/contract';
import { openSession, type Session } from '../../apps/agent/src/index.ts';

export interface PublisherInput {
  readonly vin: string;
  readonly serial: string;
  readonly port: number;
  readonly trust: string;
  readonly key: string;
  readonly chain: string;
  readonly boot: number;
  readonly messages: number;
  readonly log: string;
}

const input = JSON.parse(process.argv[2] ?? '{}') as PublisherInput;
const { vin, serial, boot } = input;
const log = openSync(input.log, 'a');
const topic = uplinkTopic(vin, serial, 'events');
const open = new Set(Array.from({ length: input.messages }, (_, seq) => seq));
let ended: () => void = () => {};

async function connect(): Promise<Session> {
  for (;;) {
    try {
      return await openSession({
        host: '127.0.0.1',
        port: input.port,
        trust: input.trust,
        key: createPrivateKey(input.key),
        chain: input.chain,
        clientId: clientIdOf(vin, serial),
        keepAliveSeconds: 30,
        sessionExpirySeconds: 60,
        onMessage: () => {},
        onEnd: () => ended(),
      });
    } catch {
      await wait(200);
    }
  }
}

while (open.size > 0) {
  const gone = Promise.withResolvers<void>();
  ended = gone.resolve;
  const session = await connect();
  let alive = true;
  void gone.promise.then(() => {
    alive = false;
  });
  const flights: Promise<unknown>[] = [];
  for (const seq of Array.from(open)) {
    while (alive && session.free() < 1)
      await Promise.race([gone.promise, Promise.any(flights.slice(-50)).catch(() => {}), wait(5)]);
    if (!alive) break;
    const event = { boot, seq, at: new Date().toISOString(), type: 'test.numbered', severity: 'info' };
    flights.push(
      session.publish(topic, Buffer.from(JSON.stringify(event))).then(
        (code) => {
          if (code >= 0x80) throw new Error(`refused with ${code}`);
          writeSync(log, `${boot} ${seq}\n`);
          open.delete(seq);
        },
        () => {}, // not acknowledged: goes again with the next connection
      ),
    );
  }
  await Promise.race([gone.promise, Promise.all(flights)]);
  session.end();
  await gone.promise;
}
process.exit(0);
