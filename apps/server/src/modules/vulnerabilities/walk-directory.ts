import { constants } from 'node:fs';
import { type FileHandle, lstat, open, readdir, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { VulnerabilityError } from './domain/error.ts';

/** One folder below a source's directory with the files in it that may hold records. */
export interface Folder {
  /** Relative to the source's directory, `/` between parts; empty for the directory itself. */
  readonly path: string;
  readonly files: readonly string[];
  /** Set when it could not be listed. */
  readonly fault?: string;
}

export interface OpenedFile {
  readonly handle: FileHandle;
  readonly size: number;
  readonly stamp: bigint;
}

const deepest = 20;
const mostFiles = 2_000_000;
const longestPath = 1_000;
const readable = /\.(json|ndjson|jsonl|csv|gz|tgz|zst|zip|tar)$/i;

/**
 * The directory of a source below the configured root, without symlinks on the way.
 * @throws VulnerabilityError `vulnerabilities.bad-source`
 */
export async function resolveDirectory(root: string, location: string): Promise<string> {
  if (root === '')
    throw bad('No directory may be read: set vulnerabilities.directory in the configuration and restart.');
  const top = await realpath(root).catch(() => undefined);
  if (!top) throw bad(`The directory ${root} (vulnerabilities.directory) does not exist on this server.`);
  if (location.includes('\0')) throw bad('The directory has a name that no file system takes.');
  const wanted = isAbsolute(location) ? relative(top, location) : location;
  const path = join(top, wanted);
  if (path !== top && !path.startsWith(top + sep)) throw outside(location, top);
  const real = await realpath(path).catch(() => undefined);
  if (!real) throw bad(`There is no directory ${location} below ${top}.`);
  if (real !== path.replace(/[/\\]+$/, ''))
    throw bad(`${location} leads over a symbolic link: name the directory itself.`);
  if (!(await stat(real)).isDirectory()) throw bad(`${location} is no directory.`);
  return real;
}

const bad = (detail: string) => new VulnerabilityError('vulnerabilities.bad-source', detail);
const outside = (location: string, top: string) =>
  bad(`${location} lies outside ${top} (vulnerabilities.directory): sources are read from below it only.`);

/**
 * Walks over the folders in the order of their names. Hidden ones (such as `.git`) are left out, links are not followed,
 * and a folder that is reached over a link, because somebody swapped it meanwhile, is not listed.
 */
export async function* walkDirectory(top: string): AsyncGenerator<Folder> {
  const waiting: { path: string; depth: number }[] = [{ path: '', depth: 0 }];
  let files = 0;
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { path, depth } = next;
    const listed = await list(top, path);
    files += listed.files.length;
    if (files > mostFiles) throw bad(`There are more than ${mostFiles} files below ${top}: split the directory.`);
    yield listed;
    const inside = listed.folders.map((name) => ({ path: path === '' ? name : `${path}/${name}`, depth: depth + 1 }));
    waiting.push(...inside.filter((one) => one.depth <= deepest && one.path.length <= longestPath).reverse());
  }
}

async function list(top: string, path: string): Promise<Folder & { folders: string[] }> {
  const full = join(top, path);
  try {
    if ((await realpath(full)) !== full)
      return { path, files: [], folders: [], fault: 'it is reached over a symbolic link' };
    const entries = (await readdir(full, { withFileTypes: true })).filter(({ name }) => !name.startsWith('.'));
    const names = (which: typeof entries) => which.map(({ name }) => name).sort();
    return {
      path,
      files: names(entries.filter((entry) => entry.isFile() && readable.test(entry.name))),
      folders: names(entries.filter((entry) => entry.isDirectory())),
    };
  } catch (error) {
    return {
      path,
      files: [],
      folders: [],
      fault: `it cannot be listed (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`,
    };
  }
}

/** Size and time of a file without opening it; undefined when it is gone or no plain file. */
export async function glanceAt(
  top: string,
  folder: string,
  name: string,
): Promise<{ size: number; stamp: bigint } | undefined> {
  const found = await lstat(join(top, folder, name), { bigint: true }).catch(() => undefined);
  return found?.isFile() ? { size: Number(found.size), stamp: found.mtimeNs } : undefined;
}

/** Opens a file for reading, never over a link, never a pipe or device that would block. The caller closes it. */
export async function openFile(top: string, folder: string, name: string): Promise<OpenedFile> {
  const path = join(top, folder, name);
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const found = await handle.stat({ bigint: true });
    if (!found.isFile() || (await realpath(path)) !== path) throw bad(`${folder}/${name} is no plain file.`);
    return { handle, size: Number(found.size), stamp: found.mtimeNs };
  } catch (error) {
    await handle.close();
    throw error;
  }
}
