import { existsSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PlatformError } from './error.ts';
import type { Log } from './log.ts';

/** The state that a postmaster writes into line 8 of `postmaster.pid` (PostgreSQL miscadmin.h). */
export function postmasterState(pgdata: string): { pid: number; status: string } | undefined {
  try {
    const lines = readFileSync(join(pgdata, 'postmaster.pid'), 'utf8').split('\n');
    const pid = Number(lines[0]);
    return Number.isSafeInteger(pid) && pid > 0 ? { pid, status: lines[7]?.trim() ?? '' } : undefined;
  } catch {
    return undefined;
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** True if the process is a postmaster of this very data directory, not another process that got a reused id. */
function serves(pid: number, pgdata: string): boolean {
  if (!existsSync('/proc/self/cmdline')) return isAlive(pid);
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return words[0]?.endsWith('postgres') === true && words.includes(pgdata);
  } catch {
    return false;
  }
}

/** Processes that work inside the data directory: a postmaster and its children have it as their current directory. */
function processesIn(pgdata: string): number[] {
  if (!existsSync('/proc/self/cwd')) return [];
  const inside = realpathSync(pgdata);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/cwd`) === inside;
      } catch {
        return false;
      }
    });
}

/**
 * Makes the data directory free for a new postmaster: one whose server was killed is shut down cleanly, and a
 * `postmaster.pid` that names a foreign process is removed once nobody works in the directory any more.
 * The caller holds the data lock, so no live server owns what is found here.
 */
export async function clearPreviousPostmaster(pgdata: string, log: Log): Promise<void> {
  const previous = postmasterState(pgdata);
  if (!previous) return;
  if (serves(previous.pid, pgdata)) {
    log.warn({ pid: previous.pid }, 'shutting down the PostgreSQL that a killed server left running');
    await shutDown(previous.pid);
  }
  const deadline = Date.now() + 30_000;
  while (processesIn(pgdata).length > 0) {
    if (Date.now() > deadline) {
      throw new PlatformError(
        'platform.embedded-database-running',
        `Process ${processesIn(pgdata).join(', ')} still works in ${pgdata}: end it, then start again`,
      );
    }
    await sleep(20);
  }
  rmSync(join(pgdata, 'postmaster.pid'), { force: true });
}

/**
 * Fast shutdown (SIGINT: sessions end, a checkpoint is written); an immediate one (SIGQUIT) when that takes longer than
 * `patience`. Either is safe for the data.
 */
export async function shutDown(pid: number, patience = 60_000): Promise<void> {
  for (const [signal, wait] of [
    ['SIGINT', patience],
    ['SIGQUIT', 10_000],
  ] as const) {
    if (!signalled(pid, signal)) return;
    const deadline = Date.now() + wait;
    while (Date.now() < deadline) {
      if (hasEnded(pid)) return;
      await sleep(20);
    }
  }
  throw new PlatformError(
    'platform.embedded-database-failed',
    `PostgreSQL (process ${pid}) does not end: look at it, then kill it by hand`,
  );
}

function signalled(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

export function hasEnded(pid: number): boolean {
  return !isAlive(pid) || isZombie(pid);
}

/** An orphan in a container without an init process stays in the table after its end. */
function isZombie(pid: number): boolean {
  try {
    return /^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
