export interface Failure {
  readonly file: string;
  readonly name: string;
  readonly text: string;
}

export interface Skip {
  readonly file: string;
  readonly name: string;
  /** Why, and what to do about it: "openssl is missing: apt-get install openssl". */
  readonly reason: string;
}

/** What one runner saw; the sum of both runners is the result. */
export interface Outcome {
  readonly passed: number;
  readonly failures: readonly Failure[];
  readonly skips: readonly Skip[];
  readonly files: number;
}

export const nothingRan: Outcome = Object.freeze({ passed: 0, failures: [], skips: [], files: 0 });

export function addOutcomes(a: Outcome, b: Outcome): Outcome {
  return {
    passed: a.passed + b.passed,
    failures: [...a.failures, ...b.failures],
    skips: [...a.skips, ...b.skips],
    files: a.files + b.files,
  };
}

/** The last line of a run, in exactly this form: other programs read it. */
export function summaryLine(passed: number, failed: number, skipped: number): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
