import { inside, type Place } from '../json/place.ts';
import type { Warnings } from '../warnings.ts';
import {
  component,
  components,
  contact,
  externalReferences,
  hashes,
  licences,
  organisation,
  properties,
  releaseNotes,
} from './component-forms.ts';
import {
  attribute,
  type Form,
  flag,
  instant,
  list,
  object,
  opaque,
  ownChildren,
  repeated,
  text,
  whole,
} from './forms.ts';
import type { XmlElement } from './read-xml.ts';

const service: Form = object({
  fields: {
    provider: organisation,
    endpoints: list('endpoint', text),
    authenticated: flag,
    'x-trust-boundary': flag,
    data: classifications,
    licenses: licences,
    patentAssertions: list('patentAssertion', opaque),
    externalReferences,
    services: (element, at, warnings) => services(element, at, warnings),
    releaseNotes,
    properties,
    tags: list('tag', text),
  },
});
const services = list('service', service);

/** `<classification flow="...">` stands in `<data>` up to 1.4 and in `<dataflow>` since 1.5. */
function classifications(element: XmlElement, at: Place, warnings: Warnings): unknown[] {
  const found: unknown[] = [];
  for (const child of ownChildren(element, at, warnings)) {
    if (child.name === 'classification') {
      const flow = child.attributes.get('flow');
      found.push({ ...(flow === undefined ? {} : { flow }), classification: child.text.trim() });
    } else found.push(...classifications(child, at, warnings));
  }
  return found;
}

const tool = object({ fields: { hashes, externalReferences } });

/** Up to 1.4 a list of `<tool>`; since 1.5 preferably `<components>` and `<services>`. */
const tools: Form = (element, at, warnings) => {
  const isOld = element.children.some(({ name }) => name === 'tool');
  return (isOld ? list('tool', tool) : object({ fields: { components, services } }))(element, at, warnings);
};

const metadata = object({
  fields: {
    timestamp: instant,
    lifecycles: list('lifecycle', object({ fields: {} })),
    tools,
    authors: list('author', contact),
    component,
    manufacture: organisation,
    manufacturer: organisation,
    supplier: organisation,
    licenses: licences,
    properties,
    distributionConstraints: object({ fields: {} }),
    // the name in the schema of 1.7 before it was corrected
    distribution: object({ fields: {}, content: 'tlp' }),
  },
  renamed: { distribution: 'distributionConstraints' },
});

/** Dependencies nest in XML and are a flat list in JSON. */
function dependencies(element: XmlElement, at: Place, warnings: Warnings): unknown[] {
  const flat: unknown[] = [];
  for (const child of ownChildren(element, at, warnings)) addDependency(child, flat, at, warnings);
  return flat;
}

function addDependency(element: XmlElement, flat: unknown[], list: Place, warnings: Warnings): void {
  const at = inside(list, flat.length);
  const refs = { dependsOn: [] as unknown[], provides: [] as unknown[] };
  const nested = [...ownChildren(element, at, warnings)];
  for (const child of nested) {
    refs[child.name === 'provides' ? 'provides' : 'dependsOn'].push(attribute('ref')(child, at, warnings));
  }
  const { dependsOn, provides } = refs;
  // "provides" came with 1.6: an empty list would be reported in older documents
  flat.push({ ref: attribute('ref')(element, at, warnings), dependsOn, ...(provides.length > 0 ? { provides } : {}) });
  for (const child of nested) if (child.children.length > 0) addDependency(child, flat, list, warnings);
}

const composition = object({
  fields: {
    assemblies: list('assembly', attribute('ref')),
    dependencies: list('dependency', attribute('ref')),
    vulnerabilities: list('vulnerability', attribute('ref')),
  },
});

const source = object({ fields: { name: text, url: text } });

const vulnerability = object({
  fields: {
    source,
    references: list('reference', object({ fields: { source } })),
    ratings: list('rating', object({ fields: { source } })),
    cwes: list('cwe', whole),
    advisories: list('advisory', object({ fields: {} })),
    credits: opaque,
    tools: opaque,
    created: instant,
    published: instant,
    updated: instant,
    rejected: instant,
    analysis: object({
      fields: { responses: list('response', text), firstIssued: instant, lastUpdated: instant },
      renamed: { responses: 'response' },
    }),
    affects: list('target', object({ fields: { versions: list('version', opaque) } })),
    proofOfConcept: opaque,
    properties,
  },
});

const annotation = object({
  fields: { subjects: list('subject', attribute('ref')), annotator: opaque, timestamp: instant },
});

const citation = object({
  fields: {
    pointers: list('pointer', text),
    expressions: list('expression', text),
    timestamp: instant,
    signature: opaque,
  },
});

/** The CycloneDX document, XML schemas 1.2 to 1.7, as the object that the JSON reader takes. */
export const documentForm = object({
  attributes: ['serialNumber', 'version'],
  fields: {
    version: whole,
    metadata,
    components,
    services,
    externalReferences,
    dependencies,
    compositions: list('composition', composition),
    vulnerabilities: list('vulnerability', vulnerability),
    annotations: list('annotation', annotation),
    formulation: list('formula', opaque),
    declarations: opaque,
    definitions: opaque,
    citations: list('citation', citation),
    properties,
    signature: repeated(opaque),
  },
});
