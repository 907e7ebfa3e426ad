type Write = (fields: object, message: string) => void;

/** The slice of a structured logger that the platform uses; a pino logger fits. */
export interface Log {
  debug: Write;
  info: Write;
  warn: Write;
  error: Write;
}

const nothing: Write = () => undefined;

export const silentLog: Log = Object.freeze({ debug: nothing, info: nothing, warn: nothing, error: nothing });
