import { messageLimits } from '@bulkhead/contract';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';

const count = (value: number, description: string, least = 1) =>
  Type.Integer({ default: value, minimum: least, maximum: 1_000_000_000, description });

/** Everything about the front door that can run out. Each has a safe default; config may set any. */
export const ConnectivityLimits = Type.Object(
  {
    payloadBytes: count(messageLimits.payloadBytes, 'Largest payload of a message'),
    overheadBytes: count(4_096, 'Room for topic and properties around a payload'),
    subscriptionsPerConnection: count(50, 'Subscriptions of one client'),
    filtersPerSubscribe: count(8, 'Filters in one SUBSCRIBE'),
    messagesPerSecond: count(100, 'Sustained rate of one connection; above it reading is slowed'),
    messageBurst: count(500, 'Messages above the rate before reading is slowed'),
    floodSeconds: count(300, 'A connection slowed this long without a pause is cut'),
    inFlight: count(100, 'Unacknowledged QoS 1 and 2 messages per connection'),
    topicAliases: count(16, 'Topic aliases a client may set', 0),
    keepAliveSeconds: count(1_200, 'Longest keep-alive; MQTT 5 clients are told'),
    sessionExpirySeconds: count(7 * 86_400, 'Longest life of a session without a connection'),
    connectSeconds: count(10, 'Time for the TLS handshake, and again for CONNECT'),
    handshakes: count(512, 'Handshakes under way at once'),
    connections: count(100_000, 'Connections of one replica'),
    connectionsPerCertificate: count(10, 'Open connections of one certificate, the ones being replaced included'),
    connectsPerMinute: count(30, 'Connections per certificate'),
    queuedPerClient: count(1_000, 'Messages waiting for one client'),
    lanes: count(2, 'Batches committed at the same time'),
    batchMessages: count(1_000, 'Messages in one transaction'),
    queuedMessages: count(8_000, 'Messages waiting per lane before reading stops'),
    queuedBytes: count(64 * 1024 * 1024, 'Bytes waiting per lane before reading stops'),
    writeBufferBytes: count(1024 * 1024, 'Unsent bytes before a client that does not read is no longer read from'),
  },
  { additionalProperties: false, default: {} },
);
export type ConnectivityLimits = Static<typeof ConnectivityLimits>;

export const defaultLimits: ConnectivityLimits = Object.freeze(
  Value.Default(ConnectivityLimits, {}) as ConnectivityLimits,
);
