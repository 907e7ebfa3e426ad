import { readText } from './json/read-json.ts';
import { defaultLimits, type SbomLimits } from './limits.ts';
import type { Sbom } from './model.ts';
import { readArchive } from './read-archive.ts';
import { parseDocument, readParsed } from './read-document.ts';
import { unpack } from './unpack/unpack.ts';
import { collectWarnings } from './warnings.ts';

/**
 * Reads an SBOM of any supported format, told by its content: CycloneDX 1.2 to 1.7 (JSON, XML), SPDX 2.2 and 2.3
 * (JSON), SPDX 3.0 (JSON-LD); plain, packed with gzip or zstd, or in an archive (zip, tar, tar.gz, tar.zst), which may
 * hold SPDX 2 documents that refer to one another. Bounds are checked before parsing. What the specification refuses
 * is refused with its place; what is merely poor comes back as warnings.
 * @throws SbomError and nothing else
 */
export function readSbom(input: Uint8Array | string, limits: Partial<SbomLimits> = {}): Sbom {
  const bounds = { ...defaultLimits, ...limits };
  const warnings = collectWarnings(bounds.maxWarnings);
  const content = typeof input === 'string' ? undefined : unpack(input, bounds);
  if (content?.kind === 'archive') return readArchive(content.files, bounds, warnings);
  const text = readText(content ? content.bytes : input, bounds);
  return readParsed(parseDocument(text, bounds, warnings), bounds, warnings);
}
