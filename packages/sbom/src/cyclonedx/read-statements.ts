import { field, listField, objectField, objectsIn, textField, textsIn } from '../json/fields.ts';
import { root } from '../json/place.ts';
import type { JsonObject } from '../json/read-json.ts';
import type { SbomLimits } from '../limits.ts';
import type { EmbeddedStatement } from '../model.ts';
import { collectStatements, firstTime } from '../statements.ts';

/** CycloneDX `vulnerabilities[]` as statements: the analysis when there is one, else the bare mention. */
export function readStatements(
  document: JsonObject,
  created: string | undefined,
  limits: SbomLimits,
): readonly EmbeddedStatement[] {
  const statements = collectStatements(limits);
  const own = ownLink(document);
  for (const [object, at] of objectsIn(document, 'vulnerabilities', root)) {
    const analysis = objectField(object, 'analysis') ?? {};
    const time = firstTime(
      textField(analysis, 'lastUpdated'),
      textField(analysis, 'firstIssued'),
      textField(object, 'updated'),
      textField(object, 'published'),
    );
    statements.add(
      {
        vulnerability: textField(object, 'id') ?? idOfReference(object) ?? 'unnamed',
        status: textField(analysis, 'state'),
        justification: textField(analysis, 'justification'),
        detail: textField(analysis, 'detail'),
        responses: textsIn(analysis, 'response'),
        refs: [...objectsIn(object, 'affects', at)].map(([target]) => own(textField(target, 'ref') ?? '')),
        at: time ?? created,
      },
      at,
    );
  }
  return statements.list();
}

function idOfReference(object: JsonObject): string | undefined {
  for (const [reference] of objectsIn(object, 'references', root)) {
    const id = textField(reference, 'id');
    if (id !== undefined) return id;
  }
  return undefined;
}

/** A BOM-Link into this very document (urn:cdx:serial/version#ref) is the reference behind its "#". */
function ownLink(document: JsonObject): (ref: string) => string {
  const serial = textField(document, 'serialNumber')?.toLowerCase().replace('urn:uuid:', '');
  const version = field(document, 'version') ?? 1;
  const link = `urn:cdx:${serial}/${typeof version === 'number' ? version : 1}#`;
  return (ref) => (serial !== undefined && ref.toLowerCase().startsWith(link) ? decode(ref.slice(link.length)) : ref);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const incomplete = new Set([
  'incomplete',
  'incomplete_first_party_only',
  'incomplete_first_party_proprietary_only',
  'incomplete_first_party_opensource_only',
  'incomplete_third_party_only',
  'incomplete_third_party_proprietary_only',
  'incomplete_third_party_opensource_only',
]);

/** What `compositions[]` say, taken together: one that is incomplete makes the document so. */
export function readCompleteness(document: JsonObject): 'complete' | 'incomplete' | 'unknown' | undefined {
  if (listField(document, 'compositions').length === 0) return undefined;
  const words = [...objectsIn(document, 'compositions', root)].map(([object]) => textField(object, 'aggregate') ?? '');
  if (words.some((word) => incomplete.has(word))) return 'incomplete';
  return words.every((word) => word === 'complete') ? 'complete' : 'unknown';
}
