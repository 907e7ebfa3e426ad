import { readCycloneDx } from './cyclonedx/read-cyclonedx.ts';
import { SbomError } from './errors.ts';
import { field } from './json/fields.ts';
import { type JsonObject, readJsonObject } from './json/read-json.ts';
import { defaultLimits, type SbomLimits } from './limits.ts';
import type { Sbom } from './model.ts';
import { readSpdx } from './spdx/read-spdx.ts';
import { collectWarnings } from './warnings.ts';

/**
 * Reads an SBOM of any supported format: CycloneDX JSON 1.2 to 1.7, SPDX JSON 2.2 and 2.3. Bounds are checked before
 * parsing. What the specification refuses is refused with its place; what is merely poor comes back as warnings.
 * @throws SbomError and nothing else
 */
export function readSbom(input: Uint8Array | string, limits: Partial<SbomLimits> = {}): Sbom {
  const bounds = { ...defaultLimits, ...limits };
  const warnings = collectWarnings(bounds.maxWarnings);
  const document = readJsonObject(input, bounds, warnings);
  if (field(document, 'bomFormat') !== undefined) return readCycloneDx(document, bounds, warnings);
  if (field(document, 'spdxVersion') !== undefined) return readSpdx(document, bounds, warnings);
  throw unknownFormat(document);
}

function unknownFormat(document: JsonObject): SbomError {
  const context = field(document, '@context');
  if (typeof context === 'string' && context.includes('spdx.org')) {
    const detail = 'SPDX 3 JSON-LD cannot be read yet; export SPDX 2.3 or CycloneDX JSON';
    return new SbomError('sbom.unsupported-version', '$["@context"]', detail);
  }
  const detail = 'neither "bomFormat" (CycloneDX) nor "spdxVersion" (SPDX) was found; is this an SBOM?';
  return new SbomError('sbom.unknown-format', '$', detail);
}
