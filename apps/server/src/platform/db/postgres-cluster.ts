import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PlatformError } from './error.ts';
import type { Log } from './log.ts';
import type { Account } from './postgres-account.ts';
import type { Binaries } from './postgres-binaries.ts';
import { ownDirectory, type Placement } from './postgres-placement.ts';

interface NewCluster {
  binaries: Binaries;
  placement: Placement;
  account: Account | undefined;
  role: string;
  password: string;
  durable: boolean;
  log: Log;
}

const unfinished = 'postgres.new-';

/**
 * Makes a cluster beside its final place and renames it when it is complete, so that a crash in the middle leaves nothing
 * that looks like a database. Leftovers of such a crash are removed.
 */
export async function initialiseCluster(options: NewCluster): Promise<void> {
  const { binaries, placement, account, role, password, durable, log } = options;
  for (const name of readdirSync(placement.root)) {
    if (name.startsWith(unfinished)) rmSync(join(placement.root, name), { recursive: true, force: true });
  }
  const incoming = ownDirectory(join(placement.root, `${unfinished}${randomBytes(6).toString('hex')}`), account);
  const passwordFile = join(placement.socketDirectory, 'password');
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (account) chownSync(passwordFile, account.uid, account.gid);
  try {
    await runInitdb(
      binaries.initdb,
      incoming,
      [`--pwfile=${passwordFile}`, `--username=${role}`, ...(durable ? [] : ['--no-sync'])],
      account,
    );
    renameSync(incoming, placement.pgdata);
    log.info({ directory: placement.pgdata }, 'created the embedded database');
  } finally {
    rmSync(passwordFile, { force: true });
    rmSync(incoming, { recursive: true, force: true });
  }
}

/** The builtin locale sorts by code point everywhere alike: an operating-system update cannot break an index. */
const clusterOptions = [
  '--auth=scram-sha-256',
  '--data-checksums',
  '--encoding=UTF8',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--locale=C',
  '--no-instructions',
];

async function runInitdb(
  initdb: string,
  directory: string,
  options: readonly string[],
  account: Account | undefined,
): Promise<void> {
  const child = spawn(initdb, ['-D', directory, ...clusterOptions, ...options], {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
    cwd: directory,
    env: { LC_ALL: 'C', TZ: 'UTC' },
    ...account,
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-2_000);
  });
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once('error', reject).once('close', resolve);
  const code = await promise.catch((cause: unknown) => {
    throw new PlatformError('platform.embedded-database-failed', `Cannot run ${initdb}: ${(cause as Error).message}`, {
      cause,
    });
  });
  if (code !== 0) {
    throw new PlatformError(
      'platform.embedded-database-failed',
      `Creating the database failed: ${complaint.trim().split('\n').at(-1) ?? `exit ${code}`}`,
    );
  }
}
