import type { Readable } from 'node:stream';
import type { Input, ListQuery, Source, sourceOperations } from '@bulkhead/contract';
import { newId } from '@bulkhead/kernel';
import { type Db, inTransaction } from '../../platform/db/database.ts';
import { readTarget } from '../../platform/outbound/target.ts';
import type { Actor } from './deps.ts';
import { unknownSource, VulnerabilityError } from './domain/error.ts';
import { checkSource, type WantedSource, wantedSource } from './domain/source-settings.ts';
import type { SourceDeps } from './source-deps.ts';
import { tellSource } from './source-notices.ts';
import { createSourceStore, type SourceRow } from './source-store.ts';
import { createSourceViews, sourceOf } from './source-views.ts';
import { startReading } from './start-reading.ts';
import { createUploadStore, uploadPieceBytes } from './upload-store.ts';
import { resolveDirectory } from './walk-directory.ts';

type Body<K extends keyof typeof sourceOperations> = Input<(typeof sourceOperations)[K]>['body'];

const mostSources = 500;
const mostUploads = 50;

/** Where advisories come from: made, changed, read and removed by operators; every change is audited with it. */
export const createSources = (deps: SourceDeps) => {
  const { db, clock } = deps;
  const views = createSourceViews(db);
  const get = async (id: string): Promise<Source> => {
    const row = await views.row(id);
    if (!row) throw unknownSource(id);
    return sourceOf(row, clock.now());
  };
  const change = <T>(id: string, work: (tx: Db, row: SourceRow) => Promise<T>): Promise<T> =>
    inTransaction(db, async (tx) => {
      const row = await createSourceStore(tx).hold(id);
      if (!row) throw unknownSource(id);
      if (row.removing) throw bad(`"${row.name}" is being removed.`);
      const answer = await work(tx, row);
      deps.announce('sources');
      return answer;
    });
  return {
    listSources: async () => ({ items: await views.list(clock.now()) }),
    source: get,
    listProblems: (query: ListQuery) => views.problems(query),

    createSource: async (body: Body<'createSource'>, by: Actor): Promise<Source> => {
      const wanted = wantedSource(body);
      await checkWanted(deps, wanted);
      const id = await inTransaction(db, (tx) => create(deps, tx, wanted, by));
      deps.announce('sources');
      return get(id);
    },

    updateSource: async (id: string, body: Body<'updateSource'>, by: Actor): Promise<Source> => {
      const before = await views.row(id);
      if (!before) throw unknownSource(id);
      const wanted = wantedSource({ ...asGiven(before), ...body });
      await checkWanted(deps, wanted);
      await change(id, (tx, row) => update(deps, tx, row, wanted, by));
      return get(id);
    },

    deleteSource: (id: string, dryRun: boolean, by: Actor) => remove(deps, id, dryRun, by),

    syncSource: (id: string, full: boolean, by: Actor) =>
      change(id, async (tx, row) => {
        if (row.origin !== 'url' && row.origin !== 'directory')
          throw bad(`"${row.name}" holds what people write or upload: there is nothing to fetch.`);
        return { jobId: await startReading(deps, tx, row, { full, by }) };
      }),

    upload: async (id: string, name: string, content: Readable, by: Actor) => {
      const source = await get(id);
      if (source.origin !== 'upload')
        throw bad(`"${source.name}" is read from its own place: add a source of uploads for files.`);
      const upload = await receive(deps, id, name, content, by);
      return change(id, async (tx, row) => {
        await createUploadStore(tx).complete(upload.id, upload.size);
        const details = { id, file: name, bytes: upload.size };
        await deps.bind(tx).audit.append({
          action: 'vulnerabilities.upload-advisories',
          subject: row.name,
          by,
          details,
          at: clock.now(),
        });
        return { jobId: await startReading(deps, tx, row, { full: false, by }) };
      });
    },
  };
};
export type Sources = ReturnType<typeof createSources>;

const bad = (detail: string) => new VulnerabilityError('vulnerabilities.bad-source', detail);

/** Refuses early what the first reading would fail for; the reading checks again, because the world moves on. */
async function checkWanted({ reading }: SourceDeps, wanted: WantedSource): Promise<void> {
  checkSource(wanted);
  if (wanted.kind === 'vex') throw bad('VEX documents are imported one by one: bulkhead vex import.');
  if (wanted.origin === 'directory') await resolveDirectory(reading.directory, wanted.location ?? '');
  if (wanted.origin !== 'url') return;
  const url = readTarget(wanted.location ?? '', reading.outbound.rules);
  if (!(url instanceof URL))
    throw new VulnerabilityError('vulnerabilities.bad-source', `${url.fault}.`, { fields: { location: url.fault } });
}

const columnsOf = (wanted: WantedSource) => ({
  name: wanted.name,
  location: wanted.location,
  every_minutes: wanted.everyMinutes,
  stale_after_hours: wanted.staleAfterHours,
  quiet_after_days: wanted.quietAfterDays,
  remove_missing: wanted.removeMissing,
  enabled: wanted.enabled,
});

const asGiven = (row: SourceRow) => ({
  kind: row.kind,
  origin: row.origin,
  name: row.name,
  ...(row.location === null ? {} : { location: row.location }),
  everyMinutes: row.every_minutes,
  staleAfterHours: row.stale_after_hours,
  quietAfterDays: row.quiet_after_days,
  removeMissing: row.remove_missing,
  enabled: row.enabled,
});

async function create({ bind, clock }: SourceDeps, tx: Db, wanted: WantedSource, by: Actor): Promise<string> {
  const others = await createSourceViews(tx).list(clock.now());
  if (others.length >= mostSources) throw bad(`There are ${mostSources} sources, which is the most.`);
  const rival =
    wanted.kind === 'kev' || wanted.kind === 'epss' ? others.find(({ kind }) => kind === wanted.kind) : undefined;
  if (rival)
    throw bad(
      `"${rival.name}" is the source of ${wanted.kind.toUpperCase()} already, and two would contradict each other: change that one.`,
    );
  const [id, now] = [newId(), clock.now()];
  await createSourceStore(tx).insert({
    id,
    kind: wanted.kind,
    origin: wanted.origin,
    ...columnsOf(wanted),
    next_at: wanted.everyMinutes === null ? null : now,
    last_attempt_at: null,
    last_success_at: null,
    last_change_at: null,
    last_error: null,
    job_id: null,
    created_at: now,
  });
  await bind(tx).audit.append({
    action: 'vulnerabilities.create-source',
    subject: wanted.name,
    by,
    details: { id, ...wanted },
    at: now,
  });
  return id;
}

async function update(deps: SourceDeps, tx: Db, row: SourceRow, wanted: WantedSource, by: Actor): Promise<void> {
  const now = deps.clock.now();
  if (row.origin === 'own' && (wanted.name !== row.name || !wanted.enabled))
    throw bad('The source of own advisories stays as it is.');
  const moved = wanted.location !== row.location;
  const soon =
    moved ||
    wanted.everyMinutes !== row.every_minutes ||
    (wanted.enabled && !row.enabled) ||
    wanted.removeMissing !== row.remove_missing;
  await createSourceStore(tx).update(row.id, {
    ...columnsOf(wanted),
    ...(soon ? { next_at: wanted.everyMinutes === null ? null : now } : {}),
    // another place, or another meaning of what is missing: everything is read again
    ...(moved || wanted.removeMissing !== row.remove_missing ? { progress: '{}' } : {}),
  });
  const before = asGiven(row) as Readonly<Record<string, unknown>>;
  const changes = Object.entries(wanted).filter(([key, value]) => (before[key] ?? null) !== value);
  const details = { id: row.id, ...Object.fromEntries(changes) };
  await deps
    .bind(tx)
    .audit.append({ action: 'vulnerabilities.update-source', subject: wanted.name, by, details, at: now });
  await tellSource(tx, deps, row.id);
}

async function remove(deps: SourceDeps, id: string, dryRun: boolean, by: Actor) {
  const row = await createSourceViews(deps.db).row(id);
  if (!row) throw unknownSource(id);
  const dependents = await createSourceViews(deps.db).dependents(id, row.name);
  if (row.origin === 'own' && dependents.records > 0)
    throw bad(
      'The source of own advisories stays: withdraw the advisories one by one, so that their numbers are kept.',
    );
  if (dryRun) return { ...dependents, jobId: null };
  const jobId = await inTransaction(deps.db, async (tx) => {
    const store = createSourceStore(tx);
    const held = await store.hold(id);
    if (!held) throw unknownSource(id);
    await store.update(id, { removing: true, enabled: false, next_at: null });
    const at = deps.clock.now();
    await deps.bind(tx).audit.append({
      action: 'vulnerabilities.delete-source',
      subject: row.name,
      by,
      details: { id, ...dependents },
      at,
    });
    return startReading(deps, tx, { ...held, removing: true }, { full: false, by });
  });
  deps.announce('sources');
  return { ...dependents, jobId };
}

/** Stores what is sent a piece at a time; only a complete upload is read. */
async function receive({ db, clock }: SourceDeps, sourceId: string, name: string, content: Readable, by: Actor) {
  const store = createUploadStore(db);
  if ((await store.waiting(sourceId)) >= mostUploads)
    throw bad(`${mostUploads} files wait to be read already: wait for them.`);
  const id = newId();
  await store.create({ id, source_id: sourceId, name, created_at: clock.now(), created_by: by.name });
  try {
    let size = 0;
    for await (const piece of pieces(content)) {
      await store.append(id, size, piece);
      size += piece.length;
    }
    if (size === 0) throw bad('The file is empty.');
    return { id, size };
  } catch (error) {
    await store.delete(id);
    throw error;
  }
}

/** Pieces of one size, so that whoever reads them in steps of it needs each once. */
async function* pieces(content: Readable): AsyncGenerator<Buffer> {
  let waiting: Buffer[] = [];
  let length = 0;
  for await (const chunk of content as AsyncIterable<Buffer>) {
    waiting.push(chunk);
    length += chunk.length;
    if (length < uploadPieceBytes) continue;
    const bytes = Buffer.concat(waiting);
    let at = 0;
    for (; at + uploadPieceBytes <= length; at += uploadPieceBytes) yield bytes.subarray(at, at + uploadPieceBytes);
    [waiting, length] = [[bytes.subarray(at)], length - at];
  }
  if (length > 0) yield Buffer.concat(waiting);
}
