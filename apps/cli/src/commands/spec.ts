import type { OperationId } from '@bulkhead/contract';
import type { LooseCall, Session } from '../session.ts';

/** What the contract does not say about the command of an operation; everything else is derived from the contract. */
export interface CommandSpec {
  readonly verb: string;
  /** The noun, where it is not the first part of the operation's path. */
  readonly noun?: string;
  /** Columns of the table, where the filter fields are not what one wants to see first. */
  readonly columns?: readonly string[];
  /** Members of the body that are arguments rather than options. */
  readonly positional?: readonly string[];
  /** Members of the body whose text is read from the file that the option names. */
  readonly files?: readonly string[];
  /** The rest of the body is a JSON object in the file of `-f`. */
  readonly bodyFile?: boolean;
  /** The bytes of the file argument are the request's content. */
  readonly contentFile?: boolean;
  /** Members that are not for the operator to give. */
  readonly fixed?: Readonly<Record<string, unknown>>;
  readonly defaults?: Readonly<Record<string, unknown>>;
  /** Descriptions of options about which the contract is silent. */
  readonly describe?: Readonly<Record<string, string>>;
  /** The list whose fields the `filter` of this operation speaks of. */
  readonly filters?: OperationId;
  /** Says what will happen, with numbers; its presence makes the command ask first. */
  readonly danger?: (session: Session, call: LooseCall) => Promise<string>;
  /** What `--wait` waits for. */
  readonly until?: {
    readonly ended: (value: unknown) => boolean;
    readonly failure: (value: unknown) => string | undefined;
  };
  /** What the operator needs changed in the answer, such as a link made absolute. */
  readonly present?: (value: unknown, url: string) => unknown;
  /** Adds an option that fails the command when the answer breaks a limit. */
  readonly gate?: Gate;
  /** Says why the answer breaks a policy of the platform; the command then fails with code 7. */
  readonly verdict?: (value: unknown) => string | undefined;
  readonly examples: readonly string[];
}

export interface Gate {
  readonly flags: string;
  readonly description: string;
  readonly option: string;
  readonly fault: (value: unknown, limit: string) => string | undefined;
}
