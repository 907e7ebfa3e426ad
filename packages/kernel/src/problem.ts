/**
 * An expected failure. `detail` (the message) may be shown to the caller and says what was wrong and what to do;
 * `cause` never leaves the process. Only the HTTP edge turns a code into a status.
 */
export class Problem<Code extends string = string> extends Error {
  readonly code: Code;
  readonly fields: Readonly<Record<string, string>>;

  constructor(code: Code, detail: string, more: { fields?: Record<string, string>; cause?: unknown } = {}) {
    super(detail, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = new.target.name;
    this.code = code;
    this.fields = more.fields ?? {};
  }
}
