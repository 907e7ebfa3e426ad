import { inside, type Place } from '../json/place.ts';
import { isJsonObject, type JsonObject } from '../json/read-json.ts';
import {
  aBoolean,
  anArray,
  anObject,
  arrayOf,
  countComponent,
  later,
  matching,
  name,
  nonEmptyName,
  oneOf,
  type Rule,
  refuse,
  shape,
  text,
} from '../json/rules.ts';
import {
  attachment,
  closedSince,
  contact,
  externalReference,
  hash,
  issue,
  licences,
  organisation,
  property,
  releaseNotes,
  swid,
} from './common-rules.ts';
import { componentTypes, patchTypes, scopes } from './words.ts';

/** A list of components; the schema sets `uniqueItems`, so that the same component twice is a fault. */
export const components: Rule = (value, at, context) => {
  arrayOf(component)(value, at, context);
  refuseIdentical(value as readonly JsonObject[], at);
};

const parts = later(() => components);
const relatives = later(() => arrayOf(component)); // here the schema does not ask for uniqueness

const patch = shape({
  required: ['type'],
  fields: {
    type: oneOf(patchTypes),
    diff: shape({ fields: { text: attachment, url: text } }),
    resolves: arrayOf(issue),
  },
});

const pedigree = shape({
  fields: {
    ancestors: relatives,
    descendants: relatives,
    variants: relatives,
    commits: arrayOf(anObject),
    patches: arrayOf(patch),
    notes: text,
  },
});

const evidence = shape({
  fields: {
    licenses: licences,
    copyright: arrayOf(shape({ required: ['text'], fields: { text } })),
    occurrences: arrayOf(anObject),
  },
});

/** CycloneDX "component" (schema #/definitions/component), versions 1.2 to 1.7. */
export const component: Rule = shape({
  required: ['type', 'name'],
  closedSince,
  fields: {
    type: oneOf(componentTypes),
    'mime-type': matching(/^[-+a-z0-9.]+\/[-+a-z0-9.]+$/, 'a media type such as image/jpeg'),
    'bom-ref': nonEmptyName,
    supplier: organisation,
    manufacturer: [6, organisation],
    authors: [6, arrayOf(contact)],
    author: name,
    publisher: name,
    group: name,
    name,
    version: name,
    versionRange: [7, name],
    isExternal: [7, aBoolean],
    description: text,
    scope: oneOf(scopes),
    hashes: arrayOf(hash),
    licenses: licences,
    copyright: text,
    patentAssertions: [7, anArray],
    cpe: name,
    purl: text,
    omniborId: [6, arrayOf(text)],
    swhid: [6, arrayOf(text)],
    swid,
    modified: aBoolean,
    pedigree,
    externalReferences: arrayOf(externalReference),
    components: parts,
    evidence: [3, evidence],
    releaseNotes: [4, releaseNotes],
    modelCard: [5, anObject],
    data: [5, anArray],
    cryptoProperties: [6, anObject],
    properties: [3, arrayOf(property)],
    tags: [6, arrayOf(text)],
    signature: [4, anObject],
  },
  also(object, at, context) {
    countComponent(at, context);
    checkVersion(object, at, context.minor);
  },
});

function checkVersion(object: JsonObject, at: Place, minor: number): void {
  const hasVersion = Object.hasOwn(object, 'version');
  if (minor <= 3 && !hasVersion) {
    const remedy = 'is required up to version 1.3; add it or declare specVersion 1.4';
    throw refuse('sbom.missing-field', inside(at, 'version'), remedy);
  }
  if (!Object.hasOwn(object, 'versionRange')) return;
  const place = inside(at, 'versionRange');
  if (hasVersion) throw refuse('sbom.wrong-value', place, 'stands beside "version"; keep one of the two');
  if (object['isExternal'] !== true) {
    throw refuse(
      'sbom.wrong-value',
      place,
      'is only for external components; set "isExternal" to true or give "version"',
    );
  }
}

/** Compares in full only those that agree in what identifies them, to keep large documents cheap. */
function refuseIdentical(list: readonly JsonObject[], at: Place): void {
  const counts = new Map<string, number>();
  const keys = list.map((object) =>
    JSON.stringify([object['bom-ref'], object['group'], object['name'], object['version']]),
  );
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  const seen = new Set<string>();
  for (const [i, key] of keys.entries()) {
    if (counts.get(key) === 1) continue;
    const whole = JSON.stringify(list[i], sortMembers);
    if (seen.has(whole)) throw refuse('sbom.wrong-value', inside(at, i), 'is listed twice, field by field; remove one');
    seen.add(whole);
  }
}

function sortMembers(_key: string, value: unknown): unknown {
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
