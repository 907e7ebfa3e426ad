import { Problem } from '@bulkhead/kernel';

export type JobCode = 'jobs.unknown-job' | 'jobs.already-ended' | 'jobs.unknown-kind';
export class JobError extends Problem<JobCode> {}

/** Thrown into a handler that asks for more after its run has ended: by cancellation, shutdown, or a newer run. */
export class RunEnded extends Error {
  readonly why: StopReason;

  constructor(why: StopReason) {
    super(`the run ended: ${why}`);
    this.why = why;
  }
}

export type StopReason = 'cancelled' | 'interrupted' | 'superseded';
