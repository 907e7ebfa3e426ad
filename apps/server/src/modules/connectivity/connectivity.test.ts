import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { after, before, describe, it } from 'node:test';
import { downlinkFilter, uplinkTopic } from '@bulkhead/contract';
import { systemClock } from '@bulkhead/kernel';
import { inTransaction } from '../../platform/db/database.ts';
import { type TestDatabase, testDatabase } from '../../platform/db/testing.ts';
import { createBus } from '../../platform/outbox/bus.ts';
import { type Connectivity, createConnectivity } from './connectivity.ts';
import type { AuditRecord } from './deps.ts';
import { connectivityMigrations } from './migrations.ts';
import { countedMetrics, createTestPki, listSinks, type Stored, silentLog, type TestDevice } from './testing.ts';
import { connectDevice, connectPacket, eventually, rawDevice } from './testing-device.ts';

const vin = 'WVWZZZ1KZAW000005';
const operator = { kind: 'operator', id: 'o-1', name: 'Ada' } as const;

describe('connectivity on PostgreSQL', () => {
  const pki = createTestPki();
  const stored: Stored[] = [];
  const audited: AuditRecord[] = [];
  const revoked = new EventEmitter();
  // the real one: it tells the others when the transaction commits, and not before
  let bus: Awaited<ReturnType<typeof createBus>>;
  let database: TestDatabase;
  const replicas: { connectivity: Connectivity; port: number; pki: typeof pki }[] = [];
  let serials = 0;
  const device = (): TestDevice => pki.device(vin, `D-${++serials}`);

  function create(replica: string): Connectivity {
    return createConnectivity({
      db: database.db,
      replica,
      bus,
      sinks: listSinks(stored),
      clock: systemClock,
      log: silentLog,
      metrics: countedMetrics(),
      authenticate: async ({ fingerprint256 }) => pki.verdict(fingerprint256),
      secureContext: () => ({ key: pki.server.key, cert: pki.server.cert, ca: pki.ca, minVersion: 'TLSv1.3' }),
      audit: () => ({ appendAll: async (records) => void audited.push(...records) }),
      onRevoked: (listener) => {
        revoked.on('revoked', listener);
        return () => void revoked.off('revoked', listener);
      },
      presence: async () => undefined,
      knowsEcu: async (_vin, serial) => serial.startsWith('D-'),
      limits: { queuedPerClient: 3 },
    });
  }
  const door = (i: number) => replicas[i] as { connectivity: Connectivity; port: number; pki: typeof pki };

  before(async () => {
    database = await testDatabase([connectivityMigrations]);
    bus = await createBus({ url: database.url });
    for (const replica of ['one', 'two']) {
      const connectivity = create(replica);
      const { port } = await connectivity.start({ host: '127.0.0.1', port: 0 });
      replicas.push({ connectivity, port, pki });
    }
  });
  after(async () => {
    for (const { connectivity } of replicas) await connectivity.stop();
    await bus.close();
    await database.close();
  });

  it('shows who is connected, and who was and why not any more', async () => {
    const one = device();
    const client = await connectDevice(door(0), one, { protocolVersion: 4, keepalive: 30 });
    await client.publishAsync(uplinkTopic(vin, one.ecuSerial, 'heartbeat'), JSON.stringify({ boot: 1, uptimeS: 1 }), {
      qos: 1,
    });
    await door(0).connectivity.flushJournal();
    const [row] = (
      await door(1).connectivity.connections({ filter: `ecuSerial = ${one.ecuSerial} and state = connected` })
    ).items;
    assert.ok(row);
    assert.deepEqual(
      [row.clientId, row.protocol, row.address, row.replica, row.certificate],
      [one.clientId, '3.1.1', '127.0.0.1', 'one', one.serial],
    );
    assert.match(row.tls, /^TLSv1\.3 TLS_AES/);
    await client.endAsync();
    await eventually('it is gone', async () => {
      await door(0).connectivity.flushJournal();
      const [gone] = (
        await door(1).connectivity.connections({ filter: `ecuSerial = ${one.ecuSerial}`, sort: '-lastSeenAt' })
      ).items;
      return gone?.state === 'disconnected' && gone.reason === 'the device disconnected' && gone.messagesIn === 1;
    });
    const traffic = await door(1).connectivity.traffic();
    assert.ok(traffic.minutes.some(({ messagesIn }) => messagesIn > 0));
  });

  it('pages through connections in every order that the contract names', async () => {
    for (const sort of [
      'vin',
      '-ecuSerial',
      'state',
      '-protocol',
      'address',
      '-connectedAt',
      'lastSeenAt',
      '-messagesIn',
    ]) {
      const first = await door(0).connectivity.connections({ sort, limit: 1, count: true });
      assert.equal(first.items.length, 1, sort);
    }
  });

  it('delivers a command that was queued while the vehicle was away, and one that is sent while it is there', async () => {
    const one = device();
    const early = await door(0).connectivity.sendCommand(
      { vin, serial: one.ecuSerial },
      { command: 'report-inventory' },
      operator,
    );
    const client = await connectDevice(door(1), one);
    const got: string[] = [];
    client.on('message', (_topic, payload) => void got.push(JSON.parse(String(payload)).id));
    await client.subscribeAsync(downlinkFilter(vin, one.ecuSerial), { qos: 1 });
    await eventually('the early command', () => got.includes(early.id));
    // From the other replica: the bus wakes the one that holds the connection.
    const late = await door(0).connectivity.sendCommand(
      { vin, serial: one.ecuSerial },
      { command: 'renew-certificate' },
      operator,
    );
    await eventually('the late command', () => got.includes(late.id));
    await client.endAsync();
    assert.equal(audited.filter(({ action, by }) => action === 'connectivity.command' && by.id === 'o-1').length, 2);
  });

  it('refuses a command for an ECU that does not exist, and one too many', async () => {
    await assert.rejects(
      door(0).connectivity.sendCommand({ vin, serial: 'X' }, { command: 'report-inventory' }, operator),
      { code: 'connectivity.unknown-device' },
    );
    const send = () =>
      door(0).connectivity.sendCommand({ vin, serial: 'D-absent' }, { command: 'report-inventory' }, operator);
    for (let i = 0; i < 3; i++) await send();
    await assert.rejects(send(), { code: 'connectivity.queue-full' });
  });

  it('sends nothing when the transaction of the sender is rolled back', async () => {
    const one = device();
    await assert.rejects(
      inTransaction(database.db, async (tx) => {
        await door(0).connectivity.downlink.send(tx, {
          vin,
          serial: one.ecuSerial,
          channel: 'notices',
          payload: Buffer.from('{"kind":"x"}'),
          qos: 1,
        });
        throw new Error('changed my mind');
      }),
    );
    const waiting = await database.db
      .selectFrom('connectivity_downlink')
      .where('client_id', '=', one.clientId)
      .selectAll()
      .execute();
    assert.equal(waiting.length, 0);
  });

  it('cuts the older connection of a device that connects to another replica', async () => {
    const one = device();
    const first = await rawDevice(door(0), one);
    first.send(connectPacket(one));
    await first.next();
    const second = await rawDevice(door(1), one);
    second.send(connectPacket(one));
    assert.equal((await second.next())?.cmd, 'connack');
    const farewell = await first.next();
    assert.equal(farewell?.cmd === 'disconnect' && farewell.reasonCode, 0x8e);
    await first.closed();
    await new Promise((resolve) => setTimeout(resolve, 50));
    const row = await database.db
      .selectFrom('connectivity_session')
      .where('client_id', '=', one.clientId)
      .select(['replica'])
      .executeTakeFirst();
    assert.equal(row?.replica, 'two', 'the end of the first did not touch the session of the second');
    second.destroy();
  });

  it('cuts a device when an operator says so on another replica, and says when there is nothing to cut', async () => {
    const one = device();
    const raw = await rawDevice(door(1), one);
    raw.send(connectPacket(one));
    await raw.next();
    await door(0).connectivity.disconnect({ vin, serial: one.ecuSerial }, operator);
    const farewell = await raw.next();
    assert.equal(farewell?.cmd === 'disconnect' && farewell.reasonCode, 0x98);
    await raw.closed();
    await eventually('the session is closed', async () => {
      const again = door(0).connectivity.disconnect({ vin, serial: one.ecuSerial }, operator);
      return again.then(
        () => false,
        (error: { code?: string }) => error.code === 'connectivity.not-connected',
      );
    });
  });

  it('cuts a revoked device on every replica within a second', async () => {
    const one = device();
    const raw = await rawDevice(door(1), one);
    raw.send(connectPacket(one));
    await raw.next();
    pki.revoke(one);
    const started = Date.now();
    revoked.emit('revoked', [`00${one.serial.toUpperCase()}`]);
    const farewell = await raw.next();
    assert.equal(farewell?.cmd === 'disconnect' && farewell.reasonCode, 0x98);
    assert.ok(Date.now() - started < 1_000);
  });

  it('shows refusals with their count, and writes the first of a minute to the audit log', async () => {
    const one = device();
    const client = await connectDevice(door(0), one);
    const foreign = uplinkTopic('WVWZZZ1KZAW999999', 'D-1', 'events');
    for (let i = 0; i < 25; i++) await client.publishAsync(foreign, '{}', { qos: 1 }).catch(() => undefined);
    await client.endAsync();
    await door(0).connectivity.flushJournal();
    const { items } = await door(1).connectivity.refusals({ filter: `ecuSerial = ${one.ecuSerial} and kind = topic` });
    assert.equal(
      items.reduce((sum, { count }) => sum + count, 0),
      25,
    );
    assert.match(items[0]?.detail ?? '', /WVWZZZ1KZAW999999/);
    const entries = audited.filter(
      ({ action, by }) => action === 'connectivity.refuse' && by.name === `${vin}/${one.ecuSerial}`,
    );
    assert.ok(entries.length >= 1 && entries.length <= 2, `${entries.length} entries`);
    assert.equal(entries[0]?.by.kind, 'vehicle');
  });

  it('closes the sessions of a replica that died, so that its wills are published', async () => {
    const one = device();
    const will = {
      topic: uplinkTopic(vin, one.ecuSerial, 'events'),
      qos: 1 as const,
      retain: false,
      payload: JSON.stringify({
        boot: 3,
        seq: 1,
        at: '2026-11-20T10:00:00Z',
        type: 'connection-lost',
        severity: 'info',
      }),
    };
    const raw = await rawDevice(door(0), one);
    raw.send(
      connectPacket(one, 5, {
        will: { ...will, payload: Buffer.from(will.payload) },
        properties: { sessionExpiryInterval: 60 },
      }),
    );
    await raw.next();
    // As a process that was killed leaves it: another one's row, long silent.
    await database.db
      .updateTable('connectivity_session')
      .set({ replica: 'dead', connection_id: '00000000-0000-7000-8000-000000000000' })
      .where('client_id', '=', one.clientId)
      .execute();
    await database.db
      .insertInto('connectivity_replica')
      .values({ replica: 'dead', seen_at: new Date(Date.now() - 60_000) })
      .execute();
    await eventually(
      'the will',
      () => stored.some((item) => item.device.serial === one.ecuSerial && item.channel === 'events'),
      8_000,
    );
    raw.destroy();
    assert.equal(stored.filter((item) => item.device.serial === one.ecuSerial && item.channel === 'events').length, 1);
  });

  it('is ready while it listens, and not after it stopped', async () => {
    const connectivity = create('three');
    assert.equal(connectivity.ready(), false);
    await connectivity.start({ host: '127.0.0.1', port: 0 });
    assert.equal(connectivity.ready(), true);
    await connectivity.stop();
    assert.equal(connectivity.ready(), false);
  });
});
