/** Something the reader put up with; each code means one kind of fault, so that a screen can count and group them. */
export type SbomWarningCode =
  | 'bad-cpe'
  | 'bad-hash'
  | 'bad-licence'
  | 'bad-purl'
  | 'checksum-mismatch'
  | 'duplicate-key'
  | 'duplicate-reference'
  | 'edge-left-out'
  | 'file-left-out'
  | 'newer-field'
  | 'no-subject'
  | 'several-subjects'
  | 'unknown-field'
  | 'unknown-value'
  | 'unknown-reference'
  | 'more';

export interface SbomWarning {
  readonly code: SbomWarningCode;
  readonly path: string;
  readonly message: string;
}

export interface Warnings {
  add(code: SbomWarningCode, path: () => string, message: string): void;
  list(): readonly SbomWarning[];
}

/** Keeps the first `max` warnings and counts the rest: a hostile document must not turn into a bigger answer. */
export function collectWarnings(max: number): Warnings {
  const kept: SbomWarning[] = [];
  let more = 0;
  return {
    add(code, path, message) {
      if (kept.length < max) kept.push({ code, path: path(), message });
      else more++;
    },
    list: () =>
      more === 0 ? kept : [...kept, { code: 'more', path: '$', message: `${more} more warnings are not listed` }],
  };
}
