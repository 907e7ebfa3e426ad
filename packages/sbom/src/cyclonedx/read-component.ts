import { checkExpression, readCpe, readHash, readPurl } from '../identifiers.ts';
import { defined, objectField, objectsIn, textField } from '../json/fields.ts';
import { inside, type Place } from '../json/place.ts';
import type { JsonObject } from '../json/read-json.ts';
import { findLicenceId } from '../licence/expression.ts';
import type { SbomComponent, SbomComponentType, SbomHash, SbomLicence, SbomScope } from '../model.ts';
import type { Warnings } from '../warnings.ts';
import { readContact, readDelivery } from './read-delivery.ts';

/** One component that has passed the rules, without those nested in it. */
export function readComponent(
  object: JsonObject,
  at: Place,
  ref: string,
  parent: string | undefined,
  warnings: Warnings,
): SbomComponent {
  return defined<SbomComponent>({
    ref,
    type: textField(object, 'type') as SbomComponentType,
    name: textField(object, 'name') ?? '',
    version: textField(object, 'version'),
    versionRange: textField(object, 'versionRange'),
    group: textField(object, 'group'),
    supplier: supplierOf(object),
    supplierContact: readContact(object),
    purl: readPurl(textField(object, 'purl'), inside(at, 'purl'), warnings),
    cpe: readCpe(textField(object, 'cpe'), inside(at, 'cpe'), warnings),
    cpes: undefined,
    source: undefined,
    hashes: readHashes(object, at, warnings),
    licences: readLicences(object, at, warnings),
    scope: textField(object, 'scope') as SbomScope | undefined,
    delivery: readDelivery(object),
    parent,
  });
}

function supplierOf(object: JsonObject): string | undefined {
  for (const key of ['supplier', 'manufacturer']) {
    const organisation = objectField(object, key);
    const name = organisation && textField(organisation, 'name');
    if (name !== undefined) return name;
  }
  return textField(object, 'publisher');
}

function readHashes(object: JsonObject, at: Place, warnings: Warnings): readonly SbomHash[] {
  const hashes: SbomHash[] = [];
  for (const [hash, place] of objectsIn(object, 'hashes', at)) {
    const read = readHash(textField(hash, 'alg') ?? '', textField(hash, 'content') ?? '', place, warnings);
    if (read) hashes.push(read);
  }
  return hashes;
}

function readLicences(object: JsonObject, at: Place, warnings: Warnings): readonly SbomLicence[] {
  const licences: SbomLicence[] = [];
  for (const [choice, place] of objectsIn(object, 'licenses', at)) {
    const licence = objectField(choice, 'license');
    const id = licence && textField(licence, 'id');
    const expression = textField(choice, 'expression');
    licences.push(
      defined<SbomLicence>({
        id: id && (findLicenceId(id) ?? id),
        name: licence && textField(licence, 'name'),
        expression: expression && checkExpression(expression, inside(place, 'expression'), warnings),
        acknowledgement: textField(licence ?? choice, 'acknowledgement') as SbomLicence['acknowledgement'],
      }),
    );
  }
  return licences;
}
