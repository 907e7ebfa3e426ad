import { type Static, Type } from 'typebox';
import { Id, listOperation, Nullable, OneOf, operation, Time } from '../operation.ts';
import { closed } from './words.ts';

export const sbomStates = ['accepted', 'rejected'] as const;

export const Sbom = Type.Object({
  id: Id,
  softwareId: Id,
  software: Type.String(),
  version: Type.String(),
  supplier: Type.String(),
  format: OneOf(['cyclonedx', 'spdx']),
  specVersion: Type.String(),
  components: Type.Integer(),
  unidentified: Type.Integer({
    description: 'Components on the vehicle that no advisory can be matched to: no CPE, and no purl but one of Yocto',
  }),
  statements: Type.Integer({
    description: 'What the document says about vulnerabilities; kept apart from the components',
  }),
  score: Nullable(Type.Integer({ description: 'Quality from 0 to 100' })),
  state: OneOf(sbomStates, 'A rejected SBOM is below the intake gate: kept, but not used until somebody accepts it'),
  stateReason: Nullable(Type.String()),
  decidedBy: Nullable(Type.String({ description: 'Who accepted it although it is below the gate' })),
  decidedAt: Nullable(Time),
  warnings: Type.Array(Type.String()),
  sha256: Type.String(),
  size: Type.Integer(),
  uploadedAt: Time,
  uploadedBy: Type.String(),
});
export type Sbom = Static<typeof Sbom>;

export const Component = Type.Object({
  id: Id,
  name: Type.String(),
  version: Nullable(Type.String()),
  purl: Nullable(Type.String()),
  cpe: Nullable(Type.String()),
  cpes: Type.Array(Type.String({ description: 'All CPE names, where there are several' })),
  alias: Nullable(
    Type.String({ description: 'What a person confirmed that the name means: a purl, or vendor:product' }),
  ),
  source: Nullable(Type.String({ description: 'Recipe or source package that it was built from' })),
  supplier: Nullable(Type.String()),
  licences: Type.Array(Type.String()),
  softwareVersions: Type.Integer(),
  vehicles: Type.Integer(),
});
export type Component = Static<typeof Component>;

export const SbomStatement = Type.Object({
  id: Type.String(),
  sbomId: Id,
  vulnerability: Type.String(),
  status: Nullable(Type.String({ description: 'The word of the document: not_affected, fixedIn, doesNotAffect ...' })),
  justification: Nullable(Type.String()),
  detail: Nullable(Type.String()),
  responses: Type.Array(Type.String()),
  components: Type.Array(Type.String({ description: 'Name and version of some of the components it is about' })),
  componentCount: Type.Integer(),
  elsewhere: Type.Array(Type.String({ description: 'References that name no component of the document' })),
  at: Nullable(Time),
});
export type SbomStatement = Static<typeof SbomStatement>;

const media = [
  'application/json',
  'application/xml',
  'application/gzip',
  'application/zstd',
  'application/x-tar',
  'application/zip',
] as const;

export const sbomOperations = {
  uploadSbom: operation({
    method: 'PUT',
    path: '/software/:id/sbom',
    summary:
      'Attach an SBOM to a software version: CycloneDX 1.2-1.7 (JSON, XML), SPDX 2.2-2.3 or 3.0 (JSON), also gzip, zstd, tar or zip',
    permission: 'inventory.write',
    problems: ['inventory.unknown-software', 'inventory.bad-sbom'],
    params: Type.Object({ id: Id }),
    ok: Sbom,
    raw: {
      request: [
        'application/octet-stream',
        ...media,
        'application/vnd.cyclonedx+json',
        'application/vnd.cyclonedx+xml',
        'application/spdx+json',
        'application/ld+json',
      ],
    },
  }),
  listSboms: listOperation({
    path: '/sboms',
    summary: 'SBOMs',
    permission: 'inventory.read',
    item: Sbom,
    defaultSort: '-uploadedAt',
    fields: {
      software: { type: 'string', label: 'Software' },
      softwareId: { type: 'string', label: 'Software id', sortable: false },
      supplier: { type: 'string', label: 'Supplier' },
      format: { type: 'enum', label: 'Format', values: ['cyclonedx', 'spdx'] },
      components: { type: 'number', label: 'Components' },
      unidentified: { type: 'number', label: 'Unidentified' },
      score: { type: 'number', label: 'Quality' },
      state: { type: 'enum', label: 'State', values: sbomStates },
      uploadedAt: { type: 'time', label: 'Uploaded' },
    },
  }),
  getSbom: operation({
    method: 'GET',
    path: '/sboms/:id',
    summary: 'One SBOM',
    permission: 'inventory.read',
    problems: ['inventory.unknown-sbom'],
    params: Type.Object({ id: Id }),
    ok: Sbom,
  }),
  acceptSbom: operation({
    method: 'POST',
    path: '/sboms/:id/acceptance',
    summary: 'Use an SBOM although it is below the intake gate; it takes the place of the one in use',
    permission: 'inventory.write',
    problems: ['inventory.unknown-sbom', 'inventory.sbom-in-use', 'inventory.bad-sbom'],
    params: Type.Object({ id: Id }),
    body: Type.Object({ reason: Type.String({ minLength: 3, maxLength: 1000 }) }, closed),
    ok: Sbom,
  }),
  downloadSbom: operation({
    method: 'GET',
    path: '/sboms/:id/document',
    summary: 'The SBOM document as it was received',
    permission: 'inventory.read',
    problems: ['inventory.unknown-sbom'],
    params: Type.Object({ id: Id }),
    ok: Type.Unknown(),
    raw: { response: media },
  }),
  listComponents: listOperation({
    path: '/components',
    summary: 'Software components and how many vehicles carry them',
    permission: 'inventory.read',
    item: Component,
    defaultSort: 'name',
    fields: {
      name: { type: 'string', label: 'Name' },
      version: { type: 'string', label: 'Version' },
      purl: { type: 'string', label: 'purl' },
      licence: { type: 'string', label: 'Licence', sortable: false },
      sbom: { type: 'string', label: 'SBOM', sortable: false },
      identified: { type: 'boolean', label: 'Identified', sortable: false },
    },
  }),
  listSbomStatements: listOperation({
    path: '/sbom-statements',
    summary: 'What SBOMs say about vulnerabilities, in their own words',
    permission: 'inventory.read',
    item: SbomStatement,
    defaultSort: 'vulnerability',
    fields: {
      vulnerability: { type: 'string', label: 'Vulnerability' },
      status: { type: 'string', label: 'Status', sortable: false },
      sbom: { type: 'string', label: 'SBOM', sortable: false },
    },
  }),
};
