import type { Client } from '@bulkhead/contract';
import { vinCheckDigit } from '@bulkhead/kernel';
import { createCertificationRequest, generateKey, toPem } from '@bulkhead/pki';
import { type Credential, enrol, type Identity } from '../../apps/agent/src/index.ts';

/** A VIN of a European maker, right by ISO 3779; `n` tells vehicles apart. */
export function testVin(n: number): string {
  const vin = `WNWZZZ0ZZ6A${String(n).padStart(6, '0')}`;
  return vin < '6' ? vin.slice(0, 8) + vinCheckDigit(vin) + vin.slice(9) : vin;
}

/** A model of two ECU roles, a telematics unit and a gateway behind it. */
export async function putTestModel(client: Client, code = 'test-model') {
  return client.putModel({
    params: { code },
    body: {
      name: 'Test model',
      brand: 'Nordwind',
      year: 2026,
      architecture: {
        zones: [
          { id: 'outside', name: 'Outside', trust: 'untrusted' },
          { id: 'inside', name: 'Inside', trust: 'trusted' },
        ],
        buses: [
          { id: 'backbone', name: 'Backbone', kind: 'ethernet', zone: 'inside' },
          { id: 'body', name: 'Body CAN', kind: 'can', zone: 'inside' },
        ],
        roles: [
          {
            id: 'tcu',
            name: 'Telematics unit',
            function: 'telematics',
            zone: 'outside',
            buses: ['backbone'],
            gateway: false,
            patchable: true,
            interfaces: ['cellular'],
          },
          {
            id: 'cgw',
            name: 'Central gateway',
            function: 'gateway',
            zone: 'inside',
            buses: ['backbone', 'body'],
            gateway: true,
            patchable: true,
            interfaces: ['obd'],
          },
        ],
      },
    },
  });
}

export async function registerVehicle(client: Client, vin: string, serials: Record<string, string>) {
  const ecus = Object.entries(serials).map(([role, serial]) => ({
    role,
    serial,
    partNumber: `PN-${role}`,
    supplier: 'Acme',
  }));
  return client.createVehicle({ body: { vin, model: 'test-model', region: 'eu', ecus } });
}

/** A plant's claim certificate: key made here, certificate issued over the API. */
export async function claimCredential(client: Client): Promise<Credential> {
  const { privateKey } = generateKey();
  const csr = createCertificationRequest({ subject: [{ type: 'CN', value: 'test plant' }], key: privateKey });
  const { pem, chain } = await client.issueClaimCertificate({
    body: { plant: 'plant-1', request: toPem('CERTIFICATE REQUEST', csr), days: 1 },
  });
  return { key: privateKey, chain: chain.startsWith(pem) ? chain : pem + chain };
}

/** Model, vehicle, claim certificate and an enrolled telematics unit: what most end-to-end tests start from. */
export async function enrolledVehicle(
  client: Client,
  options: { vin: string; serial: string; estUrl: string; trust: string },
): Promise<{ identity: Identity; claim: Credential }> {
  await putTestModel(client);
  await registerVehicle(client, options.vin, { tcu: options.serial, cgw: `${options.serial}-GW` });
  const claim = await claimCredential(client);
  return {
    claim,
    identity: await enrol(
      { url: options.estUrl, trust: options.trust, vin: options.vin, serial: options.serial },
      claim,
      generateKey().privateKey,
    ),
  };
}
