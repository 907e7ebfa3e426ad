import { Problem } from '@bulkhead/kernel';

/** What can be wrong with a document before anybody asks who signed it. */
export type FormatCode =
  | 'uptane.not-json'
  | 'uptane.duplicate-key'
  | 'uptane.bad-text'
  | 'uptane.too-complex'
  | 'uptane.missing-field'
  | 'uptane.wrong-value'
  | 'uptane.wrong-role'
  | 'uptane.bad-key';

/** The attacks a client detects or suspects; an error report names one of them (Uptane 5.4.4, requirement C13). */
export type AttackCode =
  | 'uptane.arbitrary-software'
  | 'uptane.rollback'
  | 'uptane.freeze'
  | 'uptane.mix-and-match'
  | 'uptane.endless-data'
  | 'uptane.slow-retrieval'
  | 'uptane.drop-request'
  | 'uptane.wrong-hardware'
  | 'uptane.unknown-ecu'
  | 'uptane.duplicate-ecu'
  | 'uptane.director-delegation'
  | 'uptane.replay'
  | 'uptane.endless-delegation';

/** What only the server or an operator's tool refuses, and what a client meets without suspecting an attack. */
export type UseCode =
  | 'uptane.no-such-image'
  | 'uptane.no-secure-time'
  | 'uptane.not-authorised'
  | 'uptane.overlapping-delegations'
  | 'uptane.too-large'
  | 'uptane.unknown-vehicle'
  | 'uptane.wrong-signer'
  | 'uptane.bad-passphrase'
  | 'uptane.cannot-decrypt';

/** Everything that can go wrong in this package; callers switch on it, so it only grows. */
export type UptaneCode = FormatCode | AttackCode | UseCode;

/** Why something was refused. `place` is a path in a document (`$.signed.version`) or the file (`director/targets`). */
export class UptaneError extends Problem<UptaneCode> {
  readonly place: string;

  constructor(code: UptaneCode, place: string, detail: string, cause?: unknown) {
    super(code, place === '$' || place === '' ? detail : `${place}: ${detail}`, { fields: { place }, cause });
    this.place = place;
  }
}

/** Foreign text inside a message: shortened, and without characters that could forge a log line. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 77)}...` : text);
}
