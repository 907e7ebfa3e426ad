import { Problem } from '@bulkhead/kernel';

export type OutboundCode = 'outbound.not-allowed' | 'outbound.failed' | 'outbound.too-large';

/** Why something could not be fetched, in words for the person who named the address. */
export class OutboundError extends Problem<OutboundCode> {
  /** Milliseconds that the server asked to be left alone. */
  readonly retryAfter: number | undefined;
  /** Whether the same request may work in a moment. */
  readonly passing: boolean;

  constructor(
    code: OutboundCode,
    detail: string,
    more: { retryAfter?: number; passing?: boolean; cause?: unknown } = {},
  ) {
    super(code, detail, { cause: more.cause });
    this.retryAfter = more.retryAfter;
    this.passing = more.passing ?? false;
  }
}

export const failed = (detail: string, more: { retryAfter?: number; passing?: boolean; cause?: unknown } = {}) =>
  new OutboundError('outbound.failed', detail, more);
