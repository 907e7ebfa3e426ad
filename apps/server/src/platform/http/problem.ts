import { Problem } from '@bulkhead/kernel';
import type { ProblemTable } from './handlers.ts';

/** Failures that the HTTP edge itself finds, before any module is asked. */
export type RequestCode =
  | 'access.forbidden'
  | 'access.forged-request'
  | 'access.too-many-requests'
  | 'access.unauthenticated'
  | 'request.bad-cursor'
  | 'request.bad-filter'
  | 'request.invalid'
  | 'request.not-found'
  | 'request.too-large'
  | 'request.unavailable'
  | 'request.unsupported-media-type';

export class RequestError extends Problem<RequestCode> {}

export const requestProblems = {
  'access.forbidden': [403, 'Not permitted'],
  'access.forged-request': [403, 'Request refused'],
  'access.too-many-requests': [429, 'Too many requests'],
  'access.unauthenticated': [401, 'Sign in first'],
  'request.bad-cursor': [400, 'Page no longer valid'],
  'request.bad-filter': [400, 'Filter not understood'],
  'request.invalid': [400, 'Request not valid'],
  'request.not-found': [404, 'Not found'],
  'request.too-large': [413, 'Too large'],
  'request.unavailable': [503, 'Not available now'],
  'request.unsupported-media-type': [415, 'Media type not supported'],
} as const satisfies ProblemTable<RequestCode>;

export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly requestId: string;
  readonly detail?: string;
  readonly code?: string;
  readonly fields?: Readonly<Record<string, string>>;
}

/** RFC 9457; the only place where a failure becomes a status. What no table names is a 500 that tells nothing but an id. */
export function toProblem(error: unknown, table: ProblemTable, requestId: string): ProblemDocument {
  const entry = error instanceof Problem && Object.hasOwn(table, error.code) ? table[error.code] : undefined;
  if (!(error instanceof Problem) || !entry)
    return { type: 'about:blank', title: 'Internal Server Error', status: 500, code: 'request.internal', requestId };
  const [status, title] = entry;
  return {
    type: `/problems/${error.code}`,
    title,
    status,
    detail: error.message,
    code: error.code,
    fields: error.fields,
    requestId,
  };
}
