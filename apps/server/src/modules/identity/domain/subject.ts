import { type DeviceSubject, deviceIdUri, deviceUri, parseDeviceIdUri, parseDeviceUri } from '@bulkhead/contract';
import type { Name, ReadAlternativeNames } from '@bulkhead/pki';
import { EnrolmentError } from './error.ts';

/** Subject and alternative names as a request or certificate carries them. */
export interface Named {
  readonly subject: Name;
  readonly san: ReadAlternativeNames;
}

export interface DeviceNames extends DeviceSubject {
  /** The platform's id of the ECU, in certificates and in renewals that repeat it. */
  readonly ecuId: string | undefined;
}

function wrongSubject(detail: string): EnrolmentError {
  return new EnrolmentError(
    'wrong-subject',
    `${detail}. Use the subject CN=<ECU serial> and the alternative name URI:urn:bulkhead:vin:<VIN>:ecu:<ECU serial>`,
  );
}

/**
 * Reads the one ECU that names say (packages/contract/src/device-subject.ts). Nothing else may stand there: a name that is
 * not understood could mean something to another reader of the certificate.
 */
export function readDeviceNames({ subject, san }: Named): DeviceNames {
  const [cn, ...more] = subject;
  if (cn?.type !== 'CN' || more.length > 0) throw wrongSubject('The subject must be exactly one CN');
  if (san.dns.length + san.ip.length + san.email.length + san.directory.length + san.other > 0) {
    throw wrongSubject('Only URIs may be alternative names of an ECU');
  }
  const devices = san.uri.map(parseDeviceUri).filter((device) => device !== undefined);
  const ids = san.uri.map(parseDeviceIdUri).filter((id) => id !== undefined);
  const [device] = devices;
  if (!device || devices.length !== 1 || ids.length > 1 || devices.length + ids.length !== san.uri.length) {
    throw wrongSubject('The alternative names must name exactly one ECU of one vehicle');
  }
  if (device.serial !== cn.value) throw wrongSubject('The CN is not the serial number in the alternative name');
  return { ...device, ecuId: ids[0] };
}

export const deviceSubject = (serial: string): Name => [{ type: 'CN', value: serial }];
export const deviceUris = (device: DeviceSubject, ecuId: string): string[] => [deviceUri(device), deviceIdUri(ecuId)];
