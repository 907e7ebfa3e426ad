import { checkExpression, cpeFields, readCpe, readHash, readPurl } from '../identifiers.ts';
import { defined, objectsIn, textField } from '../json/fields.ts';
import { inside, type Place } from '../json/place.ts';
import type { JsonObject } from '../json/read-json.ts';
import { findLicenceId } from '../licence/expression.ts';
import type { SbomComponent, SbomDelivery, SbomHash, SbomLicence } from '../model.ts';
import type { Warnings } from '../warnings.ts';
import { purposes } from './words.ts';

/** SPDX 2.3 s7: one package as a component. SPDX has no group and no scope. */
export function readPackage(object: JsonObject, at: Place, ref: string, warnings: Warnings): SbomComponent {
  const identifiers = readIdentifiers(object, at, warnings);
  return defined<SbomComponent>({
    ref,
    type: purposes.get(textField(object, 'primaryPackagePurpose') ?? '') ?? 'unknown',
    name: textField(object, 'name') ?? '',
    version: asserted(textField(object, 'versionInfo')),
    versionRange: undefined,
    group: undefined,
    supplier: partyName(textField(object, 'supplier')) ?? partyName(textField(object, 'originator')),
    supplierContact: partyContact(textField(object, 'supplier')) ?? partyContact(textField(object, 'originator')),
    ...identifiers,
    source: undefined,
    hashes: readChecksums(object, at, warnings),
    licences: readLicences(object, at, warnings),
    scope: undefined,
    delivery: deliveryOf(object),
    parent: undefined,
  });
}

/** SPDX 2 knows the name of the file (s7.4); it has no words for the kinds of file. */
function deliveryOf(object: JsonObject): SbomDelivery | undefined {
  const filename = textField(object, 'packageFileName');
  return filename === undefined ? undefined : { filename };
}

/** NOASSERTION and NONE say that there is no answer, which the model says by leaving the field out. */
function asserted(text: string | undefined): string | undefined {
  return text === 'NOASSERTION' || text === 'NONE' ? undefined : text;
}

/** "Organization: Acme (info@acme.example)" -> "info@acme.example" (s7.5). */
export function partyContact(text: string | undefined): string | undefined {
  const bracket = text?.endsWith(')') ? text.lastIndexOf('(') : -1;
  return bracket > 0 ? text?.slice(bracket + 1, -1).trim() || undefined : undefined;
}

/** "Organization: Acme (info@acme.example)" -> "Acme" (s7.5). */
export function partyName(text: string | undefined): string | undefined {
  const found = asserted(text);
  if (found === undefined) return undefined;
  const party = found.replace(/^(Organization|Person):/, '').trim();
  const bracket = party.endsWith(')') ? party.lastIndexOf('(') : -1;
  return (bracket > 0 ? party.slice(0, bracket).trim() : party) || undefined;
}

/** The first readable purl and all CPEs; names of 2.2 count only where there are none of 2.3. */
function readIdentifiers(object: JsonObject, at: Place, warnings: Warnings) {
  let purl: string | undefined;
  const cpe23: string[] = [];
  const cpe22: string[] = [];
  for (const [reference, place] of objectsIn(object, 'externalRefs', at)) {
    const locator = textField(reference, 'referenceLocator');
    const type = textField(reference, 'referenceType');
    const where = inside(place, 'referenceLocator');
    if (type === 'purl') purl ??= readPurl(locator, where, warnings);
    const list = isType(type, 'cpe23Type') ? cpe23 : isType(type, 'cpe22Type') ? cpe22 : undefined;
    const cpe = list && readCpe(locator, where, warnings);
    if (cpe !== undefined) list?.push(cpe);
  }
  return { purl, ...cpeFields(cpe23.length > 0 ? cpe23 : cpe22) };
}

/** Types may be written in full as http://spdx.org/rdf/references/cpe23Type. */
function isType(type: string | undefined, word: string): boolean {
  return type === word || type === `http://spdx.org/rdf/references/${word}`;
}

function readChecksums(object: JsonObject, at: Place, warnings: Warnings): readonly SbomHash[] {
  const hashes: SbomHash[] = [];
  for (const [checksum, place] of objectsIn(object, 'checksums', at)) {
    const algorithm = (textField(checksum, 'algorithm') ?? '').replace(/^SHA(?=\d{1,3}$)/, 'SHA-');
    const hash = readHash(algorithm, textField(checksum, 'checksumValue') ?? '', place, warnings);
    if (hash) hashes.push(hash);
  }
  return hashes;
}

function readLicences(object: JsonObject, at: Place, warnings: Warnings): readonly SbomLicence[] {
  const licences: SbomLicence[] = [];
  const fields = [
    ['licenseConcluded', 'concluded'],
    ['licenseDeclared', 'declared'],
  ] as const;
  for (const [key, acknowledgement] of fields) {
    const expression = asserted(textField(object, key));
    if (expression === undefined) continue;
    const id = findLicenceId(expression);
    if (id !== undefined) licences.push({ id, acknowledgement });
    else licences.push({ expression: checkExpression(expression, inside(at, key), warnings), acknowledgement });
  }
  return licences;
}
