import type { KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
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
  /** Longest packet that the platform takes (MQTT 5 s3.2.2.3.6). */
  readonly maximumPacketBytes: number;
  end(): void;
}

const connectTimeoutMs = 20_000;
const version = 5;
/** Longest packet taken from the platform; one that announces more ends the connection before it is held in memory. */
const maxPacketBytes = 256 * 1024;
type Waiting = { resolve: (code: number) => void; reject: (error: Error) => void };
type Connack = Extract<Packet, { cmd: 'connack' }>;

function openSocket(options: SessionOptions): TLSSocket {
  const name = options.servername ?? options.host;
  return connectTls({
    host: options.host,
    port: options.port,
    ...(isIP(name) ? {} : { servername: name }), // RFC 6066 s3: no address as server name
    ca: options.trust,
    key: options.key.export({ format: 'pem', type: 'pkcs8' }),
    cert: options.chain,
    minVersion: 'TLSv1.3',
    ALPNProtocols: ['mqtt'],
  });
}

const connectPacket = ({ clientId, keepAliveSeconds, sessionExpirySeconds }: SessionOptions) =>
  generate(
    {
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: version,
      clean: false,
      clientId,
      keepalive: keepAliveSeconds,
      properties: {
        sessionExpiryInterval: sessionExpirySeconds,
        receiveMaximum: 20,
        maximumPacketSize: maxPacketBytes,
      },
    },
    { protocolVersion: version },
  );

/** What the platform says of itself in words, cut: it goes into logs. */
const reasonOf = (packet: Extract<Packet, { cmd: 'connack' | 'disconnect' }>) =>
  packet.properties?.reasonString?.slice(0, 200) ?? `reason 0x${(packet.reasonCode ?? 0).toString(16)}`;

/**
 * One MQTT 5 connection over TLS 1.3 with the device's certificate: as little as a vehicle needs, so that the program
 * carries one dependency (the codec). Opens no port. Reconnecting is the caller's business.
 * @throws AgentError `agent.connection-refused`, `agent.connection-lost`
 */
export function openSession(options: SessionOptions): Promise<Session> {
  return new Promise((resolve, reject) => {
    const socket = openSocket(options);
    const refuse = (detail: string) => {
      clearTimeout(timer);
      socket.destroy();
      reject(new AgentError('agent.connection-refused', detail));
    };
    const timer = setTimeout(() => refuse('The platform did not answer in time'), connectTimeoutMs);
    const early = (error?: Error | boolean) =>
      refuse(`The platform closed the connection${error instanceof Error ? ` (${error.message})` : ''}`);
    socket.once('error', early).once('close', early);
    socket.setNoDelay(true);
    const decode = parser({ protocolVersion: version });
    socket.on('data', (data: Buffer) => {
      if (decode.parse(data) > maxPacketBytes) socket.destroy(new Error('the platform sent too long a packet'));
    });
    decode.on('error', (error: Error) => socket.destroy(error));
    decode.once('packet', (packet: Packet) => {
      if (packet.cmd !== 'connack') return refuse('The platform did not answer the connect');
      if (packet.reasonCode !== 0) return refuse(`The platform refused the connection: ${reasonOf(packet)}`);
      clearTimeout(timer);
      socket.removeListener('error', early).removeListener('close', early);
      resolve(runSession(socket, decode, packet, options));
    });
    socket.once('secureConnect', () => socket.write(connectPacket(options)));
  });
}

/** Requests that wait for their answer, by packet identifier. */
function createPending() {
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let ended: string | undefined;
  return {
    size: () => waiting.size,
    add: (send: (messageId: number) => void) =>
      new Promise<number>((resolve, reject) => {
        if (ended !== undefined) return reject(new AgentError('agent.connection-lost', ended));
        do lastId = (lastId % 65_535) + 1;
        while (waiting.has(lastId));
        waiting.set(lastId, { resolve, reject });
        send(lastId);
      }),
    settle: (id: number | undefined, code: number): void => {
      waiting.get(id ?? 0)?.resolve(code);
      waiting.delete(id ?? 0);
    },
    end: (reason: string): void => {
      ended = reason;
      for (const { reject } of waiting.values()) reject(new AgentError('agent.connection-lost', reason));
      waiting.clear();
    },
  };
}

function runSession(
  socket: TLSSocket,
  decode: ReturnType<typeof parser>,
  { properties, sessionPresent }: Connack,
  options: SessionOptions,
): Session {
  const window = properties?.receiveMaximum ?? 65_535;
  const pending = createPending();
  let reason = 'the connection was lost';
  let heard = true;
  const write = (packet: Packet) => {
    if (socket.writable) socket.write(generate(packet, { protocolVersion: version }));
  };
  const receive = (packet: IPublishPacket) => {
    if (packet.qos === 1) write({ cmd: 'puback', messageId: packet.messageId ?? 0, reasonCode: 0 });
    options.onMessage(packet.topic, Buffer.from(packet.payload));
  };
  decode.on('packet', (packet: Packet) => {
    heard = true;
    if (packet.cmd === 'puback') pending.settle(packet.messageId, packet.reasonCode ?? 0);
    else if (packet.cmd === 'suback') pending.settle(packet.messageId, Number(packet.granted[0] ?? 0x80));
    else if (packet.cmd === 'publish') receive(packet);
    else if (packet.cmd === 'disconnect') reason = `the platform ended it: ${reasonOf(packet)}`;
  });
  // twice per interval; a peer that is silent over one of them is gone, even if the socket has not noticed
  const ping = setInterval(
    () => {
      if (!heard) return socket.destroy(new Error('no answer to a ping'));
      heard = false;
      write({ cmd: 'pingreq' });
    },
    (properties?.serverKeepAlive ?? options.keepAliveSeconds) * 500,
  );
  ping.unref();
  socket.on('error', (error) => {
    reason = error.message;
  });
  socket.once('close', () => {
    clearInterval(ping);
    pending.end(reason);
    options.onEnd(reason);
  });
  const publish = (topic: string, payload: Buffer) =>
    pending.add((messageId) => write({ cmd: 'publish', topic, payload, qos: 1, dup: false, retain: false, messageId }));
  const subscribe = async (filter: string) => {
    const code = await pending.add((messageId) =>
      write({ cmd: 'subscribe', messageId, subscriptions: [{ topic: filter, qos: 1 }] }),
    );
    if (code < 0x80) return;
    const text = `The platform refused the subscription ${filter} (0x${code.toString(16)})`;
    throw new AgentError('agent.connection-refused', text);
  };
  return Object.freeze({
    sessionPresent: sessionPresent === true,
    publish,
    send: (topic: string, payload: Buffer) =>
      write({ cmd: 'publish', topic, payload, qos: 0, dup: false, retain: false }),
    subscribe,
    free: () => Math.max(0, window - pending.size()),
    maximumPacketBytes: properties?.maximumPacketSize ?? 268_435_460, // the most a packet can say (MQTT 5 s2.1.4)
    end: () => {
      reason = 'ended by the agent';
      if (!socket.destroyed) socket.end(generate({ cmd: 'disconnect', reasonCode: 0 }, { protocolVersion: version }));
      setTimeout(() => socket.destroy(), 1000).unref();
    },
  });
}
