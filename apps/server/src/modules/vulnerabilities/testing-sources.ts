import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Job } from '@bulkhead/contract';
import { type Json, systemClock } from '@bulkhead/kernel';
import { createAudit } from '../../platform/audit/audit.ts';
import { type Db, openDatabase } from '../../platform/db/database.ts';
import { silentLog } from '../../platform/db/log.ts';
import { createJobs } from '../../platform/jobs/jobs.ts';
import { createJobViews } from '../../platform/jobs/views.ts';
import { createBus } from '../../platform/outbox/bus.ts';
import { createOutbox } from '../../platform/outbox/outbox.ts';
import { createAdvisorySources, sourceJob } from './advisory-sources.ts';
import type { Actor } from './deps.ts';
import type { Matcher } from './matcher.ts';
import type { ReadingDeps, SourceDeps, SourceMessage } from './source-deps.ts';
import { startVulnerabilities } from './testing.ts';

export const ada: Actor = { kind: 'operator', id: 'op-1', name: 'Ada' };

/** What reads this machine's files and servers, with the jobs of one replica. */
async function openReader(
  db: Db,
  url: string,
  folder: string,
  more: Partial<ReadingDeps>,
  run: { work: boolean; exclusive: boolean },
) {
  const bus = await createBus({ url });
  const jobs = createJobs({ db, url, bus, exclusive: run.exclusive });
  const told: SourceMessage[] = [];
  const reading: ReadingDeps = {
    directory: folder,
    workDirectory: join(folder, '.work'),
    outbound: {
      rules: { allowHosts: [], allowLoopback: true, who: 'a source', setting: 'vulnerabilities.allowHosts' },
      resolve: async (host) => [{ address: host === 'inside.example' ? '10.0.0.5' : '127.0.0.1', family: 4 }],
      userAgent: 'test',
    },
    maxBytes: 100 * 1024 * 1024,
    startJob: async (tx, input, title, by) => (await jobs.start(sourceJob, input as Json, by, { title, tx })).id,
    jobIsLive: async (tx, id) => ['queued', 'running'].includes((await createJobViews(tx).job(id))?.state ?? ''),
    notify: async (_tx, message) => void told.push(message),
    pace: { windowMs: 300, windowBytes: 1024, totalMs: 20_000 },
    ...more,
  };
  const open = async (deps: Omit<SourceDeps, 'reading'>, matcher: Pick<Matcher, 'hold' | 'matchNow'>) => {
    const sources = createAdvisorySources({ ...deps, reading }, matcher);
    jobs.define(sourceJob, sources.runJob);
    await jobs.open({ work: run.work });
    return sources;
  };
  return { bus, jobs, told, reading, open };
}

/** A replica that only reads; for tests that kill it. */
export async function serveSources(url: string, folder: string): Promise<void> {
  const { db } = await openDatabase({ url });
  const { open } = await openReader(db, url, folder, {}, { work: true, exclusive: true });
  const deps = {
    db,
    clock: systemClock,
    log: silentLog,
    bind: (tx: Db) => ({ audit: createAudit(tx), outbox: createOutbox(tx) }),
    announce: () => {},
    wake: async () => {},
  };
  await open(deps, { hold: async () => {}, matchNow: async () => {} });
}

/** The sources on a real database with the real jobs; without `work` this process reads nothing itself. */
export async function startSources(more: Partial<ReadingDeps> = {}, { work = true } = {}) {
  const world = await startVulnerabilities();
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'bulkhead-sources-')));
  const { bus, jobs, told, reading, open } = await openReader(world.db, world.url, folder, more, {
    work,
    exclusive: false,
  });
  const sources = await open(world.deps, world.module.matcher);

  const ended = async (id: string): Promise<Job> => {
    for (let i = 0; i < 6_000; i++) {
      const job = await jobs.get(id);
      if (job.endedAt) return job;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error('the job did not end within a minute');
  };
  return {
    ...world,
    sources,
    jobs,
    bus,
    folder,
    told,
    ended,
    reading,
    /** Reads a source to the end of its job. */
    sync: async (id: string, full = false) => ended((await sources.syncSource(id, full, ada)).jobId),
    upload: async (id: string, name: string, content: string | Buffer) =>
      ended((await sources.upload(id, name, Readable.from([Buffer.from(content)]), ada)).jobId),
    drain: () => world.module.matcher.drain(),
    audited: async (prefix: string) => {
      const rows = await world.db
        .selectFrom('platform_audit_entry')
        .select(['action', 'details'])
        .orderBy('id')
        .execute();
      return rows
        .filter(({ action }) => action.startsWith(prefix))
        .map(({ action, details }) => ({
          action,
          details: (typeof details === 'string' ? JSON.parse(details) : details) as Record<string, unknown>,
        }));
    },
    close: async () => {
      await jobs.close();
      await bus.close();
      await world.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
export type TestSources = Awaited<ReturnType<typeof startSources>>;

/** A real HTTP server that answers as a test says. */
export async function startHttp(answer: (request: IncomingMessage, response: ServerResponse, n: number) => void) {
  const seen: { path: string; headers: IncomingMessage['headers'] }[] = [];
  const state = { answer };
  const server = createServer((request, response) => {
    seen.push({ path: request.url ?? '', headers: request.headers });
    state.answer(request, response, seen.length);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: (path = '/feed.ndjson') => `http://localhost:${port}${path}`,
    seen,
    answer: (next: typeof answer) => {
      state.answer = next;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A CVE 5 record as text: one product by name and vendor, versions before `before`. */
export const cveRecord = (
  id: string,
  { product = 'openssl', before = '3.0.8', title = 'A flaw', state = 'PUBLISHED' } = {},
): string =>
  JSON.stringify({
    dataType: 'CVE_RECORD',
    dataVersion: '5.1',
    cveMetadata: { cveId: id, state, datePublished: '2026-01-02T03:04:05Z', dateUpdated: '2026-02-02T03:04:05Z' },
    containers: {
      cna: {
        title,
        descriptions: [{ lang: 'en', value: `A flaw in ${product}.` }],
        affected: [
          {
            vendor: product,
            product,
            packageURL: `pkg:generic/${product}`,
            defaultStatus: 'unaffected',
            versions: [{ version: '0', lessThan: before, status: 'affected', versionType: 'semver' }],
          },
        ],
        metrics: [
          {
            cvssV3_1: {
              version: '3.1',
              vectorString: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
              baseScore: 9.8,
              baseSeverity: 'CRITICAL',
            },
          },
        ],
        references: [{ url: 'https://example.org/' }],
      },
    },
  });
