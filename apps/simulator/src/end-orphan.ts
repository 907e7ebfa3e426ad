import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

/**
 * A server that was killed leaves its database running; the next start would take care of it, but a demonstration that
 * ends must leave nothing. Only a process whose command line names this very data directory is asked to end.
 */
export function endOrphanedDatabase(dataDirectory: string): void {
  const cluster = join(dataDirectory, 'postgres');
  const pid = Number(read(join(cluster, 'postmaster.pid')).split('\n', 1)[0]);
  if (!Number.isInteger(pid) || pid <= 1) return;
  const command = read(`/proc/${pid}/cmdline`).split('\0');
  if (command.includes(cluster)) process.kill(pid, 'SIGINT'); // fast shutdown: open transactions roll back
}
