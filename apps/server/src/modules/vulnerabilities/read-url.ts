import { mkdir, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bytesOfFile } from '../../platform/files/bytes.ts';
import { type Fetched, fetchFile, type Validators } from '../../platform/outbound/fetch-file.ts';
import type { SourceDeps } from './source-deps.ts';
import { type ReadControl, type SourceRun, sha256Of } from './source-run.ts';
import type { SourceRow } from './source-store.ts';

/** What a complete reading of a URL leaves, so that the next one asks only for what is new. */
export interface UrlProgress {
  readonly etag?: string;
  readonly lastModified?: string;
  readonly hash?: string;
}

export type UrlReading =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'read'; readonly progress: UrlProgress; readonly broken: string | undefined };

/** The content of a URL is one file of the source, whatever its name is today. */
const contentKey = { folder: '', name: '' } as const;

/**
 * Fetches and reads a URL. The file lies in the work directory until it has been read to its end: a run after a crash
 * goes on with it, and the download with what had arrived.
 * @throws OutboundError
 */
export async function readUrl(
  deps: SourceDeps,
  source: SourceRow,
  run: SourceRun,
  control: ReadControl,
): Promise<UrlReading> {
  const folder = join(deps.reading.workDirectory, source.id);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'content');
  const known = control.input.full ? {} : (source.progress as UrlProgress);
  const fetched = (await leftBehind(source, control, path)) ?? (await fetchContent(deps, source, control, path, known));
  if (fetched.kind === 'unchanged') return { kind: 'unchanged' };
  const reading = await readContent(source, run, control, { path, folder, size: fetched.size, known });
  await rm(folder, { recursive: true, force: true });
  return reading.hash === undefined
    ? { kind: 'unchanged' }
    : { kind: 'read', progress: { ...pick(fetched.validators), hash: reading.hash }, broken: reading.broken };
}

async function fetchContent(
  deps: SourceDeps,
  source: SourceRow,
  control: ReadControl,
  path: string,
  known: UrlProgress,
): Promise<Fetched> {
  const url = source.location ?? '';
  const fetched = await fetchFile(deps.reading.outbound, {
    url,
    path,
    known: {
      ...(known.etag ? { etag: known.etag } : {}),
      ...(known.lastModified ? { lastModified: known.lastModified } : {}),
    },
    maxBytes: deps.reading.maxBytes,
    signal: control.signal,
    onProgress: (done, total) => control.progress(done, total === null ? null : total * 2),
    ...(deps.reading.pace ? { pace: deps.reading.pace, firstPauseMs: 10 } : {}),
  });
  if (fetched.kind === 'fetched') await writeFile(`${path}.json`, JSON.stringify({ url, fetched }), { mode: 0o600 });
  return fetched;
}

/** The complete file of a run that died while it read: only the same job goes on with it, a new one asks the server. */
async function leftBehind(source: SourceRow, control: ReadControl, path: string): Promise<Fetched | undefined> {
  if (control.resumeFrom === null) return undefined;
  try {
    const { url, fetched } = JSON.parse(await readFile(`${path}.json`, 'utf8')) as { url: string; fetched: Fetched };
    const whole = fetched.kind === 'fetched' && (await stat(path)).size === fetched.size;
    return whole && url === source.location ? fetched : undefined;
  } catch {
    return undefined; // it died elsewhere, or before the file was complete
  }
}

const pick = ({ etag, lastModified }: Validators): Validators => ({
  ...(etag ? { etag } : {}),
  ...(lastModified ? { lastModified } : {}),
});

async function readContent(
  source: SourceRow,
  run: SourceRun,
  control: ReadControl,
  { path, folder, size, known }: { path: string; folder: string; size: number; known: UrlProgress },
): Promise<{ hash?: string; broken?: string | undefined }> {
  const file = await open(path, 'r');
  try {
    const bytes = bytesOfFile(file, size);
    const hash = await sha256Of(bytes);
    // many servers know no ETag; the content tells as well
    if (hash === known.hash) return {};
    const onRead = (read: number) => control.progress(size + read, size * 2);
    const shown = nameIn(source.location ?? '');
    const broken = await run.read({ ...contentKey, bytes, stamp: '0', hash, shown, onRead }, folder);
    await run.flush();
    return { hash, broken };
  } finally {
    await file.close();
  }
}

/** The last part of the path, which may tell the form of the file. */
function nameIn(location: string): string {
  const { pathname, hostname } = new URL(location);
  return pathname.slice(pathname.lastIndexOf('/') + 1) || hostname;
}

/** Drops what lies in the work directory for a source. */
export const forgetContent = (deps: SourceDeps, sourceId: string): Promise<void> =>
  rm(join(deps.reading.workDirectory, sourceId), { recursive: true, force: true });
