import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { AdvisoryError, readCompiledFiles } from '@bulkhead/advisories';
import type { CompiledFiles as CompiledFilesView } from '@bulkhead/contract';
import { type Db, inTransaction } from '../../platform/db/database.ts';
import { createCompiledFilesStore } from './compiled-files-store.ts';
import { createCompiledFilesViews } from './compiled-files-views.ts';
import { createDecisionViews } from './decision-views.ts';
import type { Actor, VulnerabilityDeps } from './deps.ts';
import { VulnerabilityError } from './domain/error.ts';
import { endCompiled, judgeCompiledFiles, silence } from './judge-compiled-files.ts';
import { createQueueStore } from './queue-store.ts';
import type { RecordCache } from './record-cache.ts';

const pack = promisify(gzip);
const mostBytes = 64 * 1024 * 1024;
/** Every kernel compiles it: a list without it is of something else, or of a part, and would settle what is there. */
const inEveryKernel = 'init/main.c';

const bad = (detail: string) => new VulnerabilityError('vulnerabilities.bad-compiled-files', detail);

/** Reads an upload of bounded size. @throws VulnerabilityError `vulnerabilities.bad-compiled-files` */
async function readList(content: Readable): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of content as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > mostBytes) throw bad('A list of compiled files has at most 64 MiB: send the paths only, one a line');
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function filesIn(bytes: Buffer): ReadonlySet<string> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw bad('This is no text: send paths, one a line, or compile_commands.json');
  }
  try {
    const files = readCompiledFiles(text);
    if (files.has(inEveryKernel)) return files;
  } catch (error) {
    if (error instanceof AdvisoryError) throw bad(error.message.slice(0, 1_000));
    throw error;
  }
  throw bad(
    `${inEveryKernel}, which every Linux kernel compiles, is not in the list: it is not of a kernel, or not complete, or its paths are not relative to the source tree`,
  );
}

/** Lists of the files that a build compiled, which tell kernel findings apart whose code is not there. */
export const createCompiledFiles = (deps: VulnerabilityDeps, cache: RecordCache) => {
  const { db, clock, bind, fleet, announce } = deps;
  const changed = () => {
    for (const list of ['decisions', 'findings', 'vulnerabilities'] as const) announce(list);
  };
  return Object.freeze({
    get: (softwareId: string): Promise<CompiledFilesView | null> => viewOf(db, softwareId),

    /**
     * Takes a list in place of the one before and judges by it at once; a version whose SBOM is not read yet is judged when it is.
     * @throws VulnerabilityError `vulnerabilities.bad-compiled-files`
     */
    put: async (softwareId: string, content: Readable, by: Actor): Promise<CompiledFilesView> => {
      const bytes = await readList(content);
      const files = filesIn(bytes);
      const known =
        (await createDecisionViews(db).softwareById(softwareId)) ?? (await fleet.sbomOf(softwareId))?.software;
      if (!known) throw bad('No SBOM tells what this software version contains: upload one, then the list');
      const sha256 = createHash('sha256').update(bytes).digest();
      const packed = await pack([...files].toSorted().join('\n'));
      await inTransaction(db, async (tx) => {
        await createQueueStore(tx).hold();
        const before = await createCompiledFilesViews(tx).head(softwareId);
        const at = clock.now();
        const list = { softwareId, sha256, fileCount: files.size, content: packed, at, by: by.name };
        await createCompiledFilesStore(tx).put(list);
        const entry = {
          action: 'vulnerabilities.put-compiled-files',
          subject: `${known.name} ${known.version}`,
          by,
          details: {
            softwareId,
            sha256: sha256.toString('hex'),
            files: files.size,
            before: before?.sha256.toString('hex') ?? null,
          },
          at,
        };
        await bind(tx).audit.appendAll([entry]);
        await judgeCompiledFiles(tx, deps, cache, { column: 'software_id', ids: [softwareId] });
      });
      changed();
      return (await viewOf(db, softwareId)) ?? missing();
    },

    /** @throws VulnerabilityError `vulnerabilities.unknown-compiled-files` */
    remove: async (softwareId: string, by: Actor): Promise<void> => {
      await inTransaction(db, async (tx) => {
        await createQueueStore(tx).hold();
        const views = createCompiledFilesViews(tx);
        const before = (await views.head(softwareId)) ?? missing();
        const made = await views.decisions({ column: 'software_id', ids: [softwareId] });
        await createCompiledFilesStore(tx).remove(softwareId);
        const software = await createDecisionViews(tx).softwareById(softwareId);
        const entry = {
          action: 'vulnerabilities.delete-compiled-files',
          subject: software ? `${software.name} ${software.version}` : softwareId,
          by,
          details: { softwareId, before: before.sha256.toString('hex'), files: before.file_count },
          at: clock.now(),
        };
        await bind(tx).audit.appendAll([entry]);
        const over = made.filter(({ state }) => state === 'active').map(({ id }) => id);
        await endCompiled(tx, deps, over, 'the list of compiled files was taken away', by);
      });
      changed();
    },
  });
};
export type CompiledFiles = ReturnType<typeof createCompiledFiles>;

function missing(): never {
  throw new VulnerabilityError(
    'vulnerabilities.unknown-compiled-files',
    'This software version has no list of compiled files',
  );
}

async function viewOf(db: Db, softwareId: string): Promise<CompiledFilesView | null> {
  const views = createCompiledFilesViews(db);
  const head = await views.head(softwareId);
  if (!head) return null;
  return {
    sha256: head.sha256.toString('hex'),
    files: head.file_count,
    uploadedAt: head.uploaded_at.toISOString(),
    uploadedBy: head.uploaded_by,
    ...(await views.effect(softwareId)),
    silentBecause: silence((await views.kernels([softwareId])).get(softwareId)) ?? null,
  };
}
