import { type Logger, pino } from 'pino';

/** Structured log: an object of fields, then a static message. Secrets never go in; known names are masked all the same. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'> & { child(bindings: Record<string, unknown>): Log };

const masked = ['password', 'secret', 'token', 'authorization', 'cookie', 'link', 'key'].flatMap((name) => [
  name,
  `*.${name}`,
]);

/** JSON lines on stdout; `level` is one of pino's (debug, info, warn, error, silent). */
export function createLog(level: string, destination?: { write(line: string): void }): Log {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: masked, censor: '[redacted]' },
  };
  return destination ? pino(options, destination) : pino(options);
}

/** For tests and tools that must not speak. */
export const silentLog: Log = createLog('silent');
