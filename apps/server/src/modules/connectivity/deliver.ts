import type { DownlinkChannel } from '@bulkhead/contract';
import type { Connection } from './connection.ts';
import { encodePublish } from './domain/codec.ts';
import { type Delivery, deliveryFor } from './domain/topic-filter.ts';
import type { Front } from './front.ts';
import type { OutboundMessage } from './session-port.ts';

/** Messages taken from the queue at once, however large the client's window is. */
const mostAtOnce = 100;

/** Sends what is queued for this client, as far as its Receive Maximum allows. One pump per connection at a time. */
export async function pump(front: Front, connection: Connection): Promise<void> {
  if (connection.pumping !== 'no') {
    connection.pumping = 'again';
    return;
  }
  connection.wantsPump = false;
  try {
    do {
      connection.pumping = 'yes';
      while ((await sendSome(front, connection)) > 0);
    } while ((connection.pumping as string) === 'again');
  } catch (error) {
    connection.wantsPump = true; // the sweep tries again
    front.deps.log.warn(
      { err: error, clientId: connection.clientId },
      'queued messages could not be read; tried again shortly',
    );
  } finally {
    connection.pumping = 'no';
  }
}

async function sendSome(front: Front, connection: Connection): Promise<number> {
  const deliveries = deliveriesOf(connection);
  const packetIds = freePacketIds(
    connection,
    Math.min(mostAtOnce, connection.clientReceiveMax - connection.outbound.size),
  );
  if (connection.ended !== undefined || connection.phase !== 'live' || deliveries.size === 0 || packetIds.length === 0)
    return 0;
  const channels = new Map([...deliveries].map(([channel, { qos }]) => [channel, qos === 0 ? 0 : 1] as const));
  const messages = await front.store.take({ clientId: connection.clientId, channels, packetIds, now: front.now() });
  for (const message of messages) deliver(front, connection, message, deliveries.get(message.channel), false);
  return messages.length;
}

function deliveriesOf(connection: Connection): Map<DownlinkChannel, Delivery> {
  const deliveries = new Map<DownlinkChannel, Delivery>();
  for (const [channel, topic] of connection.downlinks) {
    const delivery = deliveryFor(connection.subscriptions.values(), topic);
    if (delivery !== undefined) deliveries.set(channel, delivery);
  }
  return deliveries;
}

/** After a reconnection: what was sent and not acknowledged goes again, same ids, same order, DUP set (MQTT 5 s4.4). */
export function resend(front: Front, connection: Connection, messages: readonly OutboundMessage[]): void {
  for (const message of messages) connection.outbound.set(message.packetId, message);
  for (const message of messages) deliver(front, connection, message, undefined, true);
}

function deliver(
  front: Front,
  connection: Connection,
  message: OutboundMessage,
  delivery: Delivery | undefined,
  dup: boolean,
): void {
  const topic = connection.downlinks.get(message.channel);
  if (topic === undefined) return;
  const { qos } = message;
  if (qos > 0) connection.outbound.set(message.packetId, message);
  const bytes = encodePublish(
    {
      topic,
      payload: message.payload,
      qos,
      dup,
      retain: false,
      ...(qos === 0 ? {} : { messageId: message.packetId }),
      ...(connection.version === 5 ? { properties: outboundProperties(message, delivery, front.nowMs()) } : {}),
    },
    connection.version,
  );
  if (bytes.length > connection.clientPacketMax) {
    // MQTT 5 s3.1.2.11.4: a packet the client will not take is dropped as if it had been delivered.
    front.refused(
      connection,
      'oversize',
      `a message on ${message.channel} is larger than the device accepts and was dropped`,
    );
    if (qos > 0) acknowledged(front, connection, message.packetId);
    return;
  }
  connection.messagesOut++;
  connection.send(bytes);
}

function outboundProperties(message: OutboundMessage, delivery: Delivery | undefined, nowMs: number) {
  const left =
    message.expiresAt === undefined ? undefined : Math.max(1, Math.ceil((message.expiresAt.getTime() - nowMs) / 1_000));
  const identifiers = delivery?.identifiers ?? [];
  return {
    payloadFormatIndicator: true,
    contentType: 'application/json',
    ...(left === undefined ? {} : { messageExpiryInterval: left }),
    ...(identifiers.length === 0 ? {} : { subscriptionIdentifier: [...identifiers] }),
  };
}

function freePacketIds(connection: Connection, most: number): number[] {
  const ids: number[] = [];
  for (let tries = 0; tries < 65_535 && ids.length < most; tries++) {
    const id = connection.nextPacketId;
    connection.nextPacketId = id === 65_535 ? 1 : id + 1;
    if (!connection.outbound.has(id)) ids.push(id);
  }
  return ids;
}

/** PUBACK from the device: the message is settled, and there is room for the next. */
export function acknowledged(front: Front, connection: Connection, packetId: number | undefined): void {
  const message = packetId === undefined ? undefined : connection.outbound.get(packetId);
  if (message === undefined) return;
  connection.outbound.delete(message.packetId);
  connection.settling.push(message.id);
  if (connection.settling.length === 1) setImmediate(() => void settle(front, connection));
}

async function settle(front: Front, connection: Connection): Promise<void> {
  const ids = connection.settling;
  connection.settling = [];
  try {
    await front.store.settle(connection.clientId, ids);
  } catch (error) {
    // Still in flight in the database: sent again after the next connection, and answered again.
    front.deps.log.warn({ err: error, clientId: connection.clientId }, 'acknowledged messages could not be settled');
  }
  await pump(front, connection);
}
