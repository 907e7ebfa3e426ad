import type { JobContext, JobResult } from '../../platform/jobs/run-job.ts';
import type { Matcher } from './matcher.ts';
import { createOwnAdvisories } from './own-advisories.ts';
import type { SourceDeps, SourceJobInput } from './source-deps.ts';
import { runSourceJob } from './source-job.ts';
import { createSources } from './sources.ts';
import { createSourceSchedule } from './start-reading.ts';

/** The kind under which the job that reads a source is known. */
export const sourceJob = 'vulnerabilities.source';

/** Where advisories come from: sources that are read on a schedule, files that people send, and what they write by hand. */
export const createAdvisorySources = (deps: SourceDeps, matcher: Pick<Matcher, 'hold' | 'matchNow'>) =>
  Object.freeze({
    ...createSources(deps),
    ...createOwnAdvisories(deps, matcher),
    runJob: (context: JobContext<SourceJobInput>): Promise<JobResult> => runSourceJob(deps, context),
    schedule: createSourceSchedule(deps),
  });
export type AdvisorySources = ReturnType<typeof createAdvisorySources>;
