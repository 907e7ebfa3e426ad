import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { downlinkFilter, downlinkTopic, uplinkTopic } from '@bulkhead/contract';
import { newId } from '@bulkhead/kernel';
import type { IPublishPacket, MqttClient } from 'mqtt';
import { migrationsOf } from '../../platform/db/migrate.ts';
import { type TestDatabase, testDatabase } from '../../platform/db/testing.ts';
import { createMemorySessionStore } from './memory-sessions.ts';
import type { SessionStore } from './session-port.ts';
import { createSessionStore, insertDownlink } from './store.ts';
import { noDatabase, startTestDoor, type TestDevice, type TestDoor } from './testing.ts';
import { connectDevice, connectPacket, eventually, rawDevice } from './testing-device.ts';

const vin = 'WVWZZZ1KZAW000001';
const json = (value: object) => Buffer.from(JSON.stringify(value));
const heartbeat = json({ boot: 1, uptimeS: 1 });
const event = (seq: number, type = 'test.event') =>
  json({ boot: 1, seq, at: '2026-11-20T10:00:00Z', type, severity: 'info' });

interface Ground {
  readonly store: SessionStore;
  queue(
    clientId: string,
    body: object,
    options?: { channel?: 'commands' | 'notices'; expiresAt?: Date; qos?: 0 | 1 },
  ): Promise<void>;
  waiting(clientId: string): Promise<number>;
}

async function memoryGround(): Promise<Ground> {
  const store = createMemorySessionStore(noDatabase);
  return {
    store,
    queue: async (clientId, body, { channel = 'commands', expiresAt, qos = 1 } = {}) =>
      store.queue(clientId, { id: newId(), channel, payload: json(body), qos, expiresAt }),
    waiting: async (clientId) => store.waiting(clientId),
  };
}

let database: TestDatabase | undefined;
async function postgresGround(): Promise<Ground> {
  database ??= await testDatabase([migrationsOf('connectivity', import.meta.url)]);
  const { db } = database;
  return {
    store: createSessionStore({ db, replica: 'test', announce: async () => undefined, droppedWill: () => undefined }),
    queue: async (clientId, body, { channel = 'commands', expiresAt, qos = 1 } = {}) =>
      void (await insertDownlink(
        db,
        { id: newId(), clientId, channel, payload: json(body), qos, now: new Date(), expiresAt },
        1_000,
      )),
    waiting: async (clientId) =>
      (await db.selectFrom('connectivity_downlink').where('client_id', '=', clientId).select('id').execute()).length,
  };
}
after(() => database?.close());

for (const [name, lay] of [
  ['in memory', memoryGround],
  ['in PostgreSQL', postgresGround],
] as const) {
  describe(`sessions kept ${name}`, () => {
    let ground: Ground;
    let door: TestDoor;
    let serials = 0;
    const device = (): TestDevice => door.pki.device(vin, `${name.replaceAll(' ', '-')}-${++serials}`);
    const topic = (of: TestDevice, channel: 'events' | 'heartbeat' = 'heartbeat') =>
      uplinkTopic(of.vin, of.ecuSerial, channel);
    const messages = (client: MqttClient) => {
      const got: IPublishPacket[] = [];
      client.on('message', (_topic, _payload, packet) => got.push(packet));
      return got;
    };

    before(async () => {
      ground = await lay();
      door = await startTestDoor({ store: ground.store });
    });
    after(() => door.stop());

    it('store what every version publishes at every quality of service', async () => {
      for (const protocolVersion of [4, 5] as const) {
        const one = device();
        const client = await connectDevice(door, one, { protocolVersion });
        for (const qos of [0, 1, 2] as const) await client.publishAsync(topic(one), heartbeat, { qos });
        await client.endAsync();
        await eventually(
          'three heartbeats',
          () => door.stored.filter(({ device: from }) => from.serial === one.ecuSerial).length === 3,
        );
      }
    });

    it('are found again by a client that did not start clean, with their subscriptions', async () => {
      const one = device();
      const options = { clean: false, properties: { sessionExpiryInterval: 600 } };
      const first = await connectDevice(door, one, options);
      await first.subscribeAsync(downlinkFilter(one.vin, one.ecuSerial), { qos: 1 });
      await first.endAsync();
      await ground.queue(one.clientId, { id: 'a' });
      const raw = await rawDevice(door, one);
      raw.send(connectPacket(one, 5, { clean: false, properties: { sessionExpiryInterval: 600 } }));
      const connack = await raw.next();
      assert.equal(connack?.cmd === 'connack' && connack.sessionPresent, true);
      const publish = await raw.next();
      assert.equal(publish?.cmd === 'publish' && publish.topic, downlinkTopic(one.vin, one.ecuSerial, 'commands'));
      raw.destroy();
    });

    it('end with the connection when no expiry was asked for', async () => {
      const one = device();
      const first = await connectDevice(door, one, { clean: false });
      await first.subscribeAsync(downlinkFilter(one.vin, one.ecuSerial));
      await first.endAsync();
      await eventually('the session is gone', async () => {
        const raw = await rawDevice(door, one);
        raw.send(connectPacket(one, 5, { clean: false }));
        const connack = await raw.next();
        raw.destroy();
        return connack?.cmd === 'connack' && !connack.sessionPresent;
      });
    });

    it('send an unacknowledged command again with DUP and the same packet id, until it is acknowledged', async () => {
      const one = device();
      const options = { clean: false, properties: { sessionExpiryInterval: 600 } };
      const first = await rawDevice(door, one);
      first.send(connectPacket(one, 5, options));
      await first.next();
      first.send({
        cmd: 'subscribe',
        messageId: 7,
        subscriptions: [{ topic: downlinkFilter(one.vin, one.ecuSerial), qos: 1 }],
      });
      await first.next();
      await ground.queue(one.clientId, { id: 'b' });
      door.door.wake(one.clientId);
      const sent = await first.next();
      assert.ok(sent?.cmd === 'publish' && !sent.dup && sent.qos === 1);
      first.destroy();

      const second = await rawDevice(door, one);
      second.send(connectPacket(one, 5, options));
      await second.next();
      const again = await second.next();
      assert.ok(again?.cmd === 'publish' && again.dup);
      assert.equal(again.messageId, sent.messageId);
      assert.deepEqual(again.payload, sent.payload);
      second.send({ cmd: 'puback', messageId: again.messageId as number });
      await eventually('the command is settled', async () => (await ground.waiting(one.clientId)) === 0);
      second.destroy();
    });

    it('hand over commands in order, once for overlapping subscriptions, with every subscription identifier', async () => {
      const one = device();
      const client = await connectDevice(door, one, { properties: { receiveMaximum: 10 } });
      const got = messages(client);
      await client.subscribeAsync(downlinkTopic(one.vin, one.ecuSerial, 'notices'), { qos: 1 });
      await client.subscribeAsync(downlinkFilter(one.vin, one.ecuSerial), {
        qos: 0,
        properties: { subscriptionIdentifier: 5 },
      });
      await client.subscribeAsync(`v1/${one.vin}/${one.ecuSerial}/down/+`, {
        qos: 1,
        properties: { subscriptionIdentifier: 6 },
      });
      for (let i = 0; i < 250; i++) await ground.queue(one.clientId, { id: `n${i}` });
      door.door.wake(one.clientId);
      await eventually('all commands', async () => got.length === 250 && (await ground.waiting(one.clientId)) === 0);
      assert.deepEqual(
        got.map(({ payload }) => JSON.parse(String(payload)).id),
        Array.from({ length: 250 }, (_, i) => `n${i}`),
      );
      assert.deepEqual([got.at(-1)?.properties?.subscriptionIdentifier].flat().sort(), [5, 6]);
      await client.endAsync();
    });

    it('do not deliver a message that has expired', async () => {
      const one = device();
      await ground.queue(one.clientId, { id: 'late' }, { expiresAt: new Date(Date.now() - 1_000) });
      await ground.queue(one.clientId, { id: 'fresh' }, { expiresAt: new Date(Date.now() + 60_000) });
      const client = await connectDevice(door, one);
      const got = messages(client);
      await client.subscribeAsync(downlinkFilter(one.vin, one.ecuSerial), { qos: 1 });
      await eventually('the fresh one', () => got.length > 0);
      assert.deepEqual(
        got.map(({ payload }) => JSON.parse(String(payload)).id),
        ['fresh'],
      );
      const left = got[0]?.properties?.messageExpiryInterval ?? 0;
      assert.ok(left > 50 && left <= 60, `${left} s left`);
      await client.endAsync();
    });

    it('stop delivering after UNSUBSCRIBE', async () => {
      const one = device();
      const client = await connectDevice(door, one);
      const filter = downlinkFilter(one.vin, one.ecuSerial);
      await client.subscribeAsync(filter, { qos: 1 });
      await client.unsubscribeAsync(filter);
      await ground.queue(one.clientId, { id: 'x' });
      door.door.wake(one.clientId);
      await client.publishAsync(topic(one), heartbeat, { qos: 1 });
      assert.equal(await ground.waiting(one.clientId), 1);
      await client.endAsync();
    });

    it('store a QoS 2 message once, however often it is sent again, also in a later connection', async () => {
      const one = device();
      const options = { clean: false, properties: { sessionExpiryInterval: 600 } };
      const publish = {
        cmd: 'publish',
        topic: topic(one),
        qos: 2,
        messageId: 9,
        payload: heartbeat,
        retain: false,
      } as const;
      const first = await rawDevice(door, one);
      first.send(connectPacket(one, 5, options));
      await first.next();
      first.send({ ...publish, dup: false }, { ...publish, dup: true });
      assert.equal((await first.next())?.cmd, 'pubrec');
      first.destroy();
      const second = await rawDevice(door, one);
      second.send(connectPacket(one, 5, options));
      await second.next();
      second.send({ ...publish, dup: true });
      assert.equal((await second.next())?.cmd, 'pubrec');
      second.send({ cmd: 'pubrel', messageId: 9 });
      assert.equal((await second.next())?.cmd, 'pubcomp');
      const mine = () => door.stored.filter(({ device: from }) => from.serial === one.ecuSerial).length;
      assert.equal(mine(), 1);
      // Released: the same id is another message now.
      second.send({ ...publish, dup: false });
      assert.equal((await second.next())?.cmd, 'pubrec');
      assert.equal(mine(), 2);
      second.destroy();
    });

    it('publish the will of a lost connection, and none after DISCONNECT', async () => {
      const one = device();
      const will = { topic: topic(one, 'events'), payload: event(1, 'connection-lost'), qos: 1 as const };
      const mine = () =>
        door.stored.filter(({ device: from, channel }) => from.serial === one.ecuSerial && channel === 'events').length;
      const polite = await connectDevice(door, one, { will });
      await polite.endAsync();
      const rude = await rawDevice(door, one);
      rude.send(connectPacket(one, 5, { will: { ...will, retain: false } }));
      await rude.next();
      assert.equal(mine(), 0);
      rude.destroy();
      await eventually('the will', () => mine() === 1);
    });

    it('publish no will of a device that says goodbye and is back at once', async () => {
      const one = device();
      const will = { topic: topic(one, 'events'), payload: event(9, 'connection-lost'), qos: 1, retain: false };
      for (let i = 0; i < 20; i++) {
        const raw = await rawDevice(door, one);
        raw.send(connectPacket(one, 5, { will }));
        assert.equal((await raw.next())?.cmd, 'connack');
        raw.send({ cmd: 'disconnect', reasonCode: 0 });
      }
      const last = await connectDevice(door, one);
      await last.endAsync();
      assert.equal(door.stored.filter((item) => item.device.serial === one.ecuSerial).length, 0);
    });

    it('drop a delayed will when the device is back in time, and publish it when the session ends', async () => {
      const one = device();
      const session = { clean: false, properties: { sessionExpiryInterval: 600 } };
      const will = {
        topic: topic(one, 'events'),
        payload: event(2, 'connection-lost'),
        qos: 1,
        retain: false,
        properties: { willDelayInterval: 300 },
      };
      const mine = () =>
        door.stored.filter(({ device: from, channel }) => from.serial === one.ecuSerial && channel === 'events').length;
      for (const again of [session, { clean: true }]) {
        const lost = await rawDevice(door, one);
        lost.send(connectPacket(one, 5, { ...session, will }));
        await lost.next();
        lost.destroy();
        const back = await connectDevice(door, one, again);
        await back.endAsync();
      }
      await eventually('one will, that of the session which a clean start ended', () => mine() === 1);
    });

    it('pass to the connection that came last (0x8E)', async () => {
      const one = device();
      const first = await rawDevice(door, one);
      first.send(connectPacket(one));
      await first.next();
      const second = await rawDevice(door, one);
      second.send(connectPacket(one));
      assert.equal((await second.next())?.cmd, 'connack');
      const farewell = await first.next();
      assert.equal(farewell?.cmd === 'disconnect' && farewell.reasonCode, 0x8e);
      await first.closed();
      second.send({ cmd: 'pingreq' });
      assert.equal((await second.next())?.cmd, 'pingresp');
      second.destroy();
    });
  });
}
