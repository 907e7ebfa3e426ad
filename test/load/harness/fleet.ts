import { Agent, request as httpsRequest } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { clientIdOf, deviceUri, uplinkTopic } from '@bulkhead/contract';
import { createCertificationRequest, generateKey, readCertsOnly, toPem } from '@bulkhead/pki';
import { architecture, vinOf } from '../../../apps/server/src/modules/inventory/testing.ts';
import type { Platform } from './platform.ts';

export const modelCode = 'BENCH';
export const roles: readonly string[] = architecture.roles.map(({ id }) => id);

export interface Ecu {
  readonly vin: string;
  readonly serial: string;
  readonly role: string;
}

/** What a load generator needs to speak as one device. */
export interface DeviceCredentials {
  readonly clientId: string;
  readonly topic: string;
  readonly key: string;
  readonly cert: string;
}

export interface Claim {
  readonly key: string;
  readonly cert: string;
}

export const vinsOf = (vehicles: number): string[] => Array.from({ length: vehicles }, (_, i) => vinOf(i));

/** ECUs of vehicles, each with the roles of the model in turn. */
export function ecusOf(count: number): Ecu[] {
  return Array.from({ length: count }, (_, i) => {
    const role = roles[i % roles.length] ?? '';
    return { vin: vinOf(Math.floor(i / roles.length)), serial: `${role.toUpperCase()}-${i}`, role };
  });
}

/** Uploads a file in pieces, starts the import and waits for its end. */
export async function importRows(
  { client }: Platform,
  kind: 'vehicles' | 'ecus',
  content: Buffer<ArrayBuffer>,
): Promise<{ seconds: number; uploadSeconds: number; accepted: number; refused: number }> {
  const began = performance.now();
  const { id } = await client.createImport({ body: { kind, format: 'csv', name: `${kind}.csv` } });
  const piece = 8 * 1024 * 1024;
  for (let offset = 0; offset < content.length; offset += piece) {
    await client.appendImport({ params: { id }, query: { offset }, content: content.subarray(offset, offset + piece) });
  }
  const uploaded = performance.now();
  await client.startImport({ params: { id }, body: {} });
  for (;;) {
    const { state, accepted, refused } = await client.getImport({ params: { id } });
    if (state === 'finished') {
      const ended = performance.now();
      return { seconds: (ended - uploaded) / 1_000, uploadSeconds: (uploaded - began) / 1_000, accepted, refused };
    }
    if (state !== 'running') throw new Error(`the import of ${kind} is ${state}`);
    await sleep(50);
  }
}

/** A model and vehicles of it, by the API. */
export async function registerVehicles(platform: Platform, vins: readonly string[]): Promise<void> {
  const body = { name: 'Bench', brand: 'Bench', year: 2026, architecture };
  await platform.client.putModel({ params: { code: modelCode }, body });
  const lines = vins.map((vin, i) => `${vin},${modelCode},${i % 3 === 0 ? 'EU' : 'NA'}`);
  await importRows(platform, 'vehicles', Buffer.from(`vin,model,region\n${lines.join('\n')}\n`));
}

export async function registerEcus(platform: Platform, ecus: readonly Ecu[]): Promise<void> {
  await registerVehicles(platform, [...new Set(ecus.map(({ vin }) => vin))]);
  const lines = ecus.map(({ vin, serial, role }) => `${vin},${serial},${role},PN-${role},Wired`);
  const { refused } = await importRows(
    platform,
    'ecus',
    Buffer.from(`vin,serial,role,partNumber,supplier\n${lines.join('\n')}\n`),
  );
  if (refused > 0) throw new Error(`${refused} ECUs were not taken into the inventory`);
}

export async function claimCertificate({ client }: Platform): Promise<Claim> {
  const { privateKey } = generateKey();
  const subject = [{ type: 'CN', value: 'bench' }] as const;
  const request = toPem('CERTIFICATE REQUEST', createCertificationRequest({ subject, key: privateKey }));
  const { pem } = await client.issueClaimCertificate({ body: { plant: 'bench', request } });
  return { key: String(privateKey.export({ format: 'pem', type: 'pkcs8' })), cert: pem };
}

/** A key and the PKCS#10 request of an ECU. */
export function requestOf({ vin, serial }: Ecu): { key: string; der: Buffer } {
  const { privateKey } = generateKey();
  const sans = { uri: [deviceUri({ vin, serial })] };
  const der = createCertificationRequest({ subject: [{ type: 'CN', value: serial }], sans, key: privateKey });
  return { key: String(privateKey.export({ format: 'pem', type: 'pkcs8' })), der };
}

export const estPath = '/.well-known/est/simpleenroll';

/** Registers ECUs and enrols every one of them over EST, as vehicles do. */
export async function enrolDevices(platform: Platform, count: number): Promise<DeviceCredentials[]> {
  const ecus = ecusOf(count);
  await registerEcus(platform, ecus);
  const claim = await claimCertificate(platform);
  const agent = new Agent({ keepAlive: true, maxSockets: 32, ca: platform.rootPem, ...claim });
  const enrol = (ecu: Ecu) => {
    const { key, der } = requestOf(ecu);
    return new Promise<DeviceCredentials>((resolve, reject) => {
      const request = httpsRequest(
        {
          host: 'localhost',
          port: platform.ports.est,
          path: estPath,
          method: 'POST',
          agent,
          headers: { 'Content-Type': 'application/pkcs10' },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => {
            const text = Buffer.concat(chunks).toString('latin1');
            if (response.statusCode !== 200) return reject(new Error(`EST answered ${response.statusCode}: ${text}`));
            const cert = toPem('CERTIFICATE', readCertsOnly(Buffer.from(text, 'base64'))[0] ?? Buffer.alloc(0));
            const { vin, serial } = ecu;
            resolve({ clientId: clientIdOf(vin, serial), topic: uplinkTopic(vin, serial, 'events'), key, cert });
          });
        },
      );
      request.on('error', reject);
      request.end(der.toString('base64'));
    });
  };
  const devices: DeviceCredentials[] = [];
  for (let i = 0; i < ecus.length; i += 64) devices.push(...(await Promise.all(ecus.slice(i, i + 64).map(enrol))));
  agent.destroy();
  return devices;
}
