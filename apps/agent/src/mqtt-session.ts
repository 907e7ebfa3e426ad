import type { KeyObject } from 'node:crypto';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { generate, type IPublishPacket, type Packet, parser } from 'mqtt-packet';
import { AgentError } from './error.ts';

export interface SessionOptions {
  readonly host: string;
  readonly port: number;
  readonly servername?: string;
  readonly trust: string;
  readonly key: KeyObject;
  readonly chain: string;
  readonly clientId: string;
  readonly keepAliveSeconds: number;
  /** Seconds the platform keeps subscriptions and queued messages after the connection ends. */
  readonly sessionExpirySeconds: number;
  readonly onMessage: (topic: string, payload: Buffer) => void;
  readonly onEnd: (reason: string) => void;
}

export interface Session {
  readonly sessionPresent: boolean;
  /** Resolves with the reason code of the platform once it has stored the message; rejects when the connection ends first. */
  publish(topic: string, payload: Buffer): Promise<number>;
  /** At most once; nothing answers. */
  send(topic: string, payload: Buffer): void;
  subscribe(filter: string): Promise<void>;
  /** How many more messages may be in flight (MQTT 5 s4.9). */
  free(): number;
  end(): void;
}

const connectTimeoutMs = 20_000;
const version = 5;
type Waiting = { resolve: (code: number) => void; reject: (error: Error) => void };

/**
 * One MQTT 5 connection over TLS 1.3 with the device's certificate: as little as a vehicle needs, so that the program
 * carries one dependency (the codec). Opens no port. Reconnecting is the caller's business.
 * @throws AgentError `agent.connection-refused`, `agent.connection-lost`
 */
export function openSession(options: SessionOptions): Promise<Session> {
  return new Promise((resolve, reject) => {
    const key = options.key.export({ format: 'pem', type: 'pkcs8' });
    const socket = connectTls({
      host: options.host,
      port: options.port,
      servername: options.servername ?? options.host,
      ca: options.trust,
      key,
      cert: options.chain,
      minVersion: 'TLSv1.3',
      ALPNProtocols: ['mqtt'],
    });
    const refuse = (detail: string) => {
      socket.destroy();
      reject(new AgentError('agent.connection-refused', detail));
    };
    const timer = setTimeout(() => refuse('The platform did not answer in time'), connectTimeoutMs);
    const early = (error?: Error) =>
      refuse(`The platform closed the connection${error instanceof Error ? ` (${error.message})` : ''}`);
    socket.once('error', early).once('close', early);
    socket.setNoDelay(true);
    const decode = parser({ protocolVersion: version });
    socket.on('data', (data: Buffer) => decode.parse(data));
    decode.on('error', () => refuse('The platform does not speak MQTT 5'));
    decode.once('packet', (packet: Packet) => {
      clearTimeout(timer);
      if (packet.cmd !== 'connack') return refuse('The platform did not answer the connect');
      if (packet.reasonCode !== 0)
        return refuse(
          `The platform refused the connection: ${packet.properties?.reasonString ?? `reason 0x${(packet.reasonCode ?? 0).toString(16)}`}`,
        );
      socket.removeListener('error', early).removeListener('close', early);
      resolve(
        runSession(
          socket,
          decode,
          packet.properties?.receiveMaximum ?? 65_535,
          packet.properties?.serverKeepAlive ?? options.keepAliveSeconds,
          packet.sessionPresent,
          options,
        ),
      );
    });
    socket.once('secureConnect', () => {
      const properties = { sessionExpiryInterval: options.sessionExpirySeconds, receiveMaximum: 20 };
      socket.write(
        generate(
          {
            cmd: 'connect',
            protocolId: 'MQTT',
            protocolVersion: version,
            clean: false,
            clientId: options.clientId,
            keepalive: options.keepAliveSeconds,
            properties,
          },
          { protocolVersion: version },
        ),
      );
    });
  });
}

function runSession(
  socket: TLSSocket,
  decode: ReturnType<typeof parser>,
  window: number,
  keepAlive: number,
  sessionPresent: boolean,
  options: SessionOptions,
): Session {
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let reason = 'the connection was lost';
  let heard = true;
  const write = (packet: Packet) => void socket.write(generate(packet, { protocolVersion: version }));
  const nextId = () => {
    do lastId = (lastId % 65_535) + 1;
    while (waiting.has(lastId));
    return lastId;
  };
  const request = (make: (messageId: number) => Packet) =>
    new Promise<number>((resolve, reject) => {
      const id = nextId();
      waiting.set(id, { resolve, reject });
      write(make(id));
    });
  const settle = (id: number | undefined, code: number) => {
    waiting.get(id ?? 0)?.resolve(code);
    waiting.delete(id ?? 0);
  };
  const receive = (packet: IPublishPacket) => {
    if (packet.qos === 1) write({ cmd: 'puback', messageId: packet.messageId ?? 0, reasonCode: 0 });
    options.onMessage(packet.topic, Buffer.from(packet.payload));
  };
  decode.on('packet', (packet: Packet) => {
    heard = true;
    if (packet.cmd === 'puback') settle(packet.messageId, packet.reasonCode ?? 0);
    else if (packet.cmd === 'suback') settle(packet.messageId, Number(packet.granted[0] ?? 0x80));
    else if (packet.cmd === 'publish') receive(packet);
    else if (packet.cmd === 'disconnect')
      reason =
        packet.properties?.reasonString ??
        `the platform ended it with reason 0x${(packet.reasonCode ?? 0).toString(16)}`;
  });
  // a peer that is silent over two intervals is gone, even if the socket has not noticed
  const ping = setInterval(() => {
    if (!heard) socket.destroy(new Error('no answer to a ping'));
    heard = false;
    write({ cmd: 'pingreq' });
  }, keepAlive * 500);
  ping.unref();
  socket.on('error', (error) => {
    reason = error.message;
  });
  socket.once('close', () => {
    clearInterval(ping);
    for (const { reject } of waiting.values()) reject(new AgentError('agent.connection-lost', reason));
    waiting.clear();
    options.onEnd(reason);
  });
  return Object.freeze({
    sessionPresent,
    publish: (topic: string, payload: Buffer) =>
      request((messageId) => ({ cmd: 'publish', topic, payload, qos: 1, dup: false, retain: false, messageId })),
    send: (topic: string, payload: Buffer) =>
      write({ cmd: 'publish', topic, payload, qos: 0, dup: false, retain: false }),
    subscribe: async (filter: string) => {
      const code = await request((messageId) => ({
        cmd: 'subscribe',
        messageId,
        subscriptions: [{ topic: filter, qos: 1 }],
      }));
      if (code >= 0x80)
        throw new AgentError(
          'agent.connection-refused',
          `The platform refused the subscription ${filter} (0x${code.toString(16)})`,
        );
    },
    free: () => Math.max(0, window - waiting.size),
    end: () => {
      reason = 'ended by the agent';
      if (!socket.destroyed) socket.end(generate({ cmd: 'disconnect', reasonCode: 0 }, { protocolVersion: version }));
      setTimeout(() => socket.destroy(), 1000).unref();
    },
  });
}
