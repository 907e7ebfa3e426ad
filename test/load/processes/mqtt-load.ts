import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect as connectTls, createSecureContext, type TLSSocket } from 'node:tls';
import { generate } from 'mqtt-packet';
import { argumentOf, tell } from '../harness/child.ts';
import type { DeviceCredentials } from '../harness/fleet.ts';
import { createLatencies } from '../harness/latencies.ts';

/** Devices that publish at QoS 1, each with `window` messages unacknowledged. The same program for every endpoint. */
export interface MqttLoad {
  readonly port: number;
  readonly ca: string;
  /** JSON file of `DeviceCredentials[]`. */
  readonly devices: string;
  readonly window: number;
  /** Bytes of no meaning, or security events as the contract has them, so many in one message. */
  readonly payload: { readonly bytes: number } | { readonly events: number };
  readonly warmUpMs: number;
  readonly milliseconds: number;
  readonly boot?: number;
}

export interface MqttResult {
  /** Acknowledged within the measurement. */
  readonly acknowledged: number;
  /** Acknowledged from the first message to the last, after all were waited for. */
  readonly acknowledgedInAll: number;
  readonly unanswered: number;
  readonly seconds: number;
  readonly p50: number;
  readonly p99: number;
  readonly most: number;
  readonly cpu: number;
}

const connectAtOnce = 32;
const load = await argumentOf<MqttLoad>();
const devices = JSON.parse(readFileSync(load.devices, 'utf8')) as DeviceCredentials[];
const latencies = createLatencies();
let measuring = false;
let publishing = false;
let acknowledged = 0;
let inAll = 0;
let outstanding = 0;

/** A PUBLISH of QoS 1 in MQTT 3.1.1 with packet id 0 (s3.3), and where the id stands. */
function publishOf(topic: string, payload: Buffer): { packet: Buffer; idAt: number } {
  const name = Buffer.from(topic);
  const remaining = 2 + name.length + 2 + payload.length;
  const head = [0x32];
  for (let left = remaining; ; left >>= 7) {
    head.push(left > 127 ? (left & 127) | 128 : left);
    if (left <= 127) break;
  }
  const length = Buffer.alloc(2);
  length.writeUInt16BE(name.length);
  const idAt = head.length + 2 + name.length;
  return { packet: Buffer.concat([Buffer.from(head), length, name, Buffer.alloc(2), payload]), idAt };
}

function eventsPayload(first: number, count: number): Buffer {
  const at = new Date().toISOString();
  const one = (seq: number) =>
    `{"boot":${load.boot ?? 1},"seq":${seq},"at":"${at}","type":"ids.can-flood","severity":"medium","data":{"bus":"chassis","id":801,"rate":${seq % 997},"baseline":120}}`;
  if (count === 1) return Buffer.from(one(first));
  return Buffer.from(`[${Array.from({ length: count }, (_, i) => one(first + i)).join(',')}]`);
}

interface Sender {
  /** Publishes in these window places, all in one write. */
  publish(places: readonly number[]): void;
}

function senderOf(socket: TLSSocket, topic: string, sentAt: Float64Array): Sender {
  const { payload } = load;
  const fixed = 'bytes' in payload ? publishOf(topic, Buffer.alloc(payload.bytes, 0x61)) : undefined;
  let sequence = 1;
  const packetFor = (place: number): Buffer => {
    let made = fixed;
    if ('events' in payload) {
      made = publishOf(topic, eventsPayload(sequence, payload.events));
      sequence += payload.events;
    }
    const { packet, idAt } = made as { packet: Buffer; idAt: number };
    const bytes = fixed ? Buffer.from(packet) : packet;
    bytes.writeUInt16BE(place + 1, idAt);
    return bytes;
  };
  return {
    publish: (places) => {
      const now = performance.now();
      for (const place of places) sentAt[place] = now;
      outstanding += places.length;
      const packets = places.map(packetFor);
      socket.write(packets.length === 1 ? (packets[0] as Buffer) : Buffer.concat(packets));
    },
  };
}

/** Reads PUBACKs (4 bytes each in 3.1.1) out of a stream that may cut them anywhere. */
function acknowledgements(take: (ids: number[]) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const ids: number[] = [];
    let at = 0;
    for (; at + 2 <= data.length; ) {
      const length = 2 + (data[at + 1] as number);
      if (at + length > data.length) break;
      if (data[at] === 0x40) ids.push(data.readUInt16BE(at + 2));
      at += length;
    }
    rest = data.subarray(at);
    if (ids.length > 0) take(ids);
  };
}

async function openDevice({ clientId, topic, key, cert }: DeviceCredentials): Promise<Sender> {
  const secureContext = createSecureContext({ key, cert, ca: load.ca });
  const socket = connectTls({ host: '127.0.0.1', servername: 'localhost', port: load.port, secureContext });
  socket.on('error', (error) => {
    console.error(`mqtt-load: ${clientId}: ${error.message}`);
    process.exit(1);
  });
  await once(socket, 'secureConnect');
  socket.setNoDelay(true);
  socket.write(
    generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, clientId, keepalive: 1_000 }),
  );
  const [connack] = (await once(socket, 'data')) as [Buffer];
  if (connack[3] !== 0) throw new Error(`${clientId} was refused with ${connack[3]}`);
  const sentAt = new Float64Array(load.window);
  const sender = senderOf(socket, topic, sentAt);
  socket.on(
    'data',
    acknowledgements((ids) => {
      const now = performance.now();
      outstanding -= ids.length;
      inAll += ids.length;
      if (measuring) {
        acknowledged += ids.length;
        for (const id of ids) latencies.add(now - (sentAt[id - 1] as number));
      }
      if (publishing) sender.publish(ids.map((id) => id - 1));
    }),
  );
  socket.on('close', () => {
    if (publishing) process.exit(1);
  });
  return sender;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function publishAll(senders: readonly Sender[]): Promise<void> {
  publishing = true;
  const places = Array.from({ length: load.window }, (_, i) => i);
  for (const sender of senders) sender.publish(places);
  await pause(load.warmUpMs);
  const began = performance.now();
  const before = process.cpuUsage();
  measuring = true;
  tell('measuring');
  await pause(load.milliseconds);
  measuring = false;
  const seconds = (performance.now() - began) / 1_000;
  const used = process.cpuUsage(before);
  tell('measured');
  publishing = false;
  for (let waited = 0; outstanding > 0 && waited < 15_000; waited += 20) await pause(20);
  const cpu = (used.user + used.system) / 1e6;
  const counts = { acknowledged, acknowledgedInAll: inAll, unanswered: outstanding };
  tell('done', { ...counts, seconds, ...latencies.summary(), cpu });
}

const senders: Sender[] = [];
for (let i = 0; i < devices.length; i += connectAtOnce)
  senders.push(...(await Promise.all(devices.slice(i, i + connectAtOnce).map(openDevice))));
tell('connected');
await once(process, 'message');
await publishAll(senders);
