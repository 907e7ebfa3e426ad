import { Problem } from '@bulkhead/kernel';

export type CliCode =
  | 'cli.usage'
  | 'cli.not-signed-in'
  | 'cli.not-confirmed'
  | 'cli.untrusted'
  | 'cli.unreachable'
  | 'cli.timed-out'
  | 'cli.failed'
  | 'cli.policy';

/** A failure that the command line finds itself; what the server refuses is an `ApiProblem`. */
export class CliError extends Problem<CliCode> {}
