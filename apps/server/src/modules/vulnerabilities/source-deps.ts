import type { Db } from '../../platform/db/database.ts';
import type { GetDeps } from '../../platform/outbound/get.ts';
import type { PaceLimits } from '../../platform/outbound/pace.ts';
import type { Actor, VulnerabilityDeps } from './deps.ts';

/** What reading sources needs beside the module's own. */
export interface SourceDeps extends Pick<VulnerabilityDeps, 'db' | 'clock' | 'log' | 'bind' | 'announce' | 'wake'> {
  readonly reading: ReadingDeps;
}

export interface ReadingDeps {
  /** Root of the directories that sources may read; empty = none. */
  readonly directory: string;
  /** Where downloads and unpacked archives lie while they are read; of this replica. */
  readonly workDirectory: string;
  readonly outbound: GetDeps;
  /** Most bytes of one download. */
  readonly maxBytes: number;
  /** Starts the job that reads a source, in the caller's transaction; answers its id. */
  startJob(tx: Db, input: SourceJobInput, title: string, by: Actor): Promise<string>;
  /** Whether a job is queued or running. */
  jobIsLive(tx: Db, id: string): Promise<boolean>;
  /** Tells people outside, from the transaction that found it. */
  notify(tx: Db, message: SourceMessage): Promise<unknown>;
  /** How patient downloads are; for tests. */
  readonly pace?: PaceLimits;
}

export interface SourceJobInput {
  readonly [key: string]: string | boolean;
  readonly sourceId: string;
  /** Everything is read again, not only what changed. */
  readonly full: boolean;
}

export interface SourceMessage {
  readonly topic: 'vulnerabilities.source';
  readonly severity: 'info' | 'medium' | 'high';
  readonly subject: string;
  readonly text: string;
  readonly link: string;
  readonly dedupeKey: string;
}
