import { choices, type Form, flag, instant, list, object, opaque, repeated, text, whole } from './forms.ts';

export const property = object({ fields: {}, attributes: ['name'], content: 'value' });
export const properties = list('property', property);
export const hashes = list('hash', object({ fields: {}, attributes: ['alg'], content: 'content' }));

export const contact = object({ fields: { name: text, email: text, phone: text } });

export const organisation = object({
  fields: { name: text, address: opaque, url: repeated(text), contact: repeated(contact) },
});

export const attachment = object({
  fields: {},
  attributes: ['content-type', 'encoding'],
  content: 'content',
  renamed: { 'content-type': 'contentType' },
});

export const externalReferences = list(
  'reference',
  object({ fields: { url: text, comment: text, hashes, properties }, attributes: ['type'] }),
);

const licensing = object({
  fields: {
    altIds: list('altId', text),
    licensor: opaque,
    licensee: opaque,
    purchaser: opaque,
    licenseTypes: list('licenseType', text),
    lastRenewal: instant,
    expiration: instant,
  },
});

const acknowledged = ['bom-ref', 'acknowledgement'];

const licence = object({
  fields: { id: text, name: text, text: attachment, url: text, licensing, properties },
  attributes: acknowledged,
});

const expression = object({ fields: {}, attributes: acknowledged, content: 'expression' });

const detailedExpression = object({
  fields: {
    details: repeated(
      object({
        fields: { text: attachment, url: text },
        attributes: ['bom-ref', 'license-identifier'],
        renamed: { 'license-identifier': 'licenseIdentifier' },
      }),
    ),
    licensing,
    properties,
  },
  attributes: [...acknowledged, 'expression'],
  renamed: { details: 'expressionDetails' },
});

export const licences: Form = choices(
  new Map<string, Form>([
    ['license', (element, at, warnings) => ({ license: licence(element, at, warnings) })],
    ['expression', expression],
    ['expression-detailed', detailedExpression],
  ]),
);

const issue = object({
  fields: {
    id: text,
    name: text,
    description: text,
    source: object({ fields: { name: text, url: text } }),
    references: list('url', text),
  },
  attributes: ['type'],
});

const patch = object({
  fields: { diff: object({ fields: { text: attachment, url: text } }), resolves: list('issue', issue) },
  attributes: ['type'],
});

const relatives: Form = (element, at, warnings) => list('component', component)(element, at, warnings);

const pedigree = object({
  fields: {
    ancestors: relatives,
    descendants: relatives,
    variants: relatives,
    commits: list('commit', opaque),
    patches: list('patch', patch),
    notes: text,
  },
});

const evidence = object({
  fields: {
    identity: repeated(opaque),
    occurrences: list('occurrence', opaque),
    callstack: opaque,
    licenses: licences,
    copyright: list('text', object({ fields: {}, content: 'text' })),
  },
});

export const releaseNotes = object({
  fields: {
    aliases: list('alias', text),
    tags: list('tag', text),
    resolves: list('issue', issue),
    timestamp: instant,
    notes: list('note', opaque),
    properties,
  },
});

const swid = object({
  fields: { tagVersion: whole, patch: flag, text: attachment, url: text },
  attributes: ['tagId', 'name', 'version', 'tagVersion', 'patch'],
});

export const components: Form = (element, at, warnings) => list('component', component)(element, at, warnings);

/** CycloneDX "component", XML schemas 1.2 to 1.7. */
export const component: Form = object({
  fields: {
    supplier: organisation,
    manufacturer: organisation,
    authors: list('author', contact),
    isExternal: flag,
    hashes,
    licenses: licences,
    patentAssertions: list('patentAssertion', opaque),
    omnibor: repeated(text),
    swhid: repeated(text),
    swid,
    modified: flag,
    pedigree,
    externalReferences,
    components,
    evidence,
    releaseNotes,
    modelCard: opaque,
    data: repeated(opaque),
    cryptoProperties: opaque,
    properties,
    tags: list('tag', text),
  },
  attributes: ['type', 'mime-type', 'bom-ref', 'isExternal'],
  renamed: { omnibor: 'omniborId' },
});
