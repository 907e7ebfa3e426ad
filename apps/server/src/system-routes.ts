import { Readable } from 'node:stream';
import type { SystemCode, SystemInfo, systemOperations } from '@bulkhead/contract';
import type { Clock } from '@bulkhead/kernel';
import type { NoteKey } from '@bulkhead/merkle';
import { verifyAudit } from './platform/audit/verify-audit.ts';
import { createAuditViews } from './platform/audit/views.ts';
import type { Db } from './platform/db/database.ts';
import type { Actor, Handlers, ProblemTable } from './platform/http/handlers.ts';
import type { Jobs } from './platform/jobs/jobs.ts';
import type { Live } from './platform/live/live.ts';
import { whileValid } from './platform/live/while-valid.ts';

export const systemProblemTable = {
  'jobs.already-ended': [409, 'Job ended already'],
  'jobs.unknown-job': [404, 'Unknown job'],
} as const satisfies ProblemTable<SystemCode>;

export interface SystemRouteDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly auditKey: NoteKey;
  readonly jobs: Pick<Jobs, 'list' | 'get' | 'cancel'>;
  readonly live: Live;
  readonly describe: () => Promise<SystemInfo>;
  /** Whether the credentials of a request that is still open are good. */
  readonly stillGood: (actor: Actor, cookie: string | undefined) => Promise<boolean>;
}

/** Whoever asks while the work runs gets its result: reading a whole log is not done twice at a time for anybody. */
export function shared<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () => {
    running ??= work().finally(() => {
      running = undefined;
    });
    return running;
  };
}

/** Audit log, jobs, system information and the live stream: what belongs to the platform itself and to no module. */
export function systemRoutes({
  db,
  clock,
  auditKey,
  jobs,
  live,
  describe,
  stillGood,
}: SystemRouteDeps): Handlers<typeof systemOperations> {
  const audit = createAuditViews(db);
  const verification = shared(async () => {
    const started = clock.now().getTime();
    const result = await verifyAudit(db, auditKey);
    return { ...result, seconds: (clock.now().getTime() - started) / 1000 };
  });
  return {
    listAudit: ({ query }) => audit.entriesPage(query),
    getAuditCheckpoint: () => audit.latestCheckpoint(auditKey),
    exportAudit: ({ query }) => {
      const lines = audit.exportLines(query.from, query.to);
      const withEnds = (async function* () {
        for await (const line of lines) yield `${line}\n`;
      })();
      return {
        contentType: 'application/x-ndjson',
        body: Readable.from(withEnds, { objectMode: false }),
        fileName: 'audit.ndjson',
      };
    },
    verifyAudit: verification,
    listJobs: ({ query }) => jobs.list(query),
    getJob: ({ params }) => jobs.get(params.id),
    cancelJob: ({ params }, { actor }) =>
      jobs.cancel(params.id, { kind: actor.kind === 'token' ? 'token' : 'operator', id: actor.id, name: actor.name }),
    getSystem: () => describe(),
    stream: (_, { actor, cookies, signal }) => live.open(whileValid(signal, () => stillGood(actor, cookies.session))),
  };
}
