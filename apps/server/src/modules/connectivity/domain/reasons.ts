import { Problem } from '@bulkhead/kernel';

/** MQTT 5 reason codes that the endpoint sends (MQTT 5 s2.4). */
export const reason = Object.freeze({
  success: 0x00,
  disconnectWithWill: 0x04,
  noSubscriptionExisted: 0x11,
  unspecified: 0x80,
  malformed: 0x81,
  protocolError: 0x82,
  implementation: 0x83,
  unsupportedVersion: 0x84,
  badClientId: 0x85,
  notAuthorized: 0x87,
  unavailable: 0x88,
  shuttingDown: 0x8b,
  badAuthMethod: 0x8c,
  keepAliveTimeout: 0x8d,
  takenOver: 0x8e,
  badFilter: 0x8f,
  badTopic: 0x90,
  packetIdNotFound: 0x92,
  receiveMaximum: 0x93,
  badTopicAlias: 0x94,
  packetTooLarge: 0x95,
  rateTooHigh: 0x96,
  quotaExceeded: 0x97,
  administrative: 0x98,
  badPayload: 0x99,
  retainNotSupported: 0x9a,
  sharedNotSupported: 0x9e,
  connectionRate: 0x9f,
});

/** CONNACK return codes of MQTT 3.1.1 (s3.2.2.3). */
export const returnCode = Object.freeze({ badVersion: 1, badClientId: 2, unavailable: 3, notAuthorized: 5 });

/** What the console groups refusals by; the same words as `refusalKinds` of the contract. */
export type RefusalKind =
  | 'certificate'
  | 'client-id'
  | 'topic'
  | 'payload'
  | 'oversize'
  | 'malformed'
  | 'flood'
  | 'protocol'
  | 'replay'
  | 'handshake';

export type RefusedCode = 'connectivity.refused';

/** Something a device did that ends its connection (or its CONNECT), with the reason it is told. */
export class Refused extends Problem<RefusedCode> {
  readonly kind: RefusalKind;
  readonly reason: number;

  constructor(kind: RefusalKind, reasonCode: number, detail: string) {
    super('connectivity.refused', detail);
    this.kind = kind;
    this.reason = reasonCode;
  }
}

export const malformed = (detail: string) => new Refused('malformed', reason.malformed, detail);
export const protocolError = (detail: string) => new Refused('protocol', reason.protocolError, detail);

/** The CONNACK return code of MQTT 3.1.1 that is nearest to an MQTT 5 reason. */
export function returnCodeOf(reasonCode: number): number {
  if (reasonCode === reason.unsupportedVersion) return returnCode.badVersion;
  if (reasonCode === reason.badClientId) return returnCode.badClientId;
  if (reasonCode === reason.unavailable || reasonCode === reason.connectionRate || reasonCode === reason.shuttingDown) {
    return returnCode.unavailable;
  }
  return returnCode.notAuthorized;
}
