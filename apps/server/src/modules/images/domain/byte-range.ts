export interface ByteRange {
  readonly start: number;
  /** The last byte, included. */
  readonly end: number;
}

/**
 * The one range that is asked for (RFC 9110 s14.1.2). Undefined: the whole file, also for several ranges or what is not
 * understood, as the RFC allows (s14.2).
 */
export function parseRange(header: string | undefined, length: number): ByteRange | 'unsatisfiable' | undefined {
  const [, from = '', to = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '') ?? [];
  if (from === '' && to === '') return undefined;
  if (from === '') {
    const last = Number(to);
    return last === 0 || length === 0 ? 'unsatisfiable' : { start: Math.max(0, length - last), end: length - 1 };
  }
  const start = Number(from);
  if (start >= length) return 'unsatisfiable';
  const end = to === '' ? length - 1 : Math.min(Number(to), length - 1);
  return end < start ? undefined : { start, end };
}
