import type { Readable } from 'node:stream';
import type { Input, Operation, Output, Permission } from '@bulkhead/contract';

/** Who is calling, after authentication: an operator's session, an API token, or nobody on a public operation. */
export interface Actor {
  readonly kind: 'operator' | 'token' | 'anonymous';
  readonly id: string;
  readonly name: string;
  readonly may: (permission: Permission) => boolean;
}

/** What a handler may know of the request beyond its typed input. */
export interface RequestContext {
  readonly actor: Actor;
  readonly requestId: string;
  /** Address of the peer as the socket says; forwarded headers are not trusted. */
  readonly address: string;
  /** Whether the request came over TLS, which decides the Secure attribute of cookies. */
  readonly secure: boolean;
  readonly userAgent: string;
  /** Scheme, host and port by which the caller reached this server; the host is one of the known names. */
  readonly origin: string;
  /** The bytes of a raw request, not yet read; bounded by `http.maxUploadBytes`. */
  readonly content: Readable;
  /** The session cookie, for the access module only. */
  readonly cookies: {
    readonly session: string | undefined;
    set(value: string, maxAgeSeconds: number): void;
    clear(): void;
  };
  /** Aborted when the caller goes away. */
  readonly signal: AbortSignal;
}

/** What a raw operation answers with: a media type and bytes or a stream. */
export interface RawResponse {
  readonly contentType: string;
  readonly body: Readable | Buffer | string;
  readonly fileName?: string;
  /** Further headers: names in lower case, values of visible ASCII. */
  readonly headers?: Readonly<Record<string, string>>;
}

type Result<O extends Operation> = O extends { readonly raw: { readonly response: readonly string[] } }
  ? RawResponse
  : Output<O>;

export type Handler<O extends Operation> = (input: Input<O>, context: RequestContext) => Promise<Result<O>> | Result<O>;

/** One handler per operation of a module; a missing handler or a wrong result type does not compile. */
export type Handlers<Group extends Readonly<Record<string, Operation>>> = {
  readonly [K in keyof Group]: Handler<Group[K]>;
};

/** `[status, title]` per problem code; each module exports one table, `main.ts` merges them. */
export type ProblemTable<Code extends string = string> = Readonly<
  Record<Code, readonly [status: number, title: string]>
>;
