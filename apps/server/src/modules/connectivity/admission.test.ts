import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { uplinkTopic } from '@bulkhead/contract';
import { createTestPki, startTestDoor, type TestDevice, type TestDoor } from './testing.ts';
import { connectDevice, connectPacket, eventually, rawDevice } from './testing-device.ts';

const vin = 'WVWZZZ1KZAW000003';

describe('the vehicle endpoint', () => {
  let door: TestDoor;
  let serials = 0;
  const device = (): TestDevice => door.pki.device(vin, `A-${++serials}`);
  const refusals = async () => {
    await door.door.flushJournal();
    return door.pages.flatMap((page) => page.refusals);
  };
  /** Connects and says CONNECT; true when a CONNACK came. */
  async function admitted(one: TestDevice | undefined, tls: object = {}): Promise<boolean> {
    const raw = await rawDevice(door, one, 5, tls).catch(() => undefined);
    if (raw === undefined) return false;
    raw.send(connectPacket(one ?? device()));
    const answer = await raw.next();
    raw.destroy();
    return answer?.cmd === 'connack';
  }

  before(async () => {
    door = await startTestDoor({ limits: { connectSeconds: 1, handshakes: 20 } });
  });
  after(() => door.stop());

  it('lets in a device whose certificate is known, over TLS 1.3', async () => {
    const raw = await rawDevice(door, device());
    assert.equal(raw.socket.getProtocol(), 'TLSv1.3');
    raw.destroy();
    assert.equal(await admitted(device()), true);
  });

  it('turns away a peer without certificate, also when it resumes a session it was given', async () => {
    const raw = await rawDevice(door, undefined);
    assert.equal(await raw.next(), undefined);
    assert.equal(await admitted(undefined), false);
    assert.equal(await admitted(undefined, raw.tickets.length === 0 ? {} : { session: raw.tickets.at(-1) }), false);
  });

  it('turns away certificates of another CA, expired ones, and ones that nobody knows', async () => {
    const stranger = createTestPki().device(vin, 'A-1');
    const expired = door.pki.device(vin, 'OLD', {
      from: new Date(Date.now() - 7_200_000),
      to: new Date(Date.now() - 3_600_000),
    });
    assert.equal(await admitted(stranger), false);
    assert.equal(await admitted(expired), false);
    assert.equal(await admitted({ ...door.pki.server, vin, ecuSerial: 'x', clientId: 'x' }), false);
    const details = (await refusals()).filter(({ kind }) => kind === 'certificate').map(({ detail }) => detail);
    assert.ok(details.length > 0, 'refusals are noted');
  });

  it('offers mqtt and x-amzn-mqtt-ca in ALPN, needs neither, and takes no other', async () => {
    const one = device();
    for (const protocol of ['mqtt', 'x-amzn-mqtt-ca']) {
      const raw = await rawDevice(door, one, 5, { ALPNProtocols: [protocol] });
      assert.equal(raw.socket.alpnProtocol, protocol);
      raw.destroy();
    }
    await assert.rejects(rawDevice(door, one, 5, { ALPNProtocols: ['h2'] }));
  });

  it('speaks TLS 1.2 only when told to', async () => {
    await assert.rejects(rawDevice(door, device(), 5, { maxVersion: 'TLSv1.2' }));
    const older = await startTestDoor({ minVersion: 'TLSv1.2', pki: door.pki });
    const raw = await rawDevice(older, device(), 5, { maxVersion: 'TLSv1.2' });
    assert.equal(raw.socket.getProtocol(), 'TLSv1.2');
    raw.destroy();
    await older.stop();
  });

  it('cuts the live connection of a revoked certificate with reason 0x98 and refuses the next, resumed or not', async () => {
    for (const maxVersion of ['TLSv1.3', 'TLSv1.2'] as const) {
      const own = await startTestDoor({ minVersion: 'TLSv1.2', pki: door.pki });
      const one = device();
      const raw = await rawDevice(own, one, 5, { maxVersion });
      raw.send(connectPacket(one));
      await raw.next();
      await eventually('a session ticket', () => raw.tickets.length > 0);
      const resumed = await rawDevice(own, one, 5, { maxVersion, session: raw.tickets.at(-1) });
      assert.equal(resumed.socket.isSessionReused(), true, 'the ticket works as long as the certificate does');
      resumed.destroy();

      own.pki.revoke(one);
      const started = Date.now();
      assert.equal(own.door.revoke([one.serial]), 1);
      const farewell = await raw.next();
      assert.equal(farewell?.cmd === 'disconnect' && farewell.reasonCode, 0x98);
      await raw.closed();
      assert.ok(Date.now() - started < 1_000);

      const again = await rawDevice(own, one, 5, { maxVersion, session: raw.tickets.at(-1) }).catch(() => undefined);
      again?.send(connectPacket(one));
      assert.equal(await again?.next(), undefined);
      await own.stop();
    }
  });

  it('refuses a revoked certificate that resumes even when the ticket keys were not changed', async () => {
    const one = device();
    const raw = await rawDevice(door, one);
    raw.send(connectPacket(one));
    await raw.next();
    await eventually('a session ticket', () => raw.tickets.length > 0);
    raw.destroy();
    door.pki.revoke(one);
    const again = await rawDevice(door, one, 5, { session: raw.tickets.at(-1) });
    assert.equal(again.socket.isSessionReused(), true);
    again.send(connectPacket(one));
    assert.equal(await again.next(), undefined);
  });

  it('loads new TLS material without a restart', async () => {
    const one = device();
    const before = await rawDevice(door, one);
    const serial = before.socket.getPeerCertificate().serialNumber;
    Object.assign(door.pki.server, door.pki.newServer());
    door.door.reloadTls();
    const later = await rawDevice(door, one);
    assert.notEqual(later.socket.getPeerCertificate().serialNumber, serial);
    before.send(connectPacket(one));
    assert.equal((await before.next())?.cmd, 'connack');
    before.destroy();
    later.destroy();
  });

  it('waits for a handshake and for CONNECT only so long', async () => {
    const silent = connectTcp(door.port, '127.0.0.1');
    silent.on('error', () => undefined).resume();
    await once(silent, 'close');
    const mute = await rawDevice(door, device());
    await mute.closed();
    await eventually('no handshake is left over', () => door.door.figures().handshakes === 0);
  });

  it('sheds handshakes beyond its limit and serves the others', async () => {
    const idle = Array.from({ length: 40 }, () => connectTcp(door.port, '127.0.0.1').on('error', () => undefined));
    await eventually('handshakes shed', () => door.metrics.get('mqtt_handshakes_shed_total') > 0);
    for (const socket of idle) socket.destroy();
    await eventually('room again', () => door.door.figures().handshakes === 0);
    assert.equal(await admitted(device()), true);
  });

  it('survives garbage instead of TLS', async () => {
    const rude = connectTcp(door.port, '127.0.0.1', () => rude.write('GET / HTTP/1.1\r\n\r\n'));
    rude.on('error', () => undefined).resume();
    await once(rude, 'close');
    assert.equal(await admitted(device()), true);
  });

  it('says goodbye with 0x8B when it stops, after what it received is acknowledged', async () => {
    const own = await startTestDoor({ pki: door.pki });
    const one = device();
    const raw = await rawDevice(own, one);
    raw.send(connectPacket(one));
    await raw.next();
    const payload = JSON.stringify({ boot: 1, uptimeS: 1 });
    raw.send({
      cmd: 'publish',
      topic: uplinkTopic(vin, one.ecuSerial, 'heartbeat'),
      qos: 1,
      messageId: 1,
      dup: false,
      retain: false,
      payload,
    });
    await eventually('it arrives', () => own.stored.length === 1);
    await own.stop();
    assert.equal((await raw.next())?.cmd, 'puback');
    const farewell = await raw.next();
    assert.equal(farewell?.cmd === 'disconnect' && farewell.reasonCode, 0x8b);
    await assert.rejects(once(connectTls({ port: own.port, host: '127.0.0.1' }), 'secureConnect'));
  });

  it('cuts a device that is silent for one and a half keep-alives (0x8D)', async () => {
    const one = device();
    const raw = await rawDevice(door, one);
    raw.send(connectPacket(one, 5, { keepalive: 1 }));
    await raw.next();
    const farewell = await raw.next();
    assert.equal(farewell?.cmd === 'disconnect' && farewell.reasonCode, 0x8d);
  });

  it('slows a device that sends too fast, serves its neighbour, and cuts it when it does not stop (0x96)', async () => {
    const own = await startTestDoor({
      pki: door.pki,
      limits: { messagesPerSecond: 50, messageBurst: 20, floodSeconds: 1, inFlight: 1_000 },
    });
    const one = device();
    const raw = await rawDevice(own, one);
    raw.send(connectPacket(one));
    await raw.next();
    const payload = JSON.stringify({ boot: 1, uptimeS: 1 });
    const topic = uplinkTopic(vin, one.ecuSerial, 'heartbeat');
    for (let i = 0; i < 500; i++) raw.send({ cmd: 'publish', topic, qos: 0, dup: false, retain: false, payload });
    const neighbour = device();
    const client = await connectDevice(own, neighbour);
    await client.publishAsync(uplinkTopic(vin, neighbour.ecuSerial, 'heartbeat'), payload, { qos: 1 });
    await client.endAsync();
    assert.ok(own.stored.length < 100, `${own.stored.length} of 500 so far`);
    const farewell = await raw.next();
    assert.equal(farewell?.cmd === 'disconnect' && farewell.reasonCode, 0x96);
    await own.stop();
  });

  it('slows a device that only pings or subscribes, as it slows one that sends messages', async () => {
    const own = await startTestDoor({
      pki: door.pki,
      limits: { messagesPerSecond: 10, messageBurst: 5, floodSeconds: 1 },
    });
    for (const packet of [{ cmd: 'pingreq' }, { cmd: 'pubrel', messageId: 7 }] as const) {
      const one = device();
      const raw = await rawDevice(own, one);
      raw.send(connectPacket(one));
      await raw.next();
      for (let i = 0; i < 2_000; i++) raw.send(packet);
      let answers = 0;
      let last = await raw.next();
      for (; last !== undefined && last.cmd !== 'disconnect'; last = await raw.next()) answers++;
      assert.equal(last?.reasonCode, 0x96, packet.cmd);
      assert.ok(answers < 1_000, `${answers} answers to ${packet.cmd}`);
    }
    await own.stop();
  });

  it('holds no more than a few connections of one certificate, whatever they say', async () => {
    const own = await startTestDoor({ pki: door.pki, limits: { connectionsPerCertificate: 2 } });
    const one = device();
    const first = await rawDevice(own, one);
    const second = await rawDevice(own, one);
    const third = await rawDevice(own, one);
    await third.closed();
    first.destroy();
    await first.closed();
    await eventually('the place is free', () => own.door.figures().connections === 1);
    const fourth = await rawDevice(own, one);
    fourth.send(connectPacket(one));
    assert.equal((await fourth.next())?.cmd, 'connack');
    second.destroy();
    await own.stop();
  });

  it('refuses a certificate that connects too often (0x9F)', async () => {
    const own = await startTestDoor({ pki: door.pki, limits: { connectsPerMinute: 2 } });
    const one = device();
    const codes: unknown[] = [];
    for (let i = 0; i < 3; i++) {
      const raw = await rawDevice(own, one);
      raw.send(connectPacket(one));
      const answer = await raw.next();
      codes.push(answer?.cmd === 'connack' && answer.reasonCode);
      raw.destroy();
    }
    assert.deepEqual(codes, [0, 0, 0x9f]);
    await own.stop();
  });
});
