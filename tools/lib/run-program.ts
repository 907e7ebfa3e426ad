import { spawn } from 'node:child_process';

export interface ProgramResult {
  readonly code: number;
  /** Standard output and error in the order of arrival, at most the last 256 KiB. */
  readonly output: string;
}

const keptOutput = 262_144;

/** Runs a program to its end without a shell. A program that cannot be started ends with code 127. */
export function runProgram(
  program: string,
  args: readonly string[],
  options: { cwd: string; env?: NodeJS.ProcessEnv; stop?: AbortSignal },
): Promise<ProgramResult> {
  return new Promise((resolve) => {
    let output = '';
    const note = (chunk: string) => {
      output = (output + chunk).slice(-keptOutput);
    };
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(options.stop === undefined ? {} : { signal: options.stop }),
    });
    child.stdout.setEncoding('utf8').on('data', note);
    child.stderr.setEncoding('utf8').on('data', note);
    child.on('error', (error) => {
      note(`${error.message}\n`);
      if (child.pid === undefined) resolve({ code: 127, output });
    });
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
