import type { Readable } from 'node:stream';
import type { Import } from '@bulkhead/contract';
import { newId } from '@bulkhead/kernel';
import { type Db, inTransaction } from '../../platform/db/database.ts';
import type { Actor, InventoryDeps } from './deps.ts';
import { InventoryError, unknownImport } from './domain/error.ts';
import { endImport } from './import-job.ts';
import { createImportStore, type NewImport } from './import-store.ts';
import { createImportViews } from './import-views.ts';

const defaultMaxBytes = 4 * 1024 ** 3;
const pieceBytes = 1024 * 1024;
/** Uploads that one person or token may have open: each takes up to `maxImportBytes` of the database. */
const mostOpen = 20;
const abandonedAfterMs = 7 * 86_400_000;
const sweeper: Actor = Object.freeze({ kind: 'system', id: 'inventory', name: 'abandoned uploads' });

export const createImports = (deps: InventoryDeps) => {
  const { db, clock, bind, startImport, notify, maxImportBytes = defaultMaxBytes } = deps;
  return {
    list: createImportViews(db).list,
    get: (id: string) => require(db, id),

    errors: async (id: string, { after = 0, limit = 100 }: { after?: number; limit?: number }) => {
      await require(db, id);
      return createImportViews(db).errors(id, after, limit);
    },

    create: (body: Pick<NewImport, 'kind' | 'format' | 'name'>, by: Actor) =>
      inTransaction(db, async (tx) => {
        const id = newId();
        const now = clock.now();
        await dropAbandoned(deps, tx, now);
        if ((await createImportViews(tx).countOpen(by.id)) >= mostOpen)
          throw notReady(`You have ${mostOpen} uploads open already: start them first, or go on with one of them.`);
        const creator = { created_by: by.name, created_by_id: by.id, created_by_kind: by.kind };
        await createImportStore(tx).insert({ id, ...body, created_at: now, ...creator });
        await bind(tx).audit.append({
          action: 'inventory.create-import',
          subject: id,
          by,
          details: { ...body },
          at: now,
        });
        await notify?.(tx, 'imports');
        return require(tx, id);
      }),

    /**
     * Takes bytes at an offset, a MiB at a time: what has arrived stays when the connection breaks, and the upload goes
     * on from `received`.
     */
    append: async (id: string, offset: number, content: Readable): Promise<Import> => {
      const found = await require(db, id);
      checkOffset(found, offset);
      let at = offset;
      for await (const piece of pieces(content)) {
        if (at + piece.length > maxImportBytes) throw tooLarge(maxImportBytes);
        const start = at;
        const taken = await inTransaction(db, (tx) => createImportStore(tx).append(id, start, piece));
        if (!taken) checkOffset(await require(db, id), start);
        at += piece.length;
      }
      return require(db, id);
    },

    start: (id: string, by: Actor) =>
      inTransaction(db, async (tx) => {
        const store = createImportStore(tx);
        const row = await store.hold(id);
        if (!row) throw unknownImport(id);
        if (row.state !== 'uploading')
          throw notReady(`The import is ${row.state} already: open a new one to read a file again.`);
        if (Number(row.received) === 0) throw notReady('The import holds no bytes yet: upload the file first.');
        const title = `Import ${row.kind} from ${row.name}`;
        await store.begin(id, await startImport(tx, { importId: id, title, by }));
        const details = { kind: row.kind, name: row.name, bytes: Number(row.received) };
        await bind(tx).audit.append({ action: 'inventory.start-import', subject: id, by, details, at: clock.now() });
        await notify?.(tx, 'imports');
        return require(tx, id);
      }),
  };
};

/** Whoever opens an upload clears away a few that nobody will finish, so that space is not lost for ever. */
async function dropAbandoned(deps: InventoryDeps, tx: Db, now: Date): Promise<void> {
  const found = await createImportViews(tx).abandoned(new Date(now.getTime() - abandonedAfterMs));
  for (const { id, job_state } of found)
    await endImport(deps, tx, id, job_state === 'failed' ? 'failed' : 'cancelled', sweeper);
}

async function require(db: Db, id: string): Promise<Import> {
  const found = await createImportViews(db).byId(id);
  if (!found) throw unknownImport(id);
  return found;
}

function checkOffset({ state, received }: Import, offset: number): void {
  if (state !== 'uploading') throw notReady(`The import is ${state}: it takes no more bytes.`);
  if (offset === received) return;
  throw new InventoryError(
    'inventory.import-offset',
    `The upload stands at byte ${received}, not ${offset}: go on from there.`,
    {
      fields: { offset: `must be ${received}` },
    },
  );
}

const notReady = (detail: string) => new InventoryError('inventory.import-not-ready', detail);
const tooLarge = (most: number) => notReady(`An import holds at most ${most} bytes: split the file.`);

/** Regroups a stream into pieces of about a MiB, the last one shorter. */
async function* pieces(content: Readable): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  let size = 0;
  for await (const part of content as AsyncIterable<Buffer>) {
    parts.push(part);
    size += part.length;
    if (size < pieceBytes) continue;
    yield Buffer.concat(parts);
    parts = [];
    size = 0;
  }
  if (size > 0) yield Buffer.concat(parts);
}
