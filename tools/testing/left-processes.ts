import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const mark = 'BULKHEAD_TEST_RUN';
const patience = 5000;

/** Every process started from here on carries the mark in its environment, however deep below us. */
export function markProcesses(): void {
  process.env[mark] = `${process.pid}-${Date.now()}`;
}

/** Reads /proc, so it sees nothing on other systems than Linux. */
function markedProcesses(): readonly { pid: number; command: string }[] {
  const wanted = `${mark}=${process.env[mark]}`;
  return numbersIn('/proc').flatMap((pid) => {
    if (pid === process.pid) return [];
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
      if (!environment.includes(wanted)) return [];
      return [{ pid, command: readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ').slice(0, 200) }];
    } catch {
      return []; // ended, or of another user
    }
  });
}

function numbersIn(folder: string): readonly number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync(folder)
    .map(Number)
    .filter((pid) => Number.isInteger(pid));
}

/** Waits a little for processes that tests started, then kills those that stay and returns their command lines. */
export async function endLeftProcesses(): Promise<readonly string[]> {
  const deadline = performance.now() + patience;
  while (markedProcesses().length > 0 && performance.now() < deadline) await sleep(100);
  const left = markedProcesses();
  for (const { pid } of left) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended since.
    }
  }
  return left.map(({ pid, command }) => `${pid} ${command}`);
}
