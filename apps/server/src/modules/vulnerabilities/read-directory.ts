import { bytesOfBuffer, bytesOfFile } from '../../platform/files/bytes.ts';
import { FileError } from '../../platform/files/error.ts';
import { VulnerabilityError } from './domain/error.ts';
import type { SourceDeps } from './source-deps.ts';
import { createSourceFileStore } from './source-file-store.ts';
import { type ReadControl, type SourceRun, sha256Of } from './source-run.ts';
import type { SourceRow } from './source-store.ts';
import { createSourceViews, type KnownFile } from './source-views.ts';
import { type Folder, glanceAt, openFile, resolveDirectory, walkDirectory } from './walk-directory.ts';

/** Smaller files are read into memory once instead of twice from the disk. */
const smallBytes = 1024 * 1024;

interface Walk {
  readonly deps: SourceDeps;
  readonly source: SourceRow;
  readonly run: SourceRun;
  readonly control: ReadControl;
  readonly top: string;
  readonly scratch: string;
  /** Bytes passed and bytes of all files. */
  passed: number;
  readonly total: number;
  readonly missing: string[];
  readonly faults: string[];
}

/**
 * Reads what changed below a directory: files of other size or time whose content is other too. Files that are gone take
 * their records along, but only after everything else could be listed. Answers what could not be listed or opened.
 */
export async function readDirectory(
  deps: SourceDeps,
  source: SourceRow,
  run: SourceRun,
  control: ReadControl,
  scratch: string,
): Promise<string | undefined> {
  const top = await resolveDirectory(deps.reading.directory, source.location ?? '');
  const { files, bytes } = await measure(top, control);
  if (files === 0 && (await createSourceViews(deps.db).countFiles(source.id)) > 0)
    throw new VulnerabilityError(
      'vulnerabilities.bad-source',
      `${source.location} holds no file any more: is it mounted? Its records stay; delete the source to remove them.`,
    );
  // what another file held as well is read again from there
  for (let pass = 0; pass < 2; pass++) {
    const walk: Walk = { deps, source, run, control, top, scratch, passed: 0, total: bytes, missing: [], faults: [] };
    await walkOnce(walk);
    await run.flush();
    if (walk.faults.length > 0) return walk.faults[0];
    if ((await run.removeFiles(walk.missing)) === 0) break;
  }
  return undefined;
}

async function measure(top: string, { signal }: ReadControl): Promise<{ files: number; bytes: number }> {
  const sum = { files: 0, bytes: 0 };
  for await (const folder of walkDirectory(top)) {
    signal.throwIfAborted();
    sum.files += folder.files.length;
    for (const name of folder.files) sum.bytes += (await glanceAt(top, folder.path, name))?.size ?? 0;
  }
  return sum;
}

async function walkOnce(walk: Walk): Promise<void> {
  const views = createSourceViews(walk.deps.db);
  const gone = new Set(await views.folders(walk.source.id));
  for await (const folder of walkDirectory(walk.top)) {
    gone.delete(folder.path);
    if (folder.fault !== undefined) walk.faults.push(`${folder.path || walk.source.location}: ${folder.fault}`);
    else await readFolder(walk, folder, await views.files(walk.source.id, folder.path));
  }
  for (const path of gone) walk.missing.push(...(await views.files(walk.source.id, path)).map(({ id }) => id));
}

async function readFolder(walk: Walk, folder: Folder, known: readonly KnownFile[]): Promise<void> {
  const byName = new Map(known.map((file) => [file.name, file]));
  for (const name of folder.files) {
    walk.control.signal.throwIfAborted();
    const seen = await glanceAt(walk.top, folder.path, name);
    if (!seen) continue; // gone since it was listed
    const before = byName.get(name);
    byName.delete(name);
    const same = before?.hash && before.size === seen.size && before.stamp === String(seen.stamp);
    if (!same || walk.control.input.full) await readOne(walk, folder, name, before);
    walk.passed += seen.size;
    walk.control.progress(walk.passed, walk.total);
  }
  walk.missing.push(...[...byName.values()].map(({ id }) => id));
}

async function readOne(walk: Walk, { path }: Folder, name: string, before: KnownFile | undefined): Promise<void> {
  const shown = path === '' ? name : `${path}/${name}`;
  const opened = await openFile(walk.top, path, name).catch((error: unknown) => {
    walk.faults.push(
      `${shown} cannot be opened (${(error as NodeJS.ErrnoException).code ?? (error as Error).message})`,
    );
  });
  if (!opened) return;
  try {
    const { handle, size, stamp } = opened;
    const file = bytesOfFile(handle, size);
    const bytes = size <= smallBytes ? bytesOfBuffer(await file.read(0, size)) : file;
    const hash = await sha256Of(bytes);
    if (before?.hash === hash && !walk.control.input.full) {
      await createSourceFileStore(walk.deps.db).touch(before.id, size, String(stamp));
      return;
    }
    const base = walk.passed;
    const onRead = (read: number) => walk.control.progress(base + read, walk.total);
    await walk.run.read({ folder: path, name, bytes, stamp: String(stamp), hash, shown, onRead }, walk.scratch);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    walk.faults.push(`${shown}: ${error.message}`); // it became shorter while it was read
  } finally {
    await opened.handle.close();
  }
}
