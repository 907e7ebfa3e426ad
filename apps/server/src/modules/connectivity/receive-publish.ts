import type { UplinkChannel } from '@bulkhead/contract';
import { Problem } from '@bulkhead/kernel';
import type { Entry } from './committer.ts';
import { type Connection, holdFor } from './connection.ts';
import type { Device } from './deps.ts';
import { isHostileText, type PublishPacket, packetType } from './domain/codec.ts';
import type { PlainPublish } from './domain/plain-publish.ts';
import { malformed, protocolError, type RefusalKind, Refused, reason } from './domain/reasons.ts';
import { refill, waitFor } from './domain/token-bucket.ts';
import type { Front } from './front.ts';

type Plain = PlainPublish<UplinkChannel>;

/** A PUBLISH (MQTT 5 s3.3) to an own topic: parsed, queued for the next commit. */
export function receivePlainPublish(front: Front, connection: Connection, packet: Plain, device: Device): void {
  connection.messagesIn++;
  if (take(front, connection, packet.qos, packet.packetId))
    queue(front, connection, parsed(front, connection, packet, device), packet.payload.length);
}

/** Any other PUBLISH: with properties, to a topic that is not the device's own, or not as it should be. */
export function receivePublish(front: Front, connection: Connection, packet: PublishPacket, device: Device): void {
  connection.messagesIn++;
  const { qos } = packet;
  const packetId = qos === 0 ? 0 : validPacketId(packet.messageId);
  const topic = resolveAlias(front, connection, packet);
  if (packet.retain) throw new Refused('protocol', reason.retainNotSupported, 'retained messages are not available');
  if (!take(front, connection, qos, packetId)) return;
  const channel = connection.uplinks.get(topic);
  const payload = packet.payload as Buffer;
  const entry =
    channel === undefined
      ? foreign(front, connection, qos, packetId, topic, device)
      : parsed(front, connection, { channel, qos, packetId, payload }, device);
  queue(front, connection, entry, payload.length);
}

/** Counts the message against the window; false when it is a QoS 2 message that is known already. */
function take(front: Front, connection: Connection, qos: 0 | 1 | 2, packetId: number): boolean {
  if (qos === 2 && repeated(connection, packetId)) {
    limitRate(front, connection, controlCost);
    return false;
  }
  if (qos > 0) openWindow(front, connection);
  if (qos === 2) connection.received.set(packetId, false);
  return true;
}

function queue(front: Front, connection: Connection, entry: Entry | undefined, payloadBytes: number): void {
  if (entry !== undefined && !front.committer.push(connection.lane, entry)) connection.hold(holdFor.queue);
  // What a message costs grows with what it says: 200 events or 2,000 rows of software are not one.
  limitRate(front, connection, 1 + Math.floor(payloadBytes / bytesPerToken));
}

/** PUBREL (MQTT 5 s4.3.3): the id is forgotten durably before PUBCOMP says so. */
export function receivePubrel(
  front: Front,
  connection: Connection,
  messageId: number | undefined,
  device: Device,
): void {
  const packetId = validPacketId(messageId);
  if (connection.received.get(packetId) !== true) {
    if (connection.version === 5) connection.failAck('pubcomp', packetId, reason.packetIdNotFound, 'no such message');
    else connection.ack(packetType.pubcomp, packetId);
    return;
  }
  const entry = entryOf('release', connection, 'ack', 2, packetId, device, undefined, 64);
  if (!front.committer.push(connection.lane, entry)) connection.hold(holdFor.queue);
}

export function validPacketId(id: number | undefined): number {
  if (id === undefined || id < 1 || id > 65_535) throw malformed('a packet identifier is 1 to 65535');
  return id;
}

/** A QoS 2 message whose id is known: stored already, or about to be. */
function repeated(connection: Connection, packetId: number): boolean {
  const stored = connection.received.get(packetId);
  if (stored === true) connection.ack(packetType.pubrec, packetId);
  return stored !== undefined;
}

/** MQTT 5 s4.9: more than Receive Maximum is a protocol error; 3.1.1 has no such promise, so reading just stops. */
function openWindow(front: Front, connection: Connection): void {
  connection.inFlight++;
  if (connection.inFlight <= front.limits.inFlight) return;
  if (connection.version === 5) {
    throw new Refused(
      'flood',
      reason.receiveMaximum,
      `at most ${front.limits.inFlight} messages may wait for an acknowledgement`,
    );
  }
  connection.hold(holdFor.window);
}

function resolveAlias(front: Front, connection: Connection, { topic, properties }: PublishPacket): string {
  const alias = properties?.topicAlias;
  if (alias === undefined) {
    if (topic.length === 0) throw protocolError('a PUBLISH needs a topic or a topic alias');
    return topic;
  }
  if (alias < 1 || alias > front.limits.topicAliases) {
    throw new Refused('protocol', reason.badTopicAlias, `topic aliases go from 1 to ${front.limits.topicAliases}`);
  }
  if (topic.length > 0) {
    connection.aliases.set(alias, topic);
    return topic;
  }
  const known = connection.aliases.get(alias);
  if (known === undefined) throw protocolError('the topic alias was not set');
  return known;
}

function foreign(
  front: Front,
  connection: Connection,
  qos: 0 | 1 | 2,
  packetId: number,
  topic: string,
  device: Device,
): Entry | undefined {
  if (isHostileText(topic) || topic.includes('+') || topic.includes('#')) {
    throw new Refused('malformed', reason.badTopic, 'a topic name has neither wildcards nor control characters');
  }
  const detail = `not a topic of this device: ${topic.slice(0, 128)}`;
  // There is nobody to tell a reason to but the connection itself: 3.1.1 has no negative answer, QoS 0 has no answer.
  if (connection.version === 4 || qos === 0) throw new Refused('topic', reason.notAuthorized, detail);
  front.refused(connection, 'topic', detail);
  return refusal(connection, qos, packetId, reason.notAuthorized, detail, device);
}

function parsed(front: Front, connection: Connection, packet: Plain, device: Device): Entry | undefined {
  const { channel, qos, packetId, payload } = packet;
  if (payload.length > front.limits.payloadBytes) {
    throw new Refused('oversize', reason.packetTooLarge, `a payload has at most ${front.limits.payloadBytes} bytes`);
  }
  let message: unknown;
  try {
    message = front.deps.sinks[channel].parse(payload, device);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const often = error.code.endsWith('.too-often');
    const kind: RefusalKind = error.code.endsWith('.replayed') ? 'replay' : often ? 'flood' : 'payload';
    const detail = `${channel}: ${error.message}`;
    front.refused(connection, kind, detail);
    // Quota exceeded passes, an unfit payload does not: the device may keep the one and must give up the other.
    return refusal(connection, qos, packetId, often ? reason.quotaExceeded : reason.badPayload, detail, device);
  }
  return entryOf('message', connection, channel, qos, packetId, device, message, payload.length + 256);
}

/** A refusal takes its place in the queue, so that acknowledgements stay in order. */
function refusal(
  connection: Connection,
  qos: 0 | 1 | 2,
  packetId: number,
  outcome: number,
  detail: string,
  device: Device,
): Entry | undefined {
  if (qos === 0) return undefined;
  const entry = entryOf('refusal', connection, 'ack', qos, packetId, device, undefined, 256);
  entry.outcome = outcome;
  entry.detail = detail;
  return entry;
}

function entryOf(
  kind: Entry['kind'],
  connection: Connection,
  channel: UplinkChannel,
  qos: 0 | 1 | 2,
  packetId: number,
  device: Device,
  message: unknown,
  bytes: number,
): Entry {
  const receivedAt = connection.receivedAt;
  return {
    kind,
    owner: connection,
    channel,
    packetId,
    qos,
    bytes,
    device,
    message,
    receivedAt,
    outcome: 0,
    detail: '',
  };
}

/** What a packet without a message costs of the rate; a ping is answered by a TLS record of ten times its size. */
export const controlCost = 0.1;
const bytesPerToken = 4_096;

/** Every packet costs; a connection that has spent its allowance is read more slowly, and cut when that does not help. */
export function limitRate(front: Front, connection: Connection, cost: number): void {
  const { messagesPerSecond, messageBurst, floodSeconds } = front.limits;
  const { bucket } = connection;
  bucket.tokens -= cost;
  if (bucket.tokens >= 0) return;
  const now = front.nowMs();
  refill(bucket, messagesPerSecond, messageBurst, now);
  if (bucket.tokens >= messageBurst / 2) connection.slowedSince = undefined;
  if (bucket.tokens >= 0) return;
  connection.slowedSince ??= now;
  if (now - connection.slowedSince > floodSeconds * 1_000) {
    throw new Refused('flood', reason.rateTooHigh, `more than ${messagesPerSecond} messages/s for ${floodSeconds} s`);
  }
  front.slowed(connection);
  // A tenth of a second's worth at a time, so that a slowed device is not woken per message.
  connection.slow(waitFor(bucket, Math.max(1, messagesPerSecond / 10), messagesPerSecond));
}
