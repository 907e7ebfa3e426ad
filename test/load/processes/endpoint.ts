import { writeFileSync } from 'node:fs';
import { clientIdOf, uplinkTopic } from '@bulkhead/contract';
import { countingSinks, createTestPki, startTestDoor } from '../../../apps/server/src/modules/connectivity/testing.ts';
import { argumentOf, tell } from '../harness/child.ts';
import type { DeviceCredentials } from '../harness/fleet.ts';

export interface EndpointStart {
  readonly devices: number;
  /** Directory for the credentials of devices and broker. */
  readonly files: string;
}

/** Our MQTT endpoint alone: real TLS, real packets, sinks that only count; and a PKI that a peer broker can use too. */
const { devices, files } = await argumentOf<EndpointStart>();
const pki = createTestPki();
const made: DeviceCredentials[] = Array.from({ length: devices }, (_, i) => {
  const vin = `BENCH${String(i).padStart(12, '0')}`;
  const { key, cert } = pki.device(vin, 'TCU');
  return { clientId: clientIdOf(vin, 'TCU'), topic: uplinkTopic(vin, 'TCU', 'events'), key, cert };
});
writeFileSync(`${files}/devices.json`, JSON.stringify(made));
writeFileSync(`${files}/ca.pem`, pki.ca);
writeFileSync(`${files}/server.pem`, pki.server.cert);
writeFileSync(`${files}/server.key`, pki.server.key, { mode: 0o644 });
const counted = { messages: 0 };
const door = await startTestDoor({
  pki,
  sinks: countingSinks(counted),
  limits: { messagesPerSecond: 1_000_000, messageBurst: 1_000_000 },
});
process.on('SIGTERM', () => void door.stop().then(() => process.exit(0)));
tell('ready', { port: door.port });
