import type { DirectorCode } from '@bulkhead/contract';
import { Problem } from '@bulkhead/kernel';

/** What people are told. */
export class DirectorError extends Problem<DirectorCode> {}

/** Why a device is refused; `code` goes into the answer as clients of aktualizr read it. */
export type RefusalCode =
  | 'bad_request'
  | 'certificate_refused'
  | 'certificate_required'
  | 'device_already_registered'
  | 'device_not_registered'
  | 'ecu_already_registered'
  | 'foreign_ecu'
  | 'manifest_refused'
  | 'not_found'
  | 'not_primary'
  | 'too_large'
  | 'too_many_ecus'
  | 'too_often'
  | 'unknown_device'
  | 'unknown_ecu'
  | 'wrong_hardware';

export class Refusal extends Problem<RefusalCode> {}
