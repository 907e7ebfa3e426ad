import { ApiProblem, FilterError } from '@bulkhead/contract';
import { CommanderError } from 'commander';
import { type CliCode, CliError } from './error.ts';

/** What the process ends with; scripts and CI gates rely on these numbers. */
export const exitCodes = Object.freeze({
  ok: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  denied: 4,
  conflict: 5,
  timedOut: 6,
  policy: 7,
} as const);
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export const exitCodeMeanings: Readonly<Record<ExitCode, string>> = Object.freeze({
  0: 'Done',
  1: 'Failed: the server could not be reached or failed, a job failed, or rows of an import were refused',
  2: 'Usage: the command line, a filter or a value is not valid, or a dangerous command was not confirmed',
  3: 'Not found',
  4: 'Denied: not signed in, not permitted, or the server is not the one whose fingerprint was given',
  5: 'Conflict with the present state, for example already revoked',
  6: 'Timed out',
  7: 'Policy violated: the audit log does not verify, an SBOM breaks a limit or the gate, or a root lacks signatures',
});

const ownCodes: Readonly<Record<CliCode, ExitCode>> = {
  'cli.usage': exitCodes.usage,
  'cli.not-signed-in': exitCodes.denied,
  'cli.not-confirmed': exitCodes.usage,
  'cli.untrusted': exitCodes.denied,
  'cli.unreachable': exitCodes.failed,
  'cli.timed-out': exitCodes.timedOut,
  'cli.failed': exitCodes.failed,
  'cli.policy': exitCodes.policy,
};

const byStatus: Readonly<Record<number, ExitCode>> = {
  400: exitCodes.usage,
  401: exitCodes.denied,
  403: exitCodes.denied,
  404: exitCodes.notFound,
  408: exitCodes.timedOut,
  409: exitCodes.conflict,
  410: exitCodes.notFound,
  412: exitCodes.conflict,
  422: exitCodes.usage,
  423: exitCodes.denied,
  504: exitCodes.timedOut,
};

export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  if (error instanceof ApiProblem) return byStatus[error.status] ?? exitCodes.failed;
  if (error instanceof FilterError) return exitCodes.usage;
  if (error instanceof CliError) return ownCodes[error.code];
  return exitCodes.failed;
}
