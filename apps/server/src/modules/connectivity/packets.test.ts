import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { downlinkFilter, uplinkTopic } from '@bulkhead/contract';
import type { Packet } from 'mqtt-packet';
import { startTestDoor, type TestDevice, type TestDoor } from './testing.ts';
import { connectPacket, type RawDevice, rawDevice } from './testing-device.ts';

const vin = 'WVWZZZ1KZAW000002';
const heartbeat = Buffer.from(JSON.stringify({ boot: 1, uptimeS: 1 }));

describe('the packets of a device', () => {
  let door: TestDoor;
  let serials = 0;
  const device = (): TestDevice => door.pki.device(vin, `P-${++serials}`);
  const own = (of: TestDevice) => uplinkTopic(of.vin, of.ecuSerial, 'heartbeat');

  async function connected(
    version: 4 | 5 = 5,
    more: object = {},
  ): Promise<{ one: TestDevice; raw: RawDevice; connack: Packet | undefined }> {
    const one = device();
    const raw = await rawDevice(door, one, version);
    raw.send(connectPacket(one, version, more));
    const connack = await raw.next();
    return { one, raw, connack };
  }
  const publish = (topic: string, more: object = {}): Packet => ({
    cmd: 'publish',
    topic,
    qos: 1,
    messageId: 1,
    dup: false,
    retain: false,
    payload: heartbeat,
    ...more,
  });
  const reasonOf = (packet: Packet | undefined) =>
    packet !== undefined && 'reasonCode' in packet ? packet.reasonCode : undefined;

  /** Sends what ends the connection, and gives the reason the device is told. */
  async function fate(packets: (Packet | Buffer)[], more: object = {}): Promise<number | undefined> {
    const { raw } = await connected(5, more);
    raw.send(...packets);
    const farewell = await raw.next();
    await raw.closed();
    return farewell?.cmd === 'disconnect' ? farewell.reasonCode : undefined;
  }

  before(async () => {
    door = await startTestDoor({
      limits: {
        payloadBytes: 2_000,
        overheadBytes: 500,
        inFlight: 10,
        topicAliases: 4,
        connectsPerMinute: 1_000,
        keepAliveSeconds: 300,
      },
    });
  });
  after(() => door.stop());

  it('are answered with what the server can do (MQTT 5 s3.2.2.3)', async () => {
    const { raw, connack } = await connected(5, { keepalive: 0, properties: { sessionExpiryInterval: 4_294_967_295 } });
    assert.ok(connack?.cmd === 'connack');
    assert.deepEqual(
      { ...connack.properties },
      {
        sessionExpiryInterval: 604_800,
        receiveMaximum: 10,
        retainAvailable: false,
        maximumPacketSize: 2_500,
        topicAliasMaximum: 4,
        wildcardSubscriptionAvailable: true,
        subscriptionIdentifiersAvailable: true,
        sharedSubscriptionAvailable: false,
        serverKeepAlive: 300,
      },
    );
    raw.destroy();
  });

  it('carry the client id of the certificate, or none', async () => {
    const cases = [
      { version: 5, clientId: '', clean: true, code: 0 },
      { version: 5, clientId: 'WVWZZZ1KZAW000002:P-9999', clean: true, code: 0x85 },
      { version: 4, clientId: '', clean: true, code: 0 },
      { version: 4, clientId: 'someone', clean: true, code: 2 },
    ] as const;
    for (const { version, clientId, clean, code } of cases) {
      const { one, raw, connack } = await connected(version, { clientId, clean });
      assert.ok(connack?.cmd === 'connack');
      assert.equal(version === 5 ? connack.reasonCode : connack.returnCode, code, `${version} "${clientId}"`);
      if (version === 5 && code === 0) assert.equal(connack.properties?.assignedClientIdentifier, one.clientId);
      raw.destroy();
    }
    // mqtt-packet will not write this one: an empty client id with clean session 0 (3.1.1 s3.1.3-8).
    const raw = await rawDevice(door, device(), 4);
    raw.send(Buffer.from([0x10, 12, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 0, 0, 60, 0, 0]));
    const connack = await raw.next();
    assert.equal(connack?.cmd === 'connack' && connack.returnCode, 2);
    await raw.closed();
  });

  it('are refused when they are not MQTT 3.1.1 or 5, or do not begin with CONNECT', async () => {
    const old = await rawDevice(door, device(), 4);
    old.send(Buffer.from([0x10, 14, 0, 6, 0x4d, 0x51, 0x49, 0x73, 0x64, 0x70, 3, 2, 0, 60, 0, 0]));
    const connack = await old.next();
    assert.equal(connack?.cmd === 'connack' && connack.returnCode, 1);
    for (const first of [{ cmd: 'pingreq' } as const, Buffer.from('GET / HTTP/1.1\r\n\r\n'), Buffer.from([0x30])]) {
      const raw = await rawDevice(door, device());
      raw.send(first);
      assert.equal(await raw.next(), undefined);
    }
  });

  it('that name a foreign topic are refused with a reason in MQTT 5, and end a 3.1.1 connection', async () => {
    const foreign = [
      'v1/WVWZZZ1KZAW000002/OTHER/up/heartbeat',
      'v1/WVWZZZ1KZAW999999/P-1/up/events',
      '$SYS/x',
      'v1',
      'x'.repeat(300),
    ];
    for (const topic of foreign) {
      const { one, raw } = await connected();
      raw.send(publish(topic), publish(own(one), { messageId: 2 }));
      const [refused, accepted] = [await raw.next(), await raw.next()];
      assert.ok(refused?.cmd === 'puback' && refused.reasonCode === 0x87 && refused.messageId === 1, topic);
      assert.ok(accepted?.cmd === 'puback' && accepted.reasonCode === 0 && accepted.messageId === 2);
      raw.destroy();
      const older = await connected(4);
      older.raw.send(publish(topic));
      assert.equal(await older.raw.next(), undefined);
      assert.equal(await fate([publish(topic, { qos: 0 })]), 0x87);
    }
    const down = await connected();
    down.raw.send(publish(`v1/${vin}/${down.one.ecuSerial}/down/commands`));
    assert.equal(reasonOf(await down.raw.next()), 0x87);
    down.raw.destroy();
  });

  it('with a payload that the channel does not accept are refused, in order, and others go on', async () => {
    const { one, raw } = await connected();
    raw.send(
      publish(own(one), { messageId: 1 }),
      publish(own(one), { messageId: 2, payload: Buffer.from('{') }),
      publish(own(one), { messageId: 3, qos: 2, payload: Buffer.from('[]') }),
      publish(own(one), { messageId: 4 }),
    );
    const answers = [await raw.next(), await raw.next(), await raw.next(), await raw.next()];
    assert.deepEqual(
      answers.map((answer) => [answer?.cmd, answer?.messageId, reasonOf(answer)]),
      [
        ['puback', 1, 0],
        ['puback', 2, 0x99],
        ['pubrec', 3, 0x99],
        ['puback', 4, 0],
      ],
    );
    assert.ok(answers[1]?.cmd === 'puback' && answers[1].properties?.reasonString?.includes('JSON'));
    raw.destroy();
  });

  it('get no reason string when the client asked for none', async () => {
    const { one, raw } = await connected(5, { properties: { requestProblemInformation: false } });
    raw.send(publish(own(one), { payload: Buffer.from('{') }));
    const answer = await raw.next();
    assert.ok(answer?.cmd === 'puback' && answer.properties === undefined);
    raw.destroy();
  });

  it('may use topic aliases within the limit', async () => {
    const { one, raw } = await connected();
    raw.send(
      publish(own(one), { properties: { topicAlias: 4 } }),
      publish('', { messageId: 2, properties: { topicAlias: 4 } }),
    );
    assert.deepEqual([reasonOf(await raw.next()), reasonOf(await raw.next())], [0, 0]);
    raw.destroy();
    assert.equal(await fate([publish('a', { properties: { topicAlias: 5 } })]), 0x94);
    assert.equal(await fate([publish('', { properties: { topicAlias: 1 } })]), 0x82);
    assert.equal(await fate([publish('', {})]), 0x82);
  });

  it('end the connection with the reason that the specification names', async () => {
    const connectAgain = connectPacket(device());
    const cases: [string, number, (Packet | Buffer)[]][] = [
      ['a second CONNECT', 0x82, [connectAgain]],
      ['retain', 0x9a, [publish('a', { retain: true })]],
      ['a wildcard in a topic name', 0x90, [publish('v1/+/x')]],
      ['NUL in a topic', 0x90, [publish('v1/\u0000/x')]],
      ['bytes that are not UTF-8 in a topic', 0x90, [Buffer.from([0x32, 8, 0, 2, 0xc3, 0x28, 0, 1, 0, 0x7b])]],
      ['packet id 0', 0x81, [Buffer.from([0x32, 6, 0, 1, 0x61, 0, 0, 0])]],
      ['QoS 3', 0x81, [Buffer.from([0x36, 6, 0, 1, 0x61, 0, 1, 0])]],
      ['a length that is no length', 0x81, [Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0x7f])]],
      ['a length that is longer than it must be', 0x81, [Buffer.from([0xc0, 0x80, 0x00])]],
      ['a packet that announces 200 MB', 0x95, [Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f])]],
      ['a topic longer than its packet', 0x81, [Buffer.from([0x30, 4, 0xff, 0xff, 0x61, 0x62])]],
      ['AUTH', 0x82, [{ cmd: 'auth', reasonCode: 0x18 } as Packet]],
      ['SUBSCRIBE without a filter', 0x82, [Buffer.from([0x82, 3, 0, 1, 0])]],
      ['reserved type 0', 0x81, [Buffer.from([0x00, 0])]],
      ['PUBREC for nothing', 0x82, [{ cmd: 'pubrec', messageId: 1 }]],
      ['a server packet', 0x82, [{ cmd: 'pingresp' }]],
      ['PINGREQ with content', 0x81, [Buffer.from([0xc0, 1, 0])]],
      ['SUBACK flags wrong', 0x81, [Buffer.from([0x80, 3, 0, 1, 0])]],
      [
        'a session prolonged that was to end',
        0x82,
        [{ cmd: 'disconnect', reasonCode: 0, properties: { sessionExpiryInterval: 10 } }],
      ],
      [
        'a property that belongs elsewhere',
        0x82,
        [Buffer.from([0x32, 11, 0, 1, 0x61, 0, 1, 5, 0x11, 0, 0, 0, 9, 0x7b])],
      ],
      ['a property given twice', 0x82, [Buffer.from([0x32, 12, 0, 1, 0x61, 0, 1, 6, 0x23, 0, 1, 0x23, 0, 1, 0x7b])]],
      ['an unknown property', 0x81, [Buffer.from([0x32, 8, 0, 1, 0x61, 0, 1, 2, 0x7f, 0])]],
    ];
    for (const [what, expected, packets] of cases)
      assert.equal((await fate(packets))?.toString(16), expected.toString(16), what);
    assert.equal(door.door.figures().queued, 0);
  });

  it('are bounded in size before they are kept', async () => {
    assert.equal(await fate([publish('a', { payload: Buffer.alloc(2_600) })]), 0x95);
    const { one, raw } = await connected();
    raw.send(publish(own(one), { payload: Buffer.from(`{"boot":1,"uptimeS":1}${' '.repeat(1_900)}`) }));
    assert.equal(reasonOf(await raw.next()), 0);
    raw.destroy();
  });

  it('end the connection when more are in flight than the server allows (0x93)', async () => {
    const { one, raw } = await connected();
    raw.send(...Array.from({ length: 11 }, (_, i) => publish(own(one), { messageId: i + 1 })));
    let last: Packet | undefined;
    for (let packet = await raw.next(); packet !== undefined; packet = await raw.next()) last = packet;
    assert.ok(last?.cmd === 'disconnect' && last.reasonCode === 0x93);
  });

  it('in flight beyond the limit wait, in 3.1.1', async () => {
    const { one, raw } = await connected(4);
    raw.send(...Array.from({ length: 200 }, (_, i) => publish(own(one), { messageId: i + 1 })));
    for (let i = 1; i <= 200; i++) assert.equal((await raw.next())?.messageId, i);
    raw.destroy();
  });

  it('that subscribe are granted what lies below the own prefix, and nothing else', async () => {
    const { one, raw } = await connected();
    const prefix = `v1/${vin}/${one.ecuSerial}/down`;
    const filters = [
      `${prefix}/#`,
      `${prefix}/commands`,
      `${prefix}/+`,
      '#',
      `v1/${vin}/+/down/#`,
      `v1/${vin}/OTHER/down/commands`,
      `$share/g/${prefix}/#`,
      `${prefix}/#/x`,
    ];
    raw.send({ cmd: 'subscribe', messageId: 3, subscriptions: filters.map((topic) => ({ topic, qos: 2 as const })) });
    const suback = await raw.next();
    assert.ok(suback?.cmd === 'suback');
    assert.deepEqual(suback.granted, [1, 1, 1, 0x87, 0x87, 0x87, 0x9e, 0x8f]);
    raw.send({
      cmd: 'subscribe',
      messageId: 4,
      subscriptions: Array.from({ length: 10 }, () => ({ topic: `${prefix}/#`, qos: 0 as const })),
    });
    const limited = await raw.next();
    assert.ok(limited?.cmd === 'suback');
    assert.deepEqual(limited.granted, [0, 0, 0, 0, 0, 0, 0, 0, 0x97, 0x97]);
    raw.send({ cmd: 'unsubscribe', messageId: 5, unsubscriptions: [`${prefix}/#`, 'nothing'] });
    const unsuback = await raw.next();
    assert.ok(unsuback?.cmd === 'unsuback');
    assert.deepEqual(unsuback.granted, [0, 0x11]);
    raw.destroy();
    const older = await connected(4);
    older.raw.send({
      cmd: 'subscribe',
      messageId: 3,
      subscriptions: [
        { topic: '#', qos: 1 },
        { topic: downlinkFilter(vin, older.one.ecuSerial), qos: 1 },
      ],
    });
    const answer = await older.raw.next();
    assert.ok(answer?.cmd === 'suback');
    assert.deepEqual(answer.granted, [0x80, 1]);
    older.raw.destroy();
  });

  it('with a will are refused unless the will goes to the own uplink and fits its channel', async () => {
    const will = (topic: string, payload: Buffer, more: object = {}) => ({
      will: { topic, payload, qos: 1, retain: false, ...more },
    });
    const { one, raw } = await connected();
    raw.destroy();
    const cases = [
      [will('v1/x/y/up/events', heartbeat), 0x87],
      [will(own(one), Buffer.from('{')), 0x99],
      [will(own(one), heartbeat, { retain: true }), 0x9a],
      [will(own(one), heartbeat), 0],
    ] as const;
    for (const [more, code] of cases) {
      const again = await rawDevice(door, one);
      again.send(connectPacket(one, 5, more));
      assert.equal(reasonOf(await again.next()), code);
      again.destroy();
    }
  });

  it('arrive whole, whatever the pieces they come in', async () => {
    const { one, raw } = await connected();
    const { generate } = await import('mqtt-packet');
    const bytes = Buffer.concat(
      Array.from({ length: 8 }, (_, i) => generate(publish(own(one), { messageId: i + 1 }), { protocolVersion: 5 })),
    );
    for (const byte of bytes) raw.send(Buffer.from([byte]));
    for (let i = 1; i <= 8; i++) assert.equal((await raw.next())?.messageId, i);
    raw.destroy();
  });

  it('that were refused are counted by kind, with the device they came from', async () => {
    await door.door.flushJournal();
    const kinds = new Set(
      door.pages
        .flatMap(({ refusals }) => refusals)
        .filter(({ vin: of }) => of === vin)
        .map(({ kind }) => kind),
    );
    for (const kind of ['topic', 'payload', 'oversize', 'malformed', 'protocol', 'client-id', 'flood'] as const)
      assert.ok(kinds.has(kind), kind);
    assert.ok(door.metrics.get('mqtt_refused_total', { kind: 'topic' }) > 0);
  });
});
