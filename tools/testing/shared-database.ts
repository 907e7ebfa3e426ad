import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

interface TestCluster {
  readonly url: string;
  stop: () => Promise<void>;
}

const source = 'apps/server/src/platform/db/testing.ts';

/**
 * Starts one PostgreSQL for all test processes: a cluster per file would cost a second each. Its address reaches the
 * children as BULKHEAD_TEST_POSTGRES. With TEST_DATABASE_URL the tests use that server and nothing is started.
 */
export async function startSharedDatabase(root: string): Promise<{ stop(): Promise<void> }> {
  const nothing = { stop: async () => {} };
  if (process.env['TEST_DATABASE_URL'] || process.env['BULKHEAD_TEST_POSTGRES']) return nothing;
  const path = join(root, source);
  if (!existsSync(path)) {
    console.log(`no shared database: ${source} is absent`);
    return nothing;
  }
  const { startTestCluster } = (await import(pathToFileURL(path).href)) as {
    startTestCluster: () => Promise<TestCluster>;
  };
  const cluster = await startTestCluster();
  process.env['BULKHEAD_TEST_POSTGRES'] = cluster.url;
  return cluster;
}
