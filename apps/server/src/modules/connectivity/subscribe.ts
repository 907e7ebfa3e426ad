import { downlinkChannelNames, downlinkFilter } from '@bulkhead/contract';
import type { ISubscribePacket, ISubscription, IUnsubscribePacket } from 'mqtt-packet';
import { type Connection, holdFor } from './connection.ts';
import { pump } from './deliver.ts';
import type { Device } from './deps.ts';
import { encodeSuback, encodeUnsuback, isHostileText } from './domain/codec.ts';
import { malformed, protocolError, reason } from './domain/reasons.ts';
import { isWellFormedFilter, type Subscription } from './domain/topic-filter.ts';
import type { Front } from './front.ts';
import { validPacketId } from './receive-publish.ts';

/** SUBSCRIBE (MQTT 5 s3.8): a device may listen below its own `down` and nowhere else. */
export function receiveSubscribe(front: Front, connection: Connection, packet: ISubscribePacket, device: Device): void {
  const packetId = validPacketId(packet.messageId);
  const identifier = packet.properties?.subscriptionIdentifier;
  if (packet.subscriptions.length === 0) throw protocolError('a SUBSCRIBE names at least one filter');
  if (identifier === 0) throw protocolError('a subscription identifier is not 0');
  const granted: Subscription[] = [];
  const codes = packet.subscriptions.map((wanted, i) => {
    const fault =
      i >= front.limits.filtersPerSubscribe
        ? reason.quotaExceeded
        : faultOf(front, connection, wanted, device, granted);
    if (fault !== undefined) return connection.version === 5 ? fault : reason.unspecified;
    // QoS 1 is the most that is granted: a command carries an id and is answered on `ack`.
    const qos = wanted.qos === 0 ? 0 : 1;
    granted.push({ filter: wanted.topic, qos, identifier });
    return qos;
  });
  work(connection, async () => {
    if (granted.length > 0) await front.store.subscribe(connection.clientId, granted);
    for (const subscription of granted) connection.subscriptions.set(subscription.filter, subscription);
    connection.send(encodeSuback({ messageId: packetId, granted: codes }, connection.version));
    void pump(front, connection);
  });
}

function faultOf(
  front: Front,
  connection: Connection,
  wanted: ISubscription,
  device: Device,
  granted: readonly Subscription[],
): number | undefined {
  const { topic } = wanted;
  if (isHostileText(topic)) throw malformed('a topic filter has no control characters');
  if (topic.startsWith('$share/')) {
    if (wanted.nl === true) throw protocolError('No Local on a shared subscription');
    return reason.sharedNotSupported;
  }
  if (!isWellFormedFilter(topic)) return reason.badFilter;
  if (!isOwn(topic, device)) {
    front.refused(connection, 'topic', `not a filter of this device: ${topic.slice(0, 128)}`);
    return reason.notAuthorized;
  }
  const fresh = granted.filter(({ filter }) => !connection.subscriptions.has(filter)).length;
  const full = connection.subscriptions.size + fresh >= front.limits.subscriptionsPerConnection;
  return full && !connection.subscriptions.has(topic) ? reason.quotaExceeded : undefined;
}

function isOwn(filter: string, { vin, serial }: Device): boolean {
  const everything = downlinkFilter(vin, serial);
  const prefix = everything.slice(0, -1);
  if (!filter.startsWith(prefix)) return false;
  const [first, ...deeper] = filter.slice(prefix.length).split('/');
  if (first === '#') return true;
  return (
    (first === '+' || downlinkChannelNames.some((name) => name === first)) &&
    (deeper.length === 0 || deeper.join('/') === '#')
  );
}

export function receiveUnsubscribe(front: Front, connection: Connection, packet: IUnsubscribePacket): void {
  const packetId = validPacketId(packet.messageId);
  if (packet.unsubscriptions.length === 0) throw protocolError('an UNSUBSCRIBE names at least one filter');
  if (packet.unsubscriptions.some(isHostileText)) throw malformed('a topic filter has no control characters');
  const known = packet.unsubscriptions.filter((filter) => connection.subscriptions.has(filter));
  work(connection, async () => {
    if (known.length > 0) await front.store.unsubscribe(connection.clientId, known);
    const codes = packet.unsubscriptions.map((filter) =>
      connection.subscriptions.delete(filter) ? reason.success : reason.noSubscriptionExisted,
    );
    connection.send(encodeUnsuback(packetId, codes, connection.version));
  });
}

/** Nothing else is read while the store works, so that answers keep their order. */
function work(connection: Connection, action: () => Promise<void>): void {
  connection.hold(holdFor.work);
  action()
    .catch((error: unknown) => connection.fail(error))
    .finally(() => connection.release(holdFor.work));
}
