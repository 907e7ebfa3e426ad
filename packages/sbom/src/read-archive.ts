import { createHash } from 'node:crypto';
import { quote, SbomError } from './errors.ts';
import { field, objectsIn, textField } from './json/fields.ts';
import { root } from './json/place.ts';
import { type JsonObject, readText } from './json/read-json.ts';
import type { SbomLimits } from './limits.ts';
import type { Sbom } from './model.ts';
import { detect, parseDocument, readParsed } from './read-document.ts';
import { joinSpdx } from './spdx/join-spdx.ts';
import type { ArchiveFile } from './unpack/archive-file.ts';
import type { Warnings } from './warnings.ts';

/**
 * Reads the SBOM that an archive holds: one document of any format, or any number of SPDX 2 documents that belong
 * together. What is no SBOM is left out with a warning; several that do not belong together are refused.
 * @throws SbomError
 */
export function readArchive(files: readonly ArchiveFile[], limits: SbomLimits, warnings: Warnings): Sbom {
  const spdx = joinSpdx(limits, warnings);
  const sums = new Map<string, string>();
  let index: JsonObject | undefined;
  let single: { readonly path: string; readonly document: JsonObject } | undefined;
  for (const file of files) {
    const bytes = file.read();
    const document = parseFile(file.path, bytes, limits, warnings);
    if (!document) continue;
    if (detect(document) === 'spdx-2') {
      const sha1 = createHash('sha1').update(bytes).digest('hex');
      sums.set(file.path, sha1);
      spdx.add(document, file.path, sha1);
    } else if (detect(document) !== undefined) {
      if (single) throw unrelated(single.path, file.path);
      single = { path: file.path, document };
    } else if (isIndex(document)) index = document;
    else leaveOut(file.path, 'it is no SBOM', warnings);
  }
  if (single && spdx.count() > 0) throw unrelated(single.path, 'an SPDX 2 document');
  if (index) checkIndex(index, sums, warnings);
  if (single) return readParsed(single.document, limits, warnings);
  if (spdx.count() > 0) return spdx.finish();
  const detail = `none of the ${files.length} files of the archive is an SBOM; pack CycloneDX or SPDX documents`;
  throw new SbomError('sbom.unknown-format', '$', detail);
}

/** Undefined for what is no document at all. A broken one is refused: it may be the one that matters. */
function parseFile(path: string, bytes: Uint8Array, limits: SbomLimits, warnings: Warnings): JsonObject | undefined {
  const start = new TextDecoder('latin1')
    .decode(bytes.subarray(0, 200))
    .replace(/^\u00ef\u00bb\u00bf/, '')
    .trimStart();
  if (!start.startsWith('{') && !start.startsWith('<')) {
    leaveOut(path, 'it is neither JSON nor XML', warnings);
    return undefined;
  }
  try {
    return parseDocument(readText(bytes, limits), limits, warnings);
  } catch (cause) {
    if (!(cause instanceof SbomError)) throw cause;
    throw new SbomError(cause.code, cause.path, `in ${quote(path)}: ${cause.message}`, cause);
  }
}

/** Yocto puts an `index.json` beside the documents: names, namespaces and SHA-1 of each. */
function isIndex(document: JsonObject): boolean {
  return Array.isArray(field(document, 'documents'));
}

function checkIndex(index: JsonObject, sums: ReadonlyMap<string, string>, warnings: Warnings): void {
  for (const [entry] of objectsIn(index, 'documents', root)) {
    const name = textField(entry, 'filename') ?? '';
    const found = sums.get(name);
    const message =
      found === undefined ? 'is in the index and not in the archive' : 'is not the content of the index (SHA-1)';
    if (found === textField(entry, 'sha1')?.toLowerCase()) continue;
    warnings.add(found === undefined ? 'unknown-reference' : 'checksum-mismatch', () => name.slice(0, 200), message);
  }
}

function leaveOut(path: string, why: string, warnings: Warnings): void {
  warnings.add('file-left-out', () => path, `left out: ${why}`);
}

function unrelated(first: string, second: string): SbomError {
  const detail = `${quote(first)} and ${quote(second)} are SBOMs that do not belong together; upload one per software version`;
  return new SbomError('sbom.unknown-format', '$', detail);
}
