import { once } from 'node:events';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { generate, type Packet, parser } from 'mqtt-packet';
import type { TestDevice, TestDoor, TestPki } from './testing.ts';

/** mqtt.js as a device: an MQTT client that nobody here wrote. Rejects when the connection is refused. */
export function connectDevice(
  { port, pki }: { port: number; pki: TestPki },
  device: TestDevice,
  options: IClientOptions = {},
): Promise<MqttClient> {
  return mqtt.connectAsync(
    `mqtts://127.0.0.1:${port}`,
    {
      protocolVersion: 5,
      clientId: device.clientId,
      key: device.key,
      cert: device.cert,
      ca: pki.ca,
      reconnectPeriod: 0,
      connectTimeout: 5_000,
      ...options,
    },
    false,
  );
}

/** A device that says exactly what it is told to, byte by byte. */
export interface RawDevice {
  readonly socket: TLSSocket;
  /** Session tickets given so far; the last one resumes. */
  readonly tickets: readonly Buffer[];
  send(...packets: (Packet | Buffer)[]): void;
  /** The next packet, or `undefined` when the server closes first. */
  next(): Promise<Packet | undefined>;
  /** Resolves when the server has closed the connection. */
  closed(): Promise<void>;
  destroy(): void;
}

export async function rawDevice(
  { port, pki }: Pick<TestDoor, 'port' | 'pki'>,
  device: TestDevice | undefined,
  version: 4 | 5 = 5,
  tls: object = {},
): Promise<RawDevice> {
  const socket = connectTls({
    host: '127.0.0.1',
    servername: 'localhost',
    port,
    ca: pki.ca,
    ...(device === undefined ? {} : { key: device.key, cert: device.cert }),
    ...tls,
  });
  const tickets: Buffer[] = [];
  socket.on('session', (ticket) => void tickets.push(ticket));
  const packets: Packet[] = [];
  let wake: (() => void) | undefined;
  let gone = false;
  const reader = parser({ protocolVersion: version });
  reader.on('packet', (packet) => {
    packets.push(packet);
    wake?.();
  });
  socket.on('data', (chunk) => void reader.parse(chunk));
  const end = () => {
    gone = true;
    wake?.();
  };
  socket.on('error', end);
  socket.on('close', end);
  await once(socket, 'secureConnect');
  const next = async (): Promise<Packet | undefined> => {
    while (packets.length === 0 && !gone) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return packets.shift();
  };
  return {
    socket,
    tickets,
    send: (...all) =>
      void socket.write(
        Buffer.concat(all.map((one) => (Buffer.isBuffer(one) ? one : generate(one, { protocolVersion: version })))),
      ),
    next,
    closed: async () => {
      while (!gone)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    },
    destroy: () => void socket.destroy(),
  };
}

export const connectPacket = (device: TestDevice, version: 4 | 5 = 5, more: object = {}): Packet => ({
  cmd: 'connect',
  protocolId: 'MQTT',
  protocolVersion: version,
  clean: true,
  clientId: device.clientId,
  keepalive: 60,
  ...more,
});

/** Waits for something that another party does, and says what when it does not happen. */
export async function eventually(what: string, test: () => boolean | Promise<boolean>, ms = 5_000): Promise<void> {
  const until = Date.now() + ms;
  while (!(await test())) {
    if (Date.now() > until) throw new Error(`in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
