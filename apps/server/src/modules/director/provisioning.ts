import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { deviceUri } from '@bulkhead/contract';
import { Problem } from '@bulkhead/kernel';
import { createCertificationRequest, createPkcs12 } from '@bulkhead/pki';
import type { DirectorDeps } from './deps.ts';
import { Refusal, type RefusalCode } from './domain/error.ts';

/** `VIN:SERIAL`, a VIN, or a serial number. */
const deviceIdForm = /^[A-Za-z0-9][A-Za-z0-9._~:-]{0,127}$/;

const codes: ReadonlyMap<string, RefusalCode> = new Map([
  ['valid-identity-exists', 'device_already_registered'],
  ['identity-revoked', 'device_already_registered'],
  ['ecu-unknown', 'unknown_device'],
  ['certificate-required', 'certificate_required'],
  ['busy', 'too_often'],
]);

/**
 * POST /devices: a device that holds the shared credential of a plant (its claim certificate) gets a key and a certificate of
 * its own, as PKCS#12 with an empty password. The key is made here and forgotten: clients that can should enrol over EST,
 * where it never leaves the ECU.
 */
export function createProvisioning({ identity, inventory }: DirectorDeps) {
  return async (peer: Uint8Array | undefined, body: unknown): Promise<Buffer> => {
    const { vin, serial } = await deviceOf(inventory, body);
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const request = createCertificationRequest({
      subject: [{ type: 'CN', value: serial }],
      sans: { uri: [deviceUri({ vin, serial })] },
      key: privateKey,
    });
    try {
      const der = await identity.enrolWithClaim(peer, request);
      const certificates = [der, ...identity.vehicleChain];
      return createPkcs12({ key: privateKey, certificates, password: '', random: randomBytes });
    } catch (cause) {
      if (!(cause instanceof Problem)) throw cause;
      throw new Refusal(codes.get(cause.code) ?? 'certificate_refused', cause.message, { cause });
    }
  };
}

async function deviceOf(inventory: DirectorDeps['inventory'], body: unknown) {
  const { deviceId } = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  if (typeof deviceId !== 'string' || !deviceIdForm.test(deviceId))
    throw new Refusal('bad_request', 'deviceId must be VIN:SERIAL, a VIN, or the serial number of an ECU');
  const at = deviceId.indexOf(':');
  if (at > 0) return { vin: deviceId.slice(0, at), serial: deviceId.slice(at + 1) };
  const ecu = await inventory.ecuForEnrolment({ serial: deviceId });
  if (ecu) return ecu;
  // a vehicle is provisioned as the one ECU that speaks for it
  const members = await inventory.devicesOf(deviceId);
  const speakers = [members.filter((one) => one.function === 'telematics'), members.filter((one) => one.gateway)].find(
    (some) => some.length > 0,
  );
  const [speaker] = speakers ?? [];
  if (speaker && speakers?.length === 1) return speaker;
  throw new Refusal(
    'unknown_device',
    `The inventory has no ECU, and no vehicle with one telematics unit or gateway, named ${deviceId}`,
  );
}
