import { execFile } from 'node:child_process';
import { AgentError } from '../error.ts';

const mostOutputBytes = 1024 * 1024;

/** Runs a program of the ECU with its arguments as they are, never through a shell; answers what it printed. */
export type RunProgram = (program: string, args: readonly string[], timeoutMs: number) => Promise<string>;

/** @throws AgentError `agent.install-failed` when it cannot be started, fails, or takes too long */
export const runProgram: RunProgram = (program, args, timeoutMs) =>
  new Promise((resolve, reject) => {
    const options = {
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      maxBuffer: mostOutputBytes,
      encoding: 'utf8',
    } as const;
    execFile(program, [...args], options, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      const why = stderr.trim().split('\n').at(-1) || error.message;
      reject(new AgentError('agent.install-failed', `${program} ${args[0] ?? ''} failed: ${why.slice(0, 300)}`));
    });
  });
