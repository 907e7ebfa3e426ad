import { Problem } from '@bulkhead/kernel';
import type { TSchema } from 'typebox';
import {
  Command,
  CommandAnswer,
  Heartbeat,
  InventoryReport,
  messageLimits,
  Notice,
  SecurityEvents,
  topicLevelPattern,
} from './messages.ts';

/**
 * Topics between a vehicle and the platform. A device publishes below its own `up`, subscribes below its own `down`,
 * and no topic leads from one device to another.
 */
export interface Channel {
  readonly summary: string;
  readonly qos: 0 | 1 | 2;
  readonly payload: TSchema;
}

export const uplinkChannels = {
  heartbeat: { summary: 'Sign of life', qos: 0, payload: Heartbeat },
  inventory: { summary: 'Software and hardware found in the vehicle', qos: 1, payload: InventoryReport },
  events: {
    summary: 'Security events; also the will of the connection (`connection-lost`)',
    qos: 1,
    payload: SecurityEvents,
  },
  ack: { summary: 'Answers to commands', qos: 1, payload: CommandAnswer },
} as const satisfies Record<string, Channel>;

export const downlinkChannels = {
  commands: { summary: 'Commands; each is answered on `ack`', qos: 1, payload: Command },
  notices: { summary: 'Notices that need no answer', qos: 1, payload: Notice },
} as const satisfies Record<string, Channel>;

export type UplinkChannel = keyof typeof uplinkChannels;
export type DownlinkChannel = keyof typeof downlinkChannels;
export const uplinkChannelNames = Object.keys(uplinkChannels) as UplinkChannel[];
export const downlinkChannelNames = Object.keys(downlinkChannels) as DownlinkChannel[];

export interface DeviceAddress {
  readonly vin: string;
  readonly serial: string;
}
export type TopicProblemCode = 'topic.bad-level';
export class TopicProblem extends Problem<TopicProblemCode> {}

const level = new RegExp(topicLevelPattern);

/** Whether a vehicle or serial number can stand in a topic; the inventory refuses serials that cannot. */
export function isTopicLevel(value: string): boolean {
  return level.test(value);
}

function own(vin: string, serial: string): string {
  for (const value of [vin, serial]) {
    if (!level.test(value)) {
      throw new TopicProblem(
        'topic.bad-level',
        `"${value.slice(0, 64)}" cannot stand in a topic: use letters, digits and . _ ~ - only`,
      );
    }
  }
  return `v1/${vin}/${serial}`;
}

export function uplinkTopic(vin: string, serial: string, channel: UplinkChannel): string {
  return `${own(vin, serial)}/up/${channel}`;
}

export function downlinkTopic(vin: string, serial: string, channel: DownlinkChannel): string {
  return `${own(vin, serial)}/down/${channel}`;
}

/** The filter under which a device hears everything meant for it. */
export function downlinkFilter(vin: string, serial: string): string {
  return `${own(vin, serial)}/down/#`;
}

/** The one client id a certificate allows (MQTT 5 s3.1.3.1). */
export function clientIdOf(vin: string, serial: string): string {
  own(vin, serial);
  return `${vin}:${serial}`;
}

export function parseClientId(clientId: string): DeviceAddress | undefined {
  const [vin, serial, rest] = clientId.split(':', 3);
  if (vin === undefined || serial === undefined || rest !== undefined || !level.test(vin) || !level.test(serial))
    return undefined;
  return { vin, serial };
}

export function parseUplink(topic: string): (DeviceAddress & { channel: UplinkChannel }) | undefined {
  return parse(topic, 'up', uplinkChannels);
}

export function parseDownlink(topic: string): (DeviceAddress & { channel: DownlinkChannel }) | undefined {
  return parse(topic, 'down', downlinkChannels);
}

function parse<Channels extends object>(topic: string, way: 'up' | 'down', channels: Channels) {
  const [version, vin, serial, direction, channel, rest] = topic.split('/', 6);
  if (version !== 'v1' || direction !== way || rest !== undefined) return undefined;
  if (vin === undefined || serial === undefined || channel === undefined || !Object.hasOwn(channels, channel))
    return undefined;
  if (!level.test(vin) || !level.test(serial)) return undefined;
  return { vin, serial, channel: channel as keyof Channels & string };
}

/** The topic contract as AsyncAPI 3.0, generated from the same data that the endpoint enforces. */
export function asyncApiDocument(version = '1') {
  const up = Object.entries(uplinkChannels).map(([name, channel]) => ({ name, channel, way: 'up' as const }));
  const down = Object.entries(downlinkChannels).map(([name, channel]) => ({ name, channel, way: 'down' as const }));
  const all = [...up, ...down];
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Bulkhead vehicle front door',
      version,
      description:
        'MQTT 3.1.1 and 5 over TLS 1.3 with a client certificate. The certificate decides client id and topics. ' +
        `A payload has at most ${messageLimits.payloadBytes} bytes and nests at most ${messageLimits.depth} deep. ` +
        'QoS 1 and 2 are acknowledged after the message is stored durably.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/json',
    servers: {
      frontDoor: {
        host: 'vehicles.example.com:8883',
        protocol: 'mqtts',
        protocolVersion: '5.0',
        description: "Also MQTT 3.1.1. ALPN: mqtt or x-amzn-mqtt-ca. The host is the operator's.",
        security: [{ $ref: '#/components/securitySchemes/clientCertificate' }],
        bindings: { mqtt: { clientId: '{vin}:{serial}', cleanSession: false, bindingVersion: '0.2.0' } },
      },
    },
    channels: Object.fromEntries(all.map((entry) => [`${entry.way}.${entry.name}`, asyncChannel(entry)])),
    operations: Object.fromEntries(all.map((entry) => [operationName(entry), asyncOperation(entry)])),
    components: {
      securitySchemes: {
        clientCertificate: { type: 'X509', description: 'Issued over EST for one ECU of one vehicle' },
      },
      messages: Object.fromEntries(
        all.map(({ name, channel }) => [
          name,
          { name, summary: channel.summary, contentType: 'application/json', payload: channel.payload },
        ]),
      ),
    },
  };
}

interface Entry {
  readonly name: string;
  readonly channel: Channel;
  readonly way: 'up' | 'down';
}

function operationName({ way, name }: Entry): string {
  return `${way === 'up' ? 'receive' : 'send'}${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

function asyncChannel({ name, channel, way }: Entry) {
  return {
    address: `v1/{vin}/{serial}/${way}/${name}`,
    summary: channel.summary,
    parameters: {
      vin: { description: 'The vehicle named by the certificate' },
      serial: { description: 'The ECU named by the certificate' },
    },
    messages: { [name]: { $ref: `#/components/messages/${name}` } },
  };
}

// AsyncAPI 3 describes the application: the platform receives what devices send up.
function asyncOperation({ name, channel, way }: Entry) {
  return {
    action: way === 'up' ? 'receive' : 'send',
    channel: { $ref: `#/channels/${way}.${name}` },
    messages: [{ $ref: `#/channels/${way}.${name}/messages/${name}` }],
    bindings: { mqtt: { qos: channel.qos, retain: false, bindingVersion: '0.2.0' } },
  };
}
