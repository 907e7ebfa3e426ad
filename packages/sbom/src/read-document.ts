import { readCycloneDx } from './cyclonedx/read-cyclonedx.ts';
import { SbomError } from './errors.ts';
import { field } from './json/fields.ts';
import { type JsonObject, readJsonObject } from './json/read-json.ts';
import type { SbomLimits } from './limits.ts';
import type { Sbom } from './model.ts';
import { readSpdx } from './spdx/read-spdx.ts';
import { readSpdx3 } from './spdx3/read-spdx3.ts';
import type { Warnings } from './warnings.ts';
import { cycloneDxFromXml } from './xml/cyclonedx-xml.ts';

export type DocumentFormat = 'cyclonedx' | 'spdx-2' | 'spdx-3';

/** JSON as it is, CycloneDX XML as the JSON that says the same. @throws SbomError */
export function parseDocument(text: string, limits: SbomLimits, warnings: Warnings): JsonObject {
  const isXml = text.slice(0, 200).trimStart().startsWith('<');
  return (isXml ? cycloneDxFromXml : readJsonObject)(text, limits, warnings);
}

/** Told by the marks that each specification puts into its documents. */
export function detect(document: JsonObject): DocumentFormat | undefined {
  if (field(document, 'bomFormat') !== undefined) return 'cyclonedx';
  if (field(document, 'spdxVersion') !== undefined) return 'spdx-2';
  return contextOf(document)?.includes('spdx.org/rdf/') ? 'spdx-3' : undefined;
}

/** @throws SbomError */
export function readParsed(document: JsonObject, limits: SbomLimits, warnings: Warnings): Sbom {
  switch (detect(document)) {
    case 'cyclonedx':
      return readCycloneDx(document, limits, warnings);
    case 'spdx-2':
      return readSpdx(document, limits, warnings);
    case 'spdx-3':
      return readSpdx3(document, contextOf(document) ?? '', limits, warnings);
    case undefined: {
      const detail =
        'neither "bomFormat" (CycloneDX) nor "spdxVersion" (SPDX 2) nor the "@context" of SPDX 3 was found; is this an SBOM?';
      throw new SbomError('sbom.unknown-format', '$', detail);
    }
  }
}

/** JSON-LD allows one context or a list of them. */
function contextOf(document: JsonObject): string | undefined {
  const context = field(document, '@context');
  const all: readonly unknown[] = Array.isArray(context) ? context : [context];
  return all.find((one) => typeof one === 'string' && one.includes('spdx.org')) as string | undefined;
}
