import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { endProcess } from './child.ts';
import { cpuSecondsOfEndedChildren, pinned } from './processor.ts';
import type { Run } from './run.ts';

const run = promisify(execFile);

/** Runs a program on a core; tells how long it took and how much of that on the CPU. @throws with what it printed when it fails */
export async function timed(
  words: readonly string[],
  { cwd, core }: { cwd: string; core?: number },
): Promise<{ seconds: number; cpu: number; output: string }> {
  const [program = '', ...args] = [...pinned(core), ...words];
  const began = performance.now();
  const before = cpuSecondsOfEndedChildren();
  const { stdout, stderr } = await run(program, args, { cwd, maxBuffer: 1 << 28 });
  const cpu = cpuSecondsOfEndedChildren() - before;
  return { seconds: (performance.now() - began) / 1_000, cpu, output: stdout + stderr };
}

/** `true` when the program can be started. */
export function has(program: string, argument: string): boolean {
  return spawnSync(program, [argument], { stdio: 'ignore' }).error === undefined;
}

/** Starts a peer's server on a core and waits until its port answers. */
export async function startPeer(
  benchRun: Run,
  words: readonly string[],
  { cwd, port, core }: { cwd: string; port: number; core?: number },
): Promise<ChildProcess & { pid: number }> {
  const [program = '', ...args] = [...pinned(core), ...words];
  const child = spawn(program, args, { cwd, stdio: 'ignore' });
  benchRun.after(() => endProcess(child));
  for (let attempt = 0; attempt < 100; attempt++) {
    if (child.exitCode !== null) throw new Error(`${words.join(' ')} ended with ${child.exitCode}`);
    if (listens(port)) return Object.assign(child, { pid: child.pid ?? 0 });
    await sleep(50);
  }
  throw new Error(`${words[0]} does not listen on port ${port}`);
}

/** Whether somebody listens; not by connecting, because `openssl ocsp` spins for ever on a connection without a request. */
function listens(port: number): boolean {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return ['/proc/net/tcp', '/proc/net/tcp6'].some((path) =>
    readFileSync(path, 'utf8')
      .split('\n')
      .some((line) => {
        const [, local, , state] = line.trim().split(/\s+/);
        return state === '0A' && local?.endsWith(wanted) === true;
      }),
  );
}

/** Signatures and verifications a second by `openssl speed ecdsap256` on one core. */
export async function opensslSpeed(options: { cwd: string; core: number; seconds: number }) {
  const { output } = await timed(['openssl', 'speed', '-seconds', String(options.seconds), 'ecdsap256'], options);
  const found = /ecdsa \(nistp256\)\s+[\d.]+s\s+[\d.]+s\s+([\d.]+)\s+([\d.]+)/.exec(output);
  return { sign: Number(found?.[1]), verify: Number(found?.[2]) };
}
