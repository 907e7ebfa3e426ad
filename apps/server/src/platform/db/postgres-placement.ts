import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { PlatformError } from './error.ts';
import type { Log } from './log.ts';
import { type Account, canReach } from './postgres-account.ts';
import { ensureSystemDirectory, systemDirectory } from './postgres-binaries.ts';

/** The kernel's limit for a socket's path (sun_path), without its final zero. */
const longestSocketPath = 107;
const socketName = '.s.PGSQL.5432';

export interface Placement {
  /** The directory that holds the cluster's directory. */
  readonly root: string;
  /** PGDATA. */
  readonly pgdata: string;
  readonly socketDirectory: string;
}

/**
 * Decides where the database lives: `<data>/postgres`, or below /var/lib/bulkhead when the account cannot enter the data
 * directory. That choice is kept in `<data>/postgres.location`, so that a later chmod does not lead to an empty database.
 */
export function placePostgres(dataDirectory: string, account: Account | undefined, log: Log): Placement {
  const root = placeRoot(dataDirectory, account, log);
  return Object.freeze({ root, pgdata: join(root, 'postgres'), socketDirectory: placeSocket(root, account) });
}

function placeRoot(dataDirectory: string, account: Account | undefined, log: Log): string {
  const pointer = join(dataDirectory, 'postgres.location');
  if (existsSync(pointer)) return existingRoot(readFileSync(pointer, 'utf8').trim(), pointer);
  if (existsSync(join(dataDirectory, 'postgres')) || canReach(account, dataDirectory))
    return realpathSync(dataDirectory);
  ensureSystemDirectory();
  const root = join(
    systemDirectory,
    `${basename(dirname(realpathSync(dataDirectory)))}-${randomBytes(6).toString('hex')}`,
  );
  reportAbandoned(realpathSync(dataDirectory), log);
  mkdirSync(root, { mode: 0o711 });
  chmodSync(root, 0o711);
  writeFileSync(join(root, 'belongs-to'), `${realpathSync(dataDirectory)}\n`, { mode: 0o600 });
  writeFileSync(pointer, `${root}\n`, { mode: 0o600 });
  log.info(
    { root },
    `the database lives in ${root}: PostgreSQL cannot run as root, and its account cannot enter ${dataDirectory}`,
  );
  return root;
}

function existingRoot(root: string, pointer: string): string {
  if (existsSync(root)) return root;
  throw new PlatformError(
    'platform.embedded-database-failed',
    `The database directory ${root} named in ${pointer} is gone: restore it, or delete the whole data directory to begin anew`,
  );
}

/** Data of an earlier data directory in the same place is never touched, but the operator is told of it. */
function reportAbandoned(dataDirectory: string, log: Log): void {
  for (const name of readdirSync(systemDirectory)) {
    const marker = join(systemDirectory, name, 'belongs-to');
    if (!existsSync(marker) || readFileSync(marker, 'utf8').trim() !== dataDirectory) continue;
    log.warn(
      { root: join(systemDirectory, name) },
      `${join(systemDirectory, name)} holds the database of a deleted ${dataDirectory}: delete it too if it is not needed`,
    );
  }
}

function placeSocket(root: string, account: Account | undefined): string {
  const beside = join(root, 'run');
  if (Buffer.byteLength(join(beside, socketName)) <= longestSocketPath) return ownDirectory(beside, account);
  const name = `bulkhead-${process.getuid?.() ?? 0}-${createHash('sha256').update(root).digest('hex').slice(0, 12)}`;
  for (const parent of ['/run', tmpdir(), '/tmp']) {
    const short = join(parent, name);
    if (Buffer.byteLength(join(short, socketName)) > longestSocketPath) continue;
    try {
      if (!existsSync(short)) mkdirSync(short, { mode: 0o700 });
      assertOurs(short, account);
      return ownDirectory(short, account);
    } catch (error) {
      // Not allowed to write there, or taken: try the next.
      if (parent === '/tmp') throw unplaceable(short, error);
    }
  }
  throw unplaceable(root, undefined);
}

/** In a directory shared by all users somebody may have been there first, with a link or a directory of their own. */
function assertOurs(path: string, account: Account | undefined): void {
  const { uid, ...found } = lstatSync(path);
  const owners = [process.getuid?.(), account?.uid];
  if (!lstatSync(path).isDirectory() || !owners.includes(uid) || (found.mode & 0o077) !== 0)
    throw new Error(`${path} belongs to somebody else`);
}

const unplaceable = (path: string, cause: unknown) =>
  new PlatformError(
    'platform.embedded-database-failed',
    `No place for the database socket (${path}): choose a data directory with a shorter path`,
    { cause },
  );

/** A directory of mode 0700 that belongs to the database account; root may enter it anyway. */
export function ownDirectory(path: string, account: Account | undefined): string {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  chmodSync(path, 0o700);
  if (account) chownSync(path, account.uid, account.gid);
  return path;
}
