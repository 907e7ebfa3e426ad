import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { uplinkTopic } from '@bulkhead/contract';
import type { Db } from '../../platform/db/database.ts';
import type { Received, Sinks } from './deps.ts';
import { listSinks, type Stored, startTestDoor, type TestDevice, type TestDoor } from './testing.ts';
import { connectDevice, connectPacket, eventually, type RawDevice, rawDevice } from './testing-device.ts';

const vin = 'WVWZZZ1KZAW000004';

/** Sinks whose storage does what the test says. */
function faultySinks(stored: Stored[], fault: { before(batch: readonly Received[]): Promise<void> }): Sinks {
  const sinks = listSinks(stored);
  const store = async (tx: Db, batch: readonly Received[]) => {
    await fault.before(batch);
    await sinks.heartbeat.store(tx, batch);
  };
  return { ...sinks, heartbeat: { ...sinks.heartbeat, store } };
}
const uptime = ({ message }: Received) => (message as { uptimeS: number }).uptimeS;

describe('a commit', () => {
  let door: TestDoor;
  const stored: Stored[] = [];
  const fault: { before(batch: readonly Received[]): Promise<void> } = { before: async () => undefined };
  let serials = 0;
  const device = (): TestDevice => door.pki.device(vin, `C-${++serials}`);
  const heartbeat = (of: TestDevice, messageId: number, qos: 0 | 1 | 2 = 1) => ({
    cmd: 'publish' as const,
    topic: uplinkTopic(vin, of.ecuSerial, 'heartbeat'),
    qos,
    messageId,
    dup: false,
    retain: false,
    payload: JSON.stringify({ boot: 1, uptimeS: messageId }),
  });
  async function connected(version: 4 | 5 = 5): Promise<{ one: TestDevice; raw: RawDevice }> {
    const one = device();
    const raw = await rawDevice(door, one, version);
    raw.send(connectPacket(one, version));
    await raw.next();
    return { one, raw };
  }

  before(async () => {
    door = await startTestDoor({
      sinks: faultySinks(stored, fault),
      limits: { queuedMessages: 20, batchMessages: 10, inFlight: 200, lanes: 1 },
    });
  });
  after(() => door.stop());

  it('that the database cannot make is tried again; nothing is acknowledged or lost meanwhile', async () => {
    let outages = 3;
    fault.before = async () => {
      if (outages-- > 0) throw Object.assign(new Error('the database system is shutting down'), { code: '57P03' });
    };
    const { one, raw } = await connected();
    raw.send(heartbeat(one, 1), heartbeat(one, 2, 2));
    const first = await raw.next();
    assert.equal(outages, -1);
    assert.equal(first?.cmd, 'puback');
    assert.equal((await raw.next())?.cmd, 'pubrec');
    assert.deepEqual(stored.map(uptime), [1, 2]);
    assert.equal(door.metrics.get('mqtt_commit_retries_total'), 3);
    raw.destroy();
  });

  it('that one message breaks stores all the others and refuses that one alone', async () => {
    fault.before = async (batch) => {
      if (batch.some((item) => uptime(item) === 13))
        throw Object.assign(new Error('value out of range'), { code: '22003' });
    };
    const { one, raw } = await connected();
    const neighbour = await connected();
    raw.send(...Array.from({ length: 20 }, (_, i) => heartbeat(one, i + 1)));
    neighbour.raw.send(heartbeat(neighbour.one, 1));
    const answers = [];
    for (let i = 0; i < 20; i++) answers.push(await raw.next());
    assert.deepEqual(
      answers.map((answer) => answer?.messageId),
      Array.from({ length: 20 }, (_, i) => i + 1),
      'in the order received',
    );
    assert.deepEqual(
      answers.flatMap((answer) =>
        answer?.cmd === 'puback' && answer.reasonCode !== 0 ? [[answer.messageId, answer.reasonCode]] : [],
      ),
      [[13, 0x99]],
    );
    assert.equal((await neighbour.raw.next())?.cmd, 'puback');
    assert.equal(stored.filter((item) => item.device.serial === one.ecuSerial).length, 19);
    const older = await connected(4);
    older.raw.send(heartbeat(older.one, 13));
    assert.equal(
      await older.raw.next(),
      undefined,
      '3.1.1 cannot refuse one message: the connection ends, nothing is acknowledged',
    );
    raw.destroy();
    neighbour.raw.destroy();
  });

  it('that takes long makes the senders wait in bounded memory', async () => {
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    fault.before = () => gate;
    const { one, raw } = await connected();
    raw.send(...Array.from({ length: 150 }, (_, i) => heartbeat(one, i + 1)));
    await eventually('the queue is full', () => door.door.figures().queued >= 20);
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.ok(door.door.figures().queued <= 40, `${door.door.figures().queued} queued`);
    fault.before = async () => undefined;
    open();
    for (let i = 1; i <= 150; i++) assert.equal((await raw.next())?.messageId, i);
    raw.destroy();
  });

  it('gathers what many connections send, and answers each of them', async () => {
    const sizes: number[] = [];
    fault.before = async (batch) => {
      sizes.push(batch.length);
      await new Promise((resolve) => setTimeout(resolve, 5));
    };
    const before = stored.length;
    const clients = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const one = device();
        return { one, client: await connectDevice(door, one) };
      }),
    );
    await Promise.all(
      clients.flatMap(({ one, client }) =>
        Array.from({ length: 20 }, () =>
          client.publishAsync(heartbeat(one, 1).topic, heartbeat(one, 1).payload, { qos: 1 }),
        ),
      ),
    );
    assert.equal(stored.length - before, 200);
    assert.ok(Math.max(...sizes) > 1 && sizes.length < 200, `batches of ${sizes.join(' ')}`);
    await Promise.all(clients.map(({ client }) => client.endAsync()));
  });
});
