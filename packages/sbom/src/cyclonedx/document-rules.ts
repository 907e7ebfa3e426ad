import { inside } from '../json/place.ts';
import {
  aBoolean,
  anArray,
  anObject,
  anything,
  arrayOf,
  dateTime,
  later,
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
import {
  closedSince,
  contact,
  exactlyOne,
  externalReference,
  hash,
  licences,
  organisation,
  property,
  releaseNotes,
} from './common-rules.ts';
import { component, components } from './component-rules.ts';
import {
  aggregates,
  analysisStates,
  dataFlows,
  lifecyclePhases,
  ratingMethods,
  severities,
  tlpMarks,
} from './words.ts';

const service: Rule = shape({
  required: ['name'],
  closedSince,
  fields: {
    'bom-ref': nonEmptyName,
    provider: organisation,
    group: name,
    name,
    version: name,
    description: text,
    endpoints: arrayOf(text),
    authenticated: aBoolean,
    'x-trust-boundary': aBoolean,
    trustZone: [5, text],
    data: arrayOf(
      shape({
        required: ['flow', 'classification'],
        fields: { flow: oneOf(dataFlows), classification: text, name: text, description: text },
      }),
    ),
    licenses: licences,
    patentAssertions: [7, anArray],
    externalReferences: arrayOf(externalReference),
    services: later(() => arrayOf(service)),
    releaseNotes: [4, releaseNotes],
    properties: [3, arrayOf(property)],
    tags: [6, arrayOf(text)],
    signature: [4, anObject],
  },
});

const tool = shape({
  fields: { vendor: name, name, version: name, hashes: arrayOf(hash), externalReferences: arrayOf(externalReference) },
});

/** Up to 1.4 a list of tools; since 1.5 preferably components and services. */
const tools: Rule = (value, at, context) =>
  Array.isArray(value)
    ? arrayOf(tool)(value, at, context)
    : shape({ fields: { components: arrayOf(component), services: arrayOf(service) } })(value, at, context);

const metadata = shape({
  closedSince,
  fields: {
    timestamp: dateTime,
    lifecycles: [
      5,
      arrayOf(
        shape({
          fields: { phase: oneOf(lifecyclePhases), name, description: text },
          also: exactlyOne('phase', 'name'),
        }),
      ),
    ],
    tools,
    authors: arrayOf(contact),
    component,
    manufacture: organisation,
    manufacturer: [6, organisation],
    supplier: organisation,
    licenses: [3, licences],
    properties: [3, arrayOf(property)],
    distributionConstraints: [7, shape({ closedSince, fields: { tlp: oneOf(tlpMarks) } })],
  },
});

const dependency = shape({
  required: ['ref'],
  closedSince,
  fields: { ref: nonEmptyName, dependsOn: arrayOf(nonEmptyName), provides: [6, arrayOf(nonEmptyName)] },
});

const composition = shape({
  required: ['aggregate'],
  fields: {
    'bom-ref': nonEmptyName,
    aggregate: oneOf(aggregates),
    assemblies: arrayOf(nonEmptyName),
    dependencies: arrayOf(nonEmptyName),
    vulnerabilities: arrayOf(nonEmptyName),
  },
});

/** Only what a later reader of the raw array must be able to rely on. */
const vulnerability = shape({
  fields: {
    'bom-ref': nonEmptyName,
    id: name,
    ratings: arrayOf(
      shape({ fields: { severity: oneOf(severities), method: preferablyOneOf(ratingMethods), vector: text } }),
    ),
    cwes: arrayOf(wholeNumber(1)),
    analysis: shape({ fields: { state: oneOf(analysisStates), response: arrayOf(text), detail: text } }),
    affects: arrayOf(shape({ required: ['ref'], fields: { ref: nonEmptyName } })),
  },
});

const annotation = shape({
  required: ['subjects', 'annotator', 'timestamp', 'text'],
  fields: { 'bom-ref': nonEmptyName, subjects: arrayOf(nonEmptyName), annotator: anObject, timestamp: dateTime, text },
});

const citation = shape({
  required: ['timestamp'],
  fields: {
    'bom-ref': nonEmptyName,
    pointers: arrayOf(text),
    expressions: arrayOf(text),
    timestamp: dateTime,
    attributedTo: nonEmptyName,
    process: nonEmptyName,
    note: text,
  },
  also(object, at) {
    exactlyOne('pointers', 'expressions')(object, at);
    if (!Object.hasOwn(object, 'attributedTo') && !Object.hasOwn(object, 'process')) {
      throw refuse(
        'sbom.missing-field',
        inside(at, 'attributedTo'),
        'or "process" is required; say where it comes from',
      );
    }
  },
});

const serialNumber = matching(
  // RFC 9562 s4 reads capitals as the same UUID, although the schema writes small letters; the reader lowers them.
  /^urn:uuid:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/,
  'a serial number; write urn:uuid: followed by a UUID',
);

/** The CycloneDX document, JSON, 1.2 to 1.7. What the platform does not read is checked for its type only. */
export const cycloneDxDocument = shape({
  required: ['bomFormat', 'specVersion'],
  closedSince,
  fields: {
    $schema: text,
    bomFormat: anything,
    specVersion: anything,
    serialNumber,
    version: wholeNumber(1),
    metadata,
    components,
    services: arrayOf(service),
    externalReferences: arrayOf(externalReference),
    dependencies: arrayOf(dependency),
    compositions: [3, arrayOf(composition)],
    vulnerabilities: [4, arrayOf(vulnerability)],
    annotations: [5, arrayOf(annotation)],
    formulation: [5, arrayOf(anObject)],
    declarations: [6, anObject],
    definitions: [6, anObject],
    citations: [7, arrayOf(citation)],
    properties: [5, arrayOf(property)],
    signature: [4, anObject],
  },
});
