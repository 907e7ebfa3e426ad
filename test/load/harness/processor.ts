import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

const ticksPerSecond = 100; // USER_HZ of Linux, the unit of /proc/<pid>/stat

/** The fields after the name of the program, which may hold blanks and brackets itself. */
function statOf(pid: number): string[] {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

const ticks = (stat: readonly string[], ...fields: number[]) =>
  fields.reduce((sum, field) => sum + Number(stat[field]), 0);

/** User and system time that a process has taken, in seconds. */
export function cpuSeconds(pid: number): number {
  return ticks(statOf(pid), 11, 12) / ticksPerSecond;
}

/** What programs that this process ran have taken. */
export const cpuSecondsOfEndedChildren = (): number => ticks(statOf(process.pid), 13, 14) / ticksPerSecond;

/** A process with its children, those that have ended and were waited for included: PostgreSQL forks one per connection. */
export function cpuSecondsOfFamily(pid: number): number {
  let sum = ticks(statOf(pid), 11, 12, 13, 14);
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = statOf(Number(name));
      if (Number(stat[1]) === pid) sum += ticks(stat, 11, 12);
    } catch {
      // It ended while the list was read.
    }
  }
  return sum / ticksPerSecond;
}

function statusOf(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  const found = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(found?.[1] ?? 0) * 1024;
}

/** Bytes of memory that a process holds now. */
export const residentBytes = (pid: number): number => statusOf(pid, 'VmRSS');
/** The most it ever held. */
export const peakResidentBytes = (pid: number): number => statusOf(pid, 'VmHWM');

/** The two sides of a measurement, each on a core of its own where there are two: the measured one and its clients. */
export const cores = Object.freeze(availableParallelism() > 1 ? { server: 0, clients: 1 } : { server: 0, clients: 0 });

/** Words in front of a command line that keep it on one core; none for a process that may use all. */
export const pinned = (core: number | undefined): string[] => (core === undefined ? [] : ['taskset', '-c', `${core}`]);

/** Moves a running process and the children it will start to a core. */
export function pinProcess(pid: number, core: number): void {
  execFileSync('taskset', ['-a', '-c', '-p', String(core), String(pid)], { stdio: 'ignore' });
}
