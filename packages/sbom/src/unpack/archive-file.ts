import { quote, SbomError } from '../errors.ts';
import type { SbomLimits } from '../limits.ts';

/** One file of an archive. The path is a name in messages; nothing is ever written to it. */
export interface ArchiveFile {
  readonly path: string;
  /** Unpacks the content, at once and each time; within the budget of the upload. */
  readonly read: () => Uint8Array;
}

export function badArchive(detail: string): SbomError {
  return new SbomError('sbom.bad-archive', '$', detail);
}

/** Refuses names that would leave the archive or hide what they are: whoever packs so is not to be trusted with more. */
export function checkPath(path: string, { maxPathLength }: SbomLimits): string {
  if (path.length > maxPathLength) throw badArchive(`a file name has more than ${maxPathLength} characters`);
  const odd = /[\u0000-\u001f\u007f\\]/.test(path) || /^([/]|[A-Za-z]:)/.test(path) || path.split('/').includes('..');
  if (odd) throw badArchive(`the file name ${quote(path)} leaves the archive or holds control characters`);
  return path;
}

export function checkCount(count: number, { maxEntries }: SbomLimits): void {
  if (count > maxEntries) throw badArchive(`more than ${maxEntries} files (maxEntries); pack only the SBOM documents`);
}
