import { checkExpression, cpeFields, readCpe, readHash, readPurl } from '../identifiers.ts';
import { defined, textField } from '../json/fields.ts';
import { inside } from '../json/place.ts';
import type { JsonObject } from '../json/read-json.ts';
import { findLicenceId } from '../licence/expression.ts';
import type { SbomComponent, SbomDelivery, SbomHash, SbomLicence } from '../model.ts';
import type { Warnings } from '../warnings.ts';
import { type Element, type Graph, objectsOf, refsOf, textsOf } from './graph.ts';
import type { Relations } from './relations.ts';
import { hashNames, purposes } from './words.ts';

/** SPDX 3.0 Software, Package, as a component. */
export function readPackage(
  element: Element,
  ref: string,
  graph: Graph,
  relations: Relations,
  warnings: Warnings,
): SbomComponent {
  const { object } = element;
  const agent = [...refsOf(object, 'suppliedBy'), ...refsOf(object, 'originatedBy')]
    .map((id) => graph.get(id))
    .find(Boolean);
  return defined<SbomComponent>({
    ref,
    type: purposes.get(textField(object, 'software_primaryPurpose') ?? '') ?? 'unknown',
    name: textField(object, 'name') ?? '',
    version: textField(object, 'software_packageVersion'),
    versionRange: undefined,
    group: undefined,
    supplier: agent && textField(agent.object, 'name'),
    supplierContact: agent && contactOf(agent.object),
    ...readIdentifiers(element, warnings),
    source: relations.source(element.id),
    hashes: readHashes(element, warnings),
    licences: readLicences(element, graph, relations, warnings),
    scope: undefined,
    delivery: readDelivery(element, graph, relations),
    parent: undefined,
  });
}

/** E-mail address or web address of an agent (Core, ExternalIdentifierType `email`, `urlScheme`, `other`). */
export function contactOf(agent: JsonObject): string | undefined {
  for (const identifier of objectsOf(agent, 'externalIdentifier')) {
    const type = textField(identifier, 'externalIdentifierType');
    const value = textField(identifier, 'identifier') ?? '';
    if (type === 'email' && value.includes('@')) return value;
    if ((type === 'urlScheme' || type === 'other') && /^https?:\/\//.test(value)) return value;
  }
  return undefined;
}

/** The package URL stands in a field of its own or among the external identifiers; CPE names only there, often several. */
function readIdentifiers({ object, at }: Element, warnings: Warnings) {
  let purl = readPurl(textField(object, 'software_packageUrl'), inside(at, 'software_packageUrl'), warnings);
  const cpe23: string[] = [];
  const cpe22: string[] = [];
  for (const [i, identifier] of objectsOf(object, 'externalIdentifier').entries()) {
    const type = textField(identifier, 'externalIdentifierType');
    const value = textField(identifier, 'identifier');
    const place = inside(inside(at, 'externalIdentifier'), i);
    if (type === 'packageUrl') purl ??= readPurl(value, place, warnings);
    const list = type === 'cpe23' ? cpe23 : type === 'cpe22' ? cpe22 : undefined;
    const cpe = list && readCpe(value, place, warnings);
    if (cpe !== undefined) list?.push(cpe);
  }
  return { purl, ...cpeFields(cpe23.length > 0 ? cpe23 : cpe22) };
}

function readHashes({ object, at }: Element, warnings: Warnings): readonly SbomHash[] {
  const hashes: SbomHash[] = [];
  for (const [i, hash] of objectsOf(object, 'verifiedUsing').entries()) {
    const algorithm = hashNames.get(textField(hash, 'algorithm') ?? '');
    const value = textField(hash, 'hashValue');
    const place = inside(inside(at, 'verifiedUsing'), i);
    const read = algorithm && value !== undefined ? readHash(algorithm, value, place, warnings) : undefined;
    if (read) hashes.push(read);
  }
  return hashes;
}

function readLicences(
  { id, at }: Element,
  graph: Graph,
  relations: Relations,
  warnings: Warnings,
): readonly SbomLicence[] {
  const licences: SbomLicence[] = [];
  for (const acknowledgement of ['concluded', 'declared'] as const) {
    for (const ref of relations.licences(id, acknowledgement)) {
      const target = graph.get(ref);
      const text = target ? licenceText(target.object) : listedLicence(ref);
      if (text === undefined) continue;
      const listed = findLicenceId(text);
      const isExpression = target?.type === 'simplelicensing_LicenseExpression';
      if (listed !== undefined) licences.push({ id: listed, acknowledgement });
      else if (isExpression) licences.push({ expression: checkExpression(text, at, warnings), acknowledgement });
      else licences.push({ name: text, acknowledgement });
    }
  }
  return licences;
}

function licenceText(object: JsonObject): string | undefined {
  return textField(object, 'simplelicensing_licenseExpression') ?? textField(object, 'name');
}

/** https://spdx.org/licenses/MIT -> MIT */
function listedLicence(ref: string): string | undefined {
  return /^https?:\/\/spdx\.org\/licenses\/([A-Za-z0-9.+-]{1,100})$/.exec(ref)?.[1];
}

/** BSI TR-03183-2 s5.2.2 in SPDX 3: the file of `hasDistributionArtifact`, its hash and its purposes. */
function readDelivery({ id }: Element, graph: Graph, relations: Relations): SbomDelivery | undefined {
  const file = relations
    .artifacts(id)
    .map((ref) => graph.get(ref))
    .find((found) => found?.type === 'software_File');
  if (!file) return undefined;
  const { object } = file;
  const kinds = new Set([
    ...textsOf(object, 'software_primaryPurpose'),
    ...textsOf(object, 'software_additionalPurpose'),
  ]);
  const sha512 = objectsOf(object, 'verifiedUsing').find((hash) => textField(hash, 'algorithm') === 'sha512');
  return defined<SbomDelivery>({
    filename: textField(object, 'name'),
    sha512: sha512 && textField(sha512, 'hashValue')?.toLowerCase(),
    executable: kinds.has('executable'),
    archive: kinds.has('archive'),
    // "container" says that the parts can be told apart, "firmware" that they cannot
    structured: kinds.has('container') ? true : kinds.has('firmware') || kinds.size > 0 ? false : undefined,
  });
}
