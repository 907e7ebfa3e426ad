import {
  generate,
  type IConnackPacket,
  type IConnectPacket,
  type IPublishPacket,
  type ISubackPacket,
  parser as newParser,
  type Packet,
  type Parser,
} from 'mqtt-packet';
import { malformed, protocolError, Refused, reason } from './reasons.ts';

export type Version = 4 | 5;
export type { IConnectPacket as ConnectPacket, IPublishPacket as PublishPacket, Packet };

export const packetType = Object.freeze({
  connect: 1,
  publish: 3,
  puback: 4,
  pubrec: 5,
  pubrel: 6,
  pubcomp: 7,
  pingreq: 12,
  disconnect: 14,
  auth: 15,
});

/**
 * Decodes complete packets. Frames are cut before they get here, so one parser per protocol version serves every
 * connection: nothing is left inside it between two calls. After a fault that is not true (mqtt-packet 9 keeps its read
 * position), and one device must not be able to spoil the packets of another: then the parser is replaced.
 */
function createDecoder(version: Version): (frame: Buffer) => Packet {
  let decoded: Packet | undefined;
  let fault: Error | undefined;
  const fresh = (): Parser =>
    newParser({ protocolVersion: version })
      .on('packet', (packet) => {
        decoded = packet;
      })
      .on('error', (error) => {
        fault = error instanceof Error ? error : new Error(String(error));
      });
  let parser = fresh();
  return (frame) => {
    decoded = undefined;
    fault = undefined;
    let left = 1;
    try {
      left = parser.parse(frame);
    } catch (error) {
      // Content that sends the codec beyond the end of the packet.
      fault ??= error instanceof Error ? error : new Error(String(error));
    }
    if (fault !== undefined || decoded === undefined || left > 0) parser = fresh();
    if (fault !== undefined) throw asRefused(fault);
    if (decoded === undefined) throw malformed('the packet ends before its content does');
    return decoded;
  };
}

const decoders = { 4: createDecoder(4), 5: createDecoder(5) } as const;

/** One complete packet of a connection whose version is known. @throws Refused */
export function decode(frame: Buffer, version: Version): Packet {
  const type = (frame[0] as number) >> 4;
  if (type === packetType.connect) throw protocolError('a second CONNECT (MQTT 5 s3.1)');
  if (type === packetType.auth) throw protocolError('AUTH is not used: the certificate is the only authentication');
  if (type === packetType.pingreq && frame.length !== 2) throw malformed('a PINGREQ has no content');
  if (version === 4 && type === packetType.disconnect && frame.length !== 2)
    throw malformed('a DISCONNECT has no content in 3.1.1');
  const packet = decoders[version](frame);
  if (version === 5 && 'properties' in packet && packet.properties !== undefined)
    checkProperties(packet.cmd, packet.properties);
  return packet;
}

/** The protocol version that a CONNECT claims, even when the rest of it cannot be read: its refusal has that form. */
export function claimedVersion(frame: Buffer): Version {
  const name = frame.indexOf('MQTT');
  return name > 0 && name <= 7 && frame[name + 4] === 5 ? 5 : 4;
}

/** The first packet of a connection. @throws Refused when it is not a CONNECT that is understood */
export function decodeConnect(frame: Buffer): IConnectPacket & { protocolVersion: Version } {
  if ((frame[0] as number) >> 4 !== packetType.connect) throw protocolError('the first packet must be CONNECT');
  // The parser adopts the version of a CONNECT, so each gets its own.
  const packet = createDecoder(4)(frame);
  if (packet.cmd !== 'connect') throw protocolError('the first packet must be CONNECT');
  const { protocolVersion } = packet;
  if ((protocolVersion !== 4 && protocolVersion !== 5) || packet.protocolId !== 'MQTT' || 'bridgeMode' in packet) {
    throw new Refused('protocol', reason.unsupportedVersion, 'speak MQTT 3.1.1 or MQTT 5');
  }
  if (packet.properties !== undefined) checkProperties('connect', packet.properties);
  if (packet.will?.properties !== undefined) checkProperties('will', packet.will.properties);
  return { ...packet, protocolVersion };
}

// MQTT 5 s2.2.2.2, the columns that a device may send. The codec knows the properties but not where they belong.
const allowedProperties: Readonly<Record<string, ReadonlySet<string>>> = Object.freeze({
  connect: new Set([
    'sessionExpiryInterval',
    'receiveMaximum',
    'maximumPacketSize',
    'topicAliasMaximum',
    'requestResponseInformation',
    'requestProblemInformation',
    'userProperties',
    'authenticationMethod',
    'authenticationData',
  ]),
  will: new Set([
    'willDelayInterval',
    'payloadFormatIndicator',
    'messageExpiryInterval',
    'contentType',
    'responseTopic',
    'correlationData',
    'userProperties',
  ]),
  publish: new Set([
    'payloadFormatIndicator',
    'messageExpiryInterval',
    'topicAlias',
    'responseTopic',
    'correlationData',
    'userProperties',
    'contentType',
  ]),
  subscribe: new Set(['subscriptionIdentifier', 'userProperties']),
  unsubscribe: new Set(['userProperties']),
  disconnect: new Set(['sessionExpiryInterval', 'reasonString', 'userProperties']),
  auth: new Set(['authenticationMethod', 'authenticationData', 'reasonString', 'userProperties']),
});
const answerProperties: ReadonlySet<string> = new Set(['reasonString', 'userProperties']);

function checkProperties(where: string, properties: object): void {
  const allowed = allowedProperties[where] ?? answerProperties;
  for (const [name, value] of Object.entries(properties)) {
    if (!allowed.has(name)) throw protocolError(`${name} does not belong into ${where.toUpperCase()}`);
    if (name === 'userProperties') continue;
    if (Array.isArray(value)) throw protocolError(`${name} is given twice`);
    if (value === null || value === undefined || value === -1) throw malformed(`${name} is cut short`);
  }
}

function asRefused(fault: Error): Refused {
  if (fault.message === 'Invalid protocol version' || fault.message === 'Invalid protocolId') {
    return new Refused('protocol', reason.unsupportedVersion, 'speak MQTT 3.1.1 or MQTT 5');
  }
  return malformed(fault.message);
}

/** Text that MQTT forbids (MQTT 5 s1.5.4): NUL, control characters, or bytes that were not UTF-8 (the codec puts U+FFFD for them). */
export function isHostileText(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (
      code < 0x20 ||
      (code >= 0x7f && code < 0xa0) ||
      code >= 0xfff0 ||
      (code >= 0xd800 && code <= 0xdfff && !text.isWellFormed())
    )
      return true;
  }
  return false;
}

const encodeOptions = { 4: { protocolVersion: 4 }, 5: { protocolVersion: 5 } } as const;

export const encodeConnack = (packet: Omit<IConnackPacket, 'cmd'>, version: Version): Buffer =>
  generate({ cmd: 'connack', ...packet }, encodeOptions[version]);
export const encodePublish = (packet: Omit<IPublishPacket, 'cmd'>, version: Version): Buffer =>
  generate({ cmd: 'publish', ...packet }, encodeOptions[version]);
export const encodeSuback = (packet: Omit<ISubackPacket, 'cmd'>, version: Version): Buffer =>
  generate({ cmd: 'suback', ...packet }, encodeOptions[version]);
export const encodeUnsuback = (messageId: number, granted: number[], version: Version): Buffer =>
  generate({ cmd: 'unsuback', messageId, granted }, encodeOptions[version]);

/** DISCONNECT from the server exists in MQTT 5 only (s3.14). */
export const encodeDisconnect = (reasonCode: number, reasonString: string): Buffer =>
  generate(
    { cmd: 'disconnect', reasonCode, properties: { reasonString: boundedText(reasonString) } },
    encodeOptions[5],
  );

/** An acknowledgement that carries an error; successes are written four bytes at a time by `writeAck`. */
export function encodeFailedAck(
  cmd: 'puback' | 'pubrec' | 'pubcomp',
  messageId: number,
  reasonCode: number,
  text: string | undefined,
): Buffer {
  return generate(
    { cmd, messageId, reasonCode, ...(text === undefined ? {} : { properties: { reasonString: boundedText(text) } }) },
    encodeOptions[5],
  );
}

/** PUBACK, PUBREC, PUBREL or PUBCOMP without an error: the same four bytes in both versions (MQTT 5 s3.4.2.1). */
export function writeAck(target: Buffer, offset: number, type: number, messageId: number): void {
  target[offset] = type === packetType.pubrel ? 0x62 : type << 4;
  target[offset + 1] = 2;
  target[offset + 2] = messageId >> 8;
  target[offset + 3] = messageId & 0xff;
}

export const pingresp: Buffer = Buffer.from([0xd0, 0]);

const boundedText = (text: string) => (text.length > 200 ? `${text.slice(0, 199)}…` : text);
