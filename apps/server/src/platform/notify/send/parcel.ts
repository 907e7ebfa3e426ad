import type { NotificationSeverity } from '@bulkhead/contract';
import type { Json } from '@bulkhead/kernel';

/** One message as it is sent. */
export interface Entry {
  readonly topic: string;
  readonly severity: NotificationSeverity;
  readonly subject: string;
  readonly text: string;
  /** Absolute address in the console. */
  readonly link: string | null;
  readonly data: Json | null;
  readonly at: Date;
}

/** What goes to a receiver in one piece: a message, or a digest of several. */
export interface Parcel {
  /** The same at each attempt, so that a receiver can absorb repeats. */
  readonly id: string;
  readonly entries: readonly Entry[];
  readonly digest: boolean;
  /** Messages of a digest beyond the entries, and where they are listed. */
  readonly more: number;
  readonly moreLink: string;
}

/**
 * Whom a failure is about. `receiver`: nothing would get through now. `message`: the receiver works but does not take
 * this one. `unclear`: the receiver answered and said that it failed.
 */
export type Blame = 'receiver' | 'message' | 'unclear';

/** How one attempt went. */
export type Outcome =
  | { readonly delivered: true; readonly detail: string }
  | {
      readonly delivered: false;
      /** What happened, for people. */
      readonly detail: string;
      readonly blame: Blame;
      /** When the receiver asked to be asked again, in milliseconds. */
      readonly retryAfter?: number;
      /** Mail addresses that have not got it, when others have. */
      readonly remaining?: readonly string[];
    };

export const failed = (detail: string, blame: Blame = 'receiver') => ({ delivered: false, detail, blame }) as const;
