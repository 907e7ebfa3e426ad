import { clientIdOf, downlinkChannelNames, downlinkTopic, uplinkChannelNames, uplinkTopic } from '@bulkhead/contract';
import { Problem } from '@bulkhead/kernel';
import { type Connection, holdFor } from './connection.ts';
import { pump, resend } from './deliver.ts';
import type { Device } from './deps.ts';
import { type ConnectPacket, claimedVersion, decodeConnect, encodeConnack, type Version } from './domain/codec.ts';
import { malformed, protocolError, Refused, reason, returnCodeOf } from './domain/reasons.ts';
import type { Front } from './front.ts';
import type { OpenedSession, Will } from './session-port.ts';

type Connect = ConnectPacket & { protocolVersion: Version };

/** CONNECT (MQTT 5 s3.1): the certificate decides who this is; the packet only says how to talk. */
export function acceptConnect(front: Front, connection: Connection, frame: Buffer, device: Device): void {
  let packet: Connect;
  try {
    connection.version = claimedVersion(frame);
    packet = decodeConnect(frame);
    adopt(front, connection, packet, device);
  } catch (error) {
    return refuseConnect(front, connection, error);
  }
  connection.phase = 'opening';
  connection.hold(holdFor.work);
  connection.opening = open(front, connection, packet, device).catch((error: unknown) =>
    refuseConnect(front, connection, error),
  );
}

function refuseConnect(front: Front, connection: Connection, error: unknown): void {
  const known = error instanceof Refused;
  const reasonCode = known ? error.reason : reason.unavailable;
  const detail = known ? error.message : 'the service is not available, try again later';
  if (known) front.refused(connection, error.kind, detail);
  else front.deps.log.warn({ err: error, clientId: connection.clientId }, 'a session could not be opened');
  const { version } = connection;
  const connack =
    version === 5
      ? encodeConnack({ sessionPresent: false, reasonCode, properties: { reasonString: detail.slice(0, 200) } }, 5)
      : encodeConnack({ sessionPresent: false, returnCode: returnCodeOf(reasonCode) }, 4);
  // A malformed packet of 3.1.1 gets no answer (s4.8); a version that is not spoken does.
  const silent = version === 4 && (reasonCode === reason.malformed || reasonCode === reason.protocolError);
  if (!silent && connection.ended === undefined && connack.length <= connection.clientPacketMax)
    connection.send(connack);
  connection.end(undefined, detail);
}

/** Checks what the packet asks for and takes it over. @throws Refused */
function adopt(front: Front, connection: Connection, packet: Connect, device: Device): void {
  const { properties } = packet;
  const own = clientIdOf(device.vin, device.serial);
  if (properties?.authenticationMethod !== undefined)
    throw new Refused('protocol', reason.badAuthMethod, 'the certificate is the only authentication');
  if (properties?.receiveMaximum === 0 || properties?.maximumPacketSize === 0)
    throw protocolError('Receive Maximum and Maximum Packet Size are not 0');
  if (packet.clientId === '' && packet.protocolVersion === 4 && packet.clean !== true) {
    throw new Refused(
      'client-id',
      reason.badClientId,
      'an empty client id needs clean session 1 (MQTT 3.1.1 s3.1.3-8)',
    );
  }
  if (packet.clientId !== '' && packet.clientId !== own) {
    throw new Refused('client-id', reason.badClientId, `the certificate allows the client id ${own}, or an empty one`);
  }
  if (!front.connects.allows(connection.fingerprint256))
    throw new Refused('flood', reason.connectionRate, 'this certificate connects too often');
  connection.clientReceiveMax = properties?.receiveMaximum ?? 65_535;
  connection.clientPacketMax = properties?.maximumPacketSize ?? Number.MAX_SAFE_INTEGER;
  connection.wantsReasons = properties?.requestProblemInformation !== false;
  connection.expirySeconds = sessionExpiry(front, packet);
  connection.keepAliveMs = keepAliveSeconds(front, packet) * 1_500;
  connection.uplinks = new Map(
    uplinkChannelNames.map((channel) => [uplinkTopic(device.vin, device.serial, channel), channel]),
  );
  connection.downlinks = new Map(
    downlinkChannelNames.map((channel) => [channel, downlinkTopic(device.vin, device.serial, channel)]),
  );
  connection.will = checkWill(front, connection, packet, device);
}

function sessionExpiry(front: Front, packet: Connect): number {
  const most = front.limits.sessionExpirySeconds;
  // MQTT 3.1.1 knows no expiry: a session that is not clean lives as long as we keep any.
  const wanted =
    packet.protocolVersion === 5 ? (packet.properties?.sessionExpiryInterval ?? 0) : packet.clean ? 0 : most;
  return Math.min(wanted, most);
}

function keepAliveSeconds(front: Front, packet: Connect): number {
  const asked = packet.keepalive ?? 0;
  const most = front.limits.keepAliveSeconds;
  // Only MQTT 5 can tell the client another value (s3.2.2.3.14); 3.1.1 keeps its own.
  return packet.protocolVersion === 5 && (asked === 0 || asked > most) ? most : asked;
}

/** A will is an uplink message of the device itself, checked now because nobody can be told later. */
function checkWill(front: Front, connection: Connection, { will }: Connect, device: Device): Will | undefined {
  if (will === undefined) return undefined;
  if (will.retain) throw new Refused('protocol', reason.retainNotSupported, 'retained messages are not available');
  if (will.qos !== undefined && will.qos > 2) throw malformed('the QoS of the will is 0, 1 or 2');
  const channel = connection.uplinks.get(will.topic);
  if (channel === undefined)
    throw new Refused('topic', reason.notAuthorized, 'the topic of the will is not a topic of this device');
  const payload = Buffer.from(will.payload);
  try {
    front.deps.sinks[channel].parse(payload, device);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw new Refused('payload', reason.badPayload, `will: ${error.message}`);
  }
  return { channel, payload, qos: will.qos ?? 0, delaySeconds: will.properties?.willDelayInterval ?? 0 };
}

async function open(front: Front, connection: Connection, packet: Connect, device: Device): Promise<void> {
  const clientId = clientIdOf(device.vin, device.serial);
  const previous = front.registry.claim(clientId, connection);
  if (previous !== undefined) {
    previous.end(reason.takenOver, 'the same device connected again');
    // Its acknowledged messages and its session row must be settled before the session is read.
    await previous.done.promise;
  }
  if (connection.ended !== undefined) return;
  const session = await front.store.open({
    clientId,
    device,
    connectionId: connection.connectionId,
    cleanStart: packet.clean === true,
    expirySeconds: connection.expirySeconds,
    will: connection.will,
    now: front.now(),
  });
  connection.phase = 'live';
  connection.sessionId = session.sessionId;
  if (connection.ended !== undefined) return;
  for (const subscription of session.subscriptions) connection.subscriptions.set(subscription.filter, subscription);
  for (const packetId of session.receivedIds) connection.received.set(packetId, true);
  connection.inFlight = session.receivedIds.length;
  connection.send(connack(front, connection, packet, clientId, session));
  front.connected(connection);
  resend(front, connection, session.unacknowledged);
  connection.release(holdFor.work);
  void pump(front, connection);
}

function connack(
  front: Front,
  connection: Connection,
  packet: Connect,
  clientId: string,
  session: OpenedSession,
): Buffer {
  const { limits } = front;
  const base = { sessionPresent: session.present };
  if (packet.protocolVersion === 4) return encodeConnack({ ...base, returnCode: 0 }, 4);
  const keepAlive = Math.round(connection.keepAliveMs / 1_500);
  return encodeConnack(
    {
      ...base,
      reasonCode: reason.success,
      properties: {
        sessionExpiryInterval: connection.expirySeconds,
        receiveMaximum: Math.min(limits.inFlight, 65_535),
        retainAvailable: false,
        maximumPacketSize: limits.payloadBytes + limits.overheadBytes,
        topicAliasMaximum: limits.topicAliases,
        wildcardSubscriptionAvailable: true,
        subscriptionIdentifiersAvailable: true,
        sharedSubscriptionAvailable: false,
        ...(packet.clientId === '' ? { assignedClientIdentifier: clientId } : {}),
        ...(keepAlive === packet.keepalive ? {} : { serverKeepAlive: keepAlive }),
      },
    },
    5,
  );
}
