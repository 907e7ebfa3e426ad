import { Problem } from '@bulkhead/kernel';

export type AdvisoryErrorCode =
  | 'advisory.too-large'
  | 'advisory.too-many'
  | 'advisory.not-json'
  | 'advisory.unknown-format'
  | 'advisory.unsupported-version'
  | 'advisory.missing-field'
  | 'advisory.wrong-type'
  | 'advisory.wrong-value';

/** Why a record was refused. `path` is the place in it (`$.affected[3].package`), `$` when it is the whole record. */
export class AdvisoryError extends Problem<AdvisoryErrorCode> {
  readonly path: string;

  constructor(code: AdvisoryErrorCode, path: string, detail: string, cause?: unknown) {
    super(code, path === '$' ? detail : `${path}: ${detail}`, { fields: { path }, cause });
    this.path = path;
  }
}
