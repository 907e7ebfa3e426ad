import { quote, SbomError } from '../errors.ts';
import { root } from '../json/place.ts';
import type { JsonObject } from '../json/read-json.ts';
import type { SbomLimits } from '../limits.ts';
import type { Warnings } from '../warnings.ts';
import { documentForm } from './document-forms.ts';
import { readXml } from './read-xml.ts';

const schema = /^https?:\/\/cyclonedx\.org\/schema\/bom\/(\d+\.\d+)$/;

/**
 * A CycloneDX XML document as the JSON document that says the same, for the JSON reader and its rules. Places in
 * messages are those of the JSON form.
 * @throws SbomError
 */
export function cycloneDxFromXml(text: string, limits: SbomLimits, warnings: Warnings): JsonObject {
  const bom = readXml(text, limits);
  const version = schema.exec(bom.namespace)?.[1];
  if (bom.name !== 'bom' || version === undefined) {
    const found = `<${bom.name.slice(0, 60)}> of ${quote(bom.namespace)}`;
    throw new SbomError('sbom.unknown-format', '$', `expected a CycloneDX <bom> and found ${found}; is this an SBOM?`);
  }
  const document = documentForm(bom, root, warnings) as JsonObject;
  return { ...document, bomFormat: 'CycloneDX', specVersion: version };
}
