import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { CliError } from './error.ts';
import type { Terminal } from './terminal.ts';

/** A platform that the operator signed in to. */
export interface Context {
  readonly url: string;
  readonly token: string;
  /** Root certificate in PEM; the only one trusted for this context. */
  readonly ca?: string;
}

/** Head of an audit tree that verified once; `root` in base64. */
export interface AuditHead {
  readonly size: number;
  readonly root: string;
}

/** What is remembered of a platform's audit log: its key and the newest heads, oldest first. */
export interface AuditMemory {
  readonly key: string;
  readonly heads: readonly AuditHead[];
}

export interface ContextFile {
  readonly current: string | null;
  readonly contexts: Readonly<Record<string, Context>>;
  /** By URL and outside the contexts, so that signing out does not make the log's past forgotten. */
  readonly audit: Readonly<Record<string, AuditMemory>>;
}

const nothing: ContextFile = Object.freeze({ current: null, contexts: {}, audit: {} });
const longestFile = 4 * 1024 * 1024;

/** `$XDG_CONFIG_HOME/bulkhead/contexts.json`, by default below `~/.config`. */
export function contextPath(env: Terminal['env']): string {
  const base = env.XDG_CONFIG_HOME?.startsWith('/') ? env.XDG_CONFIG_HOME : join(env.HOME ?? homedir(), '.config');
  return join(base, 'bulkhead', 'contexts.json');
}

export function readContexts(env: Terminal['env']): ContextFile {
  const path = contextPath(env);
  let text: string;
  try {
    const { size, mode } = statSync(path);
    if (size > longestFile) throw unreadable(path, 'it is far too large');
    // It holds tokens; an editor or a copy may have opened it to others.
    if ((mode & 0o077) !== 0) chmodSync(path, 0o600);
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof CliError) throw error;
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return nothing;
    throw unreadable(path, (error as Error).message);
  }
  try {
    const value = JSON.parse(text) as ContextFile;
    if (typeof value.contexts !== 'object' || typeof value.audit !== 'object') throw new Error('members are missing');
    return value;
  } catch (error) {
    throw unreadable(path, (error as Error).message);
  }
}

const unreadable = (path: string, why: string) =>
  new CliError('cli.usage', `${path} cannot be read: ${why}. Correct it, or remove it and log in again.`);

/** Replaces the file in one step, readable by its owner only; a crash leaves the old or the new one. */
export function writeContexts(env: Terminal['env'], file: ContextFile): void {
  const path = contextPath(env);
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  try {
    writeFileSync(draft, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600, flag: 'wx', flush: true });
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw new CliError('cli.failed', `${path} cannot be written: ${(error as Error).message}`, { cause: error });
  }
}
