import { inside, type Place } from '../json/place.ts';
import { isJsonObject } from '../json/read-json.ts';
import {
  countComponent,
  dateTime,
  name,
  nonEmptyName,
  type Rule,
  type RuleContext,
  refuse,
  shape,
  text,
} from '../json/rules.ts';
import { type Element, eachOf } from './graph.ts';

/** An id, or an element written in place (which then has an id of its own, or is a blank node). */
const reference: Rule = (value, at, context) => {
  if (typeof value === 'string') nonEmptyName(value, at, context);
  else if (!isJsonObject(value)) throw refuse('sbom.wrong-type', at, 'expected the id of an element');
};

const externalIdentifier = shape({
  required: ['externalIdentifierType', 'identifier'],
  fields: { externalIdentifierType: name, identifier: text },
});

const integrity = shape({ fields: { algorithm: name, hashValue: text } });

const common = {
  name,
  externalIdentifier: eachOf(externalIdentifier),
  verifiedUsing: eachOf(integrity),
  creationInfo: reference,
} as const;

/** Software, Package: name comes from Core, Element, where it is optional; a package without one cannot be listed. */
const softwarePackage = shape({
  required: ['name'],
  fields: {
    ...common,
    software_packageVersion: name,
    software_packageUrl: text,
    software_primaryPurpose: name,
    software_additionalPurpose: eachOf(name),
    suppliedBy: reference,
    originatedBy: eachOf(reference),
  },
});

/** Core, Relationship, and everything derived from it. */
const relationship = shape({
  required: ['from', 'to', 'relationshipType'],
  fields: {
    ...common,
    from: reference,
    to: eachOf(reference),
    relationshipType: nonEmptyName,
    completeness: name,
    security_publishedTime: dateTime,
    security_modifiedTime: dateTime,
    security_impactStatement: text,
    security_statusNotes: text,
    security_actionStatement: text,
    security_justificationType: name,
  },
});

const creationInfo = shape({
  required: ['created', 'specVersion'],
  fields: { created: dateTime, specVersion: name, createdBy: eachOf(reference), createdUsing: eachOf(reference) },
});

const other = shape({ fields: { ...common, rootElement: eachOf(reference), element: eachOf(reference) } });

/** What the SPDX 3.0 model demands in the fields that are read. */
export function checkElement({ type, object, at, id }: Element, context: RuleContext): void {
  if (type === 'software_Package') {
    softwarePackage(object, at, context);
    countComponent(at, context);
    requireId(id, at);
  } else if (isRelationship(type)) relationship(object, at, context);
  else if (type === 'CreationInfo') creationInfo(object, at, context);
  else other(object, at, context);
  if (id.length > context.limits.maxNameLength) {
    const limit = context.limits.maxNameLength;
    throw refuse('sbom.string-too-long', inside(at, 'spdxId'), `longer than ${limit} characters (maxNameLength)`);
  }
}

export function isRelationship(type: string): boolean {
  return type === 'Relationship' || type.endsWith('Relationship');
}

function requireId(id: string, at: Place): void {
  if (id === '') throw refuse('sbom.missing-field', inside(at, 'spdxId'), 'is required and missing; add it');
}
