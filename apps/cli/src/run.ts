import { ApiProblem } from '@bulkhead/contract';
import { Problem } from '@bulkhead/kernel';
import { CommanderError } from 'commander';
import { type ExitCode, exitCodeOf, exitCodes } from './exit-codes.ts';
import { buildProgram } from './program.ts';
import { openSession, resolveContext } from './session.ts';
import type { Terminal } from './terminal.ts';

/** Runs one command line and answers the exit code; whatever goes wrong becomes one message on standard error. */
export async function run(args: readonly string[], terminal: Terminal, version: string): Promise<ExitCode> {
  const open = (context: string | undefined) => openSession(resolveContext(terminal.env, context));
  const line = args[0] === '--version' ? ['-V'] : [...args];
  try {
    await buildProgram({ terminal, open }, version).parseAsync(line, { from: 'user' });
    return exitCodes.ok;
  } catch (error) {
    // commander has said it already
    if (!(error instanceof CommanderError)) terminal.talk(`bulkhead: ${describe(error)}`);
    return isTimeout(error) ? exitCodes.timedOut : exitCodeOf(error);
  }
}

const isTimeout = (error: unknown) => error instanceof Error && error.name === 'TimeoutError';

function describe(error: unknown): string {
  if (error instanceof ApiProblem) {
    const fields = Object.entries(error.fields)
      .filter(([, fault]) => !error.message.includes(fault))
      .map(([field, fault]) => `\n  ${field}: ${fault}`);
    const id = error.requestId ? `, request ${error.requestId}` : '';
    return `${error.message} (${error.code}${id})${fields.join('')}`;
  }
  if (error instanceof Problem) return error.message;
  if (isTimeout(error)) return 'The server did not answer in time.';
  return error instanceof Error
    ? `${error.message}${error.cause instanceof Error ? `: ${error.cause.message}` : ''}`
    : String(error);
}
