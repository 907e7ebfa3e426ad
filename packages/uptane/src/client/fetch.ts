import type { Dialect } from '../dialect.ts';
import { UptaneError } from '../error.ts';

export type RepositoryName = 'director' | 'image';

/** A file that the verification needs next. */
export interface FetchRequest {
  readonly repository: RepositoryName;
  readonly role: string;
  /** The version that is expected; undefined where only the file can tell. */
  readonly version: number | undefined;
  /** Path below the repository's metadata address. */
  readonly path: string;
  /** Reading must stop here: more is an endless-data attack. */
  readonly maxBytes: number;
  /** A root of the next version may not exist yet; anything else must. */
  readonly optional: boolean;
}

/** The bytes; undefined when the repository says that there is no such file. */
export type Reply = Uint8Array | undefined;

/** A verification in progress: yields what it needs, ends with what it found. */
export type Steps<T> = Generator<FetchRequest, T, Reply>;

export interface Need {
  readonly repository: RepositoryName;
  readonly role: string;
  readonly version?: number | undefined;
  readonly maxBytes: number;
}

/** @throws UptaneError `uptane.drop-request` when the file is not there, `uptane.endless-data` when it is too long. */
export function* fetchFile(dialect: Dialect, need: Need): Generator<FetchRequest, Uint8Array, Reply> {
  const bytes = yield* fetchOptional(dialect, need, false);
  if (bytes) return bytes;
  throw new UptaneError(
    'uptane.drop-request',
    `${need.repository}/${need.role}`,
    'the repository does not serve this file',
  );
}

export function* fetchOptional(dialect: Dialect, need: Need, optional = true): Steps<Reply> {
  const { repository, role, version, maxBytes } = need;
  const path = dialect.path(role, version ?? 1);
  const bytes = yield { repository, role, version, path, maxBytes, optional };
  if (bytes && bytes.length > maxBytes) {
    const detail = `${bytes.length} bytes are more than the ${maxBytes} that it may have`;
    throw new UptaneError('uptane.endless-data', `${repository}/${role}`, detail);
  }
  return bytes;
}

/** Drives a verification with files at hand. */
export function runSteps<T>(steps: Steps<T>, fetch: (request: FetchRequest) => Reply): T {
  let step = steps.next();
  while (!step.done) step = steps.next(fetch(step.value));
  return step.value;
}

/** Drives a verification over a network. An error of `fetch` is thrown into the verification, which then ends with it. */
export async function runStepsAsync<T>(steps: Steps<T>, fetch: (request: FetchRequest) => Promise<Reply>): Promise<T> {
  let step = steps.next();
  while (!step.done) {
    let reply: Reply;
    try {
      reply = await fetch(step.value);
    } catch (error) {
      step = steps.throw(error);
      continue;
    }
    step = steps.next(reply);
  }
  return step.value;
}
