import { join } from 'node:path';
import type { ReadingDeps } from './modules/vulnerabilities/index.ts';
import { sourceJob } from './modules/vulnerabilities/index.ts';
import type { Config } from './platform/config/schema.ts';
import type { Jobs } from './platform/jobs/jobs.ts';
import { createJobViews } from './platform/jobs/views.ts';
import type { Notify } from './platform/notify/notify.ts';
import { systemResolve } from './platform/outbound/target.ts';

/** What reading sources of advisories needs of the platform: files, addresses, jobs, notifications. */
export function createReadingPort(
  { config, jobs, dataDirectory }: { config: Config; jobs: Pick<Jobs, 'start'>; dataDirectory: string },
  notify: Pick<Notify, 'publish'>,
): ReadingDeps {
  const { directory, allowHosts, allowLoopback, maxDownloadBytes } = config.vulnerabilities;
  return {
    directory,
    workDirectory: join(dataDirectory, 'sources'),
    outbound: {
      rules: { allowHosts, allowLoopback, who: 'a source', setting: 'vulnerabilities.allowHosts' },
      resolve: systemResolve,
      userAgent: 'Bulkhead-Sources/1',
    },
    maxBytes: maxDownloadBytes,
    startJob: async (tx, input, title, by) => (await jobs.start(sourceJob, input, by, { title, tx })).id,
    jobIsLive: async (tx, id) => {
      const job = await createJobViews(tx).job(id);
      return job?.state === 'queued' || job?.state === 'running';
    },
    notify: notify.publish,
  };
}
