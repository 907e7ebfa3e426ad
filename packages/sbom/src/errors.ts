import { Problem } from '@bulkhead/kernel';

export type SbomErrorCode =
  | 'sbom.too-large'
  | 'sbom.too-deep'
  | 'sbom.too-many-values'
  | 'sbom.too-many-components'
  | 'sbom.too-many-edges'
  | 'sbom.string-too-long'
  | 'sbom.bad-text'
  | 'sbom.not-json'
  | 'sbom.not-xml'
  | 'sbom.bad-archive'
  | 'sbom.too-many-statements'
  | 'sbom.unknown-format'
  | 'sbom.unsupported-version'
  | 'sbom.missing-field'
  | 'sbom.unknown-field'
  | 'sbom.wrong-type'
  | 'sbom.wrong-value'
  | 'sbom.bad-purl'
  | 'sbom.bad-lockfile';

/** Why a document was refused. `path` is the place in it (`$.components[3].type`), `$` when it is the whole document. */
export class SbomError extends Problem<SbomErrorCode> {
  readonly path: string;

  constructor(code: SbomErrorCode, path: string, detail: string, cause?: unknown) {
    super(code, path === '$' ? detail : `${path}: ${detail}`, { fields: { path }, cause });
    this.path = path;
  }
}

/** A foreign value inside a message. Never by String(): an object may carry a "toString" that is no function. */
export function quoteValue(value: unknown): string {
  return typeof value === 'string' ? quote(value) : value === null ? 'null' : `a value of type ${typeof value}`;
}

/** Foreign text inside a message: shortened, and without characters that could forge a log line. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 77)}...` : text);
}
