import { acceptConnect } from './accept-connect.ts';
import type { Connection } from './connection.ts';
import { acknowledged } from './deliver.ts';
import { decode, pingresp } from './domain/codec.ts';
import { readPlainPublish } from './domain/plain-publish.ts';
import { protocolError, reason } from './domain/reasons.ts';
import type { Front } from './front.ts';
import { controlCost, limitRate, receivePlainPublish, receivePublish, receivePubrel } from './receive-publish.ts';
import { receiveSubscribe, receiveUnsubscribe } from './subscribe.ts';

/** One complete packet from a device. @throws Refused for what ends the connection */
export function handlePacket(front: Front, connection: Connection, frame: Buffer): void {
  const { device } = connection;
  if (device === undefined) throw new Error('a packet before the certificate was checked');
  if (connection.phase === 'new') return acceptConnect(front, connection, frame, device);
  const plain = readPlainPublish(frame, connection.version, connection.uplinks);
  if (plain !== undefined) return receivePlainPublish(front, connection, plain, device);
  const packet = decode(frame, connection.version);
  // A SUBSCRIBE is a transaction, as a message is.
  if (packet.cmd !== 'publish' && packet.cmd !== 'disconnect')
    limitRate(front, connection, packet.cmd === 'subscribe' || packet.cmd === 'unsubscribe' ? 1 : controlCost);
  switch (packet.cmd) {
    case 'publish':
      return receivePublish(front, connection, packet, device);
    case 'pubrel':
      return receivePubrel(front, connection, packet.messageId, device);
    case 'puback':
      return acknowledged(front, connection, packet.messageId);
    case 'subscribe':
      return receiveSubscribe(front, connection, packet, device);
    case 'unsubscribe':
      return receiveUnsubscribe(front, connection, packet);
    case 'pingreq':
      return connection.send(pingresp);
    case 'disconnect':
      return sayGoodbye(front, connection, packet.reasonCode ?? 0, packet.properties?.sessionExpiryInterval);
    default:
      // PUBREC and PUBCOMP answer QoS 2, which is never granted downwards; the rest only a server sends.
      throw protocolError(`a device does not send ${packet.cmd.toUpperCase()} here`);
  }
}

/** DISCONNECT (MQTT 5 s3.14): the will is dropped unless the device asks for it. */
function sayGoodbye(front: Front, connection: Connection, reasonCode: number, expiry: number | undefined): void {
  if (expiry !== undefined) {
    if (connection.expirySeconds === 0 && expiry > 0)
      throw protocolError('a session that ends with the connection cannot be prolonged');
    connection.expirySeconds = Math.min(expiry, front.limits.sessionExpirySeconds);
  }
  connection.saidGoodbye = reasonCode !== reason.disconnectWithWill;
  connection.end(undefined, 'the device disconnected');
}
