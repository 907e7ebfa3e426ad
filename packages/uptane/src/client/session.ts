import { type Dialect, dialectOf } from '../dialect.ts';
import { UptaneError } from '../error.ts';
import type { RoleKeys, Root } from '../model/root.ts';
import type { Common, DialectName, SignedFile, TopRole } from '../model/signed.ts';
import { requireThreshold } from '../signing/threshold.ts';
import { isExpired } from '../wire/common.ts';
import type { RepositoryName } from './fetch.ts';
import type { RepositoryState } from './trusted-state.ts';

/** One repository during one verification: what is trusted so far, changed step by step. */
export interface Session {
  readonly dialect: Dialect;
  readonly now: Date;
  readonly repository: RepositoryName;
  readonly trusted: { -readonly [K in keyof RepositoryState]: RepositoryState[K] };
}

export function openSession(
  repository: RepositoryName,
  trusted: RepositoryState,
  dialect: DialectName,
  now: Date,
): Session {
  return { dialect: dialectOf(dialect), now, repository, trusted: { ...trusted } };
}

/** `director/targets`: how errors name a file. */
export function placeOf({ repository }: Session, role: string): string {
  return `${repository}/${role}`;
}

/** Reads a file that was received; what is wrong inside it is told with the file's name before the place. */
export function readFile<T>(session: Session, role: string, read: () => SignedFile<T>): SignedFile<T> {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UptaneError)) throw error;
    throw new UptaneError(error.code, placeOf(session, role), error.message, error);
  }
}

/** The keys of a role in a root; every root that was read has all four. */
export function roleIn(session: Session, root: Root, role: TopRole): RoleKeys {
  const keys = root.roles.get(role);
  if (!keys) throw new UptaneError('uptane.wrong-value', placeOf(session, 'root'), `lists no role ${role}`);
  return keys;
}

/** @throws UptaneError `uptane.arbitrary-software` unless a threshold of the role's keys in this root signed the file. */
export function requireRole(session: Session, file: SignedFile<unknown>, role: TopRole, root: Root): void {
  requireThreshold(file, roleIn(session, root, role), root.keys, placeOf(session, role));
}

/** @throws UptaneError `uptane.freeze` */
export function requireFresh({ repository, now }: Session, role: string, signed: Common): void {
  if (!isExpired(signed, now)) return;
  const detail = `version ${signed.version} expired at ${signed.expires}; nothing newer is served`;
  throw new UptaneError('uptane.freeze', `${repository}/${role}`, detail);
}

/** @throws UptaneError `uptane.rollback` */
export function requireNotOlder(session: Session, role: string, version: number, previous: number | undefined): void {
  if (previous === undefined || version >= previous) return;
  const detail = `version ${version} is served, version ${previous} was seen before`;
  throw new UptaneError('uptane.rollback', placeOf(session, role), detail);
}

/**
 * Reads a file of our own storage. What cannot be read any more counts as not there: storage may have been cut short by
 * a loss of power, and the file is fetched again.
 */
export function readStored<T>(
  bytes: Uint8Array | undefined,
  read: (bytes: Uint8Array) => SignedFile<T>,
): SignedFile<T> | undefined {
  if (!bytes) return undefined;
  try {
    return read(bytes);
  } catch (error) {
    if (error instanceof UptaneError) return undefined;
    throw error;
  }
}
