import { quote } from '../errors.ts';
import { inside, type Place } from '../json/place.ts';
import type { JsonObject } from '../json/read-json.ts';
import {
  arrayOf,
  dateTime,
  matching,
  name,
  nonEmptyName,
  oneOf,
  preferablyOneOf,
  type Rule,
  refuse,
  shape,
  text,
  wholeNumber,
} from '../json/rules.ts';
import { findLicenceId } from '../licence/expression.ts';
import { licenceExceptionIds, licenceIds } from '../licence/ids.ts';
import {
  acknowledgements,
  encodings,
  externalReferenceTypes,
  hashAlgorithms,
  issueTypes,
  licenceTypes,
} from './words.ts';

/** Up to 1.3 the plain JSON schemas allowed foreign fields; from 1.4 on they do not. */
export const closedSince = 4;

const hashContent = /^([a-fA-F0-9]{32}|[a-fA-F0-9]{40}|[a-fA-F0-9]{64}|[a-fA-F0-9]{96}|[a-fA-F0-9]{128})$/;

export const hash = shape({
  required: ['alg', 'content'],
  closedSince,
  fields: {
    alg: oneOf(hashAlgorithms),
    content: matching(hashContent, 'a hash value: write 32, 40, 64, 96 or 128 hexadecimal digits'),
  },
});

export const attachment = shape({
  required: ['content'],
  fields: { contentType: text, encoding: oneOf(encodings), content: text },
});

export const property = shape({
  // The name became required with 1.6; before that a property could be empty.
  fields: { name, value: text },
  also(object, at, { minor }) {
    if (minor >= 6 && !Object.hasOwn(object, 'name')) {
      throw refuse('sbom.missing-field', inside(at, 'name'), 'is required and missing; give the property a name');
    }
  },
});

export const externalReference = shape({
  required: ['url', 'type'],
  fields: {
    url: text,
    type: preferablyOneOf(externalReferenceTypes),
    comment: text,
    hashes: arrayOf(hash),
    properties: arrayOf(property),
  },
});

export const contact = shape({ fields: { 'bom-ref': nonEmptyName, name, email: text, phone: text } });

export const organisation = shape({
  fields: {
    'bom-ref': nonEmptyName,
    name,
    url: (value, at, context) => (Array.isArray(value) ? arrayOf(text) : text)(value, at, context),
    contact: (value, at, context) => (Array.isArray(value) ? arrayOf(contact) : contact)(value, at, context),
  },
});

export const issue = shape({
  required: ['type'],
  fields: {
    type: oneOf(issueTypes),
    id: text,
    name: text,
    description: text,
    source: shape({ fields: { name: text, url: text } }),
    references: arrayOf(text),
  },
});

export const releaseNotes = shape({
  required: ['type'],
  fields: {
    type: text,
    title: text,
    timestamp: dateTime,
    resolves: arrayOf(issue),
    aliases: arrayOf(text),
    tags: arrayOf(text),
    properties: arrayOf(property),
  },
});

const licenceId: Rule = (value, at, context) => {
  name(value, at, context);
  const id = value as string;
  if (licenceIds.has(id) || licenceExceptionIds.has(id)) return;
  const near = findLicenceId(id);
  const remedy = near === undefined ? 'use an id of the SPDX list, or "name" for any other licence' : `write ${near}`;
  throw refuse('sbom.wrong-value', at, `${quote(id)} is not an SPDX licence id; ${remedy}`);
};

const licensing = shape({
  fields: {
    altIds: arrayOf(text),
    purchaseOrder: text,
    licenseTypes: arrayOf(oneOf(licenceTypes)),
    lastRenewal: dateTime,
    expiration: dateTime,
  },
});

const licence = shape({
  closedSince,
  fields: {
    'bom-ref': [5, nonEmptyName],
    id: licenceId,
    name,
    acknowledgement: [6, oneOf(acknowledgements)],
    text: attachment,
    url: text,
    licensing: [5, licensing],
    properties: [5, arrayOf(property)],
  },
  also: exactlyOne('id', 'name'),
});

const licenceChoice = shape({
  closedSince,
  fields: {
    license: licence,
    expression: name,
    expressionDetails: [7, arrayOf(shape({ required: ['licenseIdentifier'], fields: { licenseIdentifier: name } }))],
    acknowledgement: [6, oneOf(acknowledgements)],
    'bom-ref': [5, nonEmptyName],
    licensing: [7, licensing],
    properties: [7, arrayOf(property)],
  },
  also: exactlyOne('license', 'expression'),
});

/** 1.5 and 1.6 want either licences or one single expression in the list; before and after, the entries are free. */
export const licences: Rule = (value, at, context) => {
  arrayOf(licenceChoice)(value, at, context);
  const list = value as readonly JsonObject[];
  const mixed = list.length > 1 && list.some((choice) => Object.hasOwn(choice, 'expression'));
  if (mixed && (context.minor === 5 || context.minor === 6)) {
    const remedy = 'join the licences into one expression with AND or OR, or list licences only';
    throw refuse('sbom.wrong-value', at, `an expression must stand alone in version 1.${context.minor}; ${remedy}`);
  }
};

export function exactlyOne(a: string, b: string) {
  return (object: JsonObject, at: Place): void => {
    const count = Number(Object.hasOwn(object, a)) + Number(Object.hasOwn(object, b));
    if (count === 0) throw refuse('sbom.missing-field', at, `needs "${a}" or "${b}"; add one of them`);
    if (count === 2) throw refuse('sbom.wrong-value', at, `has both "${a}" and "${b}"; keep one of them`);
  };
}

export const swid = shape({
  required: ['tagId', 'name'],
  fields: { tagId: text, name: text, version: text, tagVersion: wholeNumber(0), text: attachment, url: text },
});
