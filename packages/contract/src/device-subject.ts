import { vinFault } from '@bulkhead/kernel';
import { isTopicLevel } from './topics.ts';

/** One ECU of one vehicle, as a certificate and a certificate request name it. */
export interface DeviceSubject {
  readonly vin: string;
  readonly serial: string;
}

/**
 * How a device is named in X.509, for platform, agent and every other client:
 *
 *     subject              CN=<ECU serial>          nothing else
 *     subjectAltName URI   urn:bulkhead:vin:<VIN>:ecu:<ECU serial>
 *
 * A request carries both. The certificate carries them unchanged and adds `urn:uuid:<ECU id>`, which a renewal may repeat.
 */
export function deviceUri({ vin, serial }: DeviceSubject): string {
  return `urn:bulkhead:vin:${vin}:ecu:${serial}`;
}

const form = /^urn:bulkhead:vin:([A-Z0-9]{17}):ecu:([^:]{1,64})$/;

/** Reads the URI back; `undefined` for another scheme, a VIN that cannot exist, or a serial that cannot stand in a topic. */
export function parseDeviceUri(uri: string): DeviceSubject | undefined {
  const [, vin, serial] = form.exec(uri) ?? [];
  if (vin === undefined || serial === undefined || vinFault(vin) !== undefined || !isTopicLevel(serial))
    return undefined;
  return { vin, serial };
}

const uuidForm = /^urn:uuid:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** RFC 9562 s4: the platform's own id of the ECU, which says nothing about the vehicle. */
export const deviceIdUri = (ecuId: string): string => `urn:uuid:${ecuId}`;

export function parseDeviceIdUri(uri: string): string | undefined {
  return uuidForm.exec(uri)?.[1];
}
