import { type Static, Type } from 'typebox';
import { Id, listOperation, Nullable, OneOf, operation, Time } from '../operation.ts';

export const Sbom = Type.Object({
  id: Id,
  softwareId: Id,
  software: Type.String(),
  version: Type.String(),
  format: OneOf(['cyclonedx', 'spdx']),
  specVersion: Type.String(),
  components: Type.Integer(),
  unidentified: Type.Integer({ description: 'Components without purl and CPE, which no advisory can be matched to' }),
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
  supplier: Nullable(Type.String()),
  licences: Type.Array(Type.String()),
  softwareVersions: Type.Integer(),
  vehicles: Type.Integer(),
});
export type Component = Static<typeof Component>;

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
        'application/json',
        'application/vnd.cyclonedx+json',
        'application/vnd.cyclonedx+xml',
        'application/spdx+json',
        'application/ld+json',
        'application/xml',
        'application/gzip',
        'application/zstd',
        'application/x-tar',
        'application/zip',
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
      format: { type: 'enum', label: 'Format', values: ['cyclonedx', 'spdx'] },
      components: { type: 'number', label: 'Components' },
      unidentified: { type: 'number', label: 'Unidentified' },
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
  downloadSbom: operation({
    method: 'GET',
    path: '/sboms/:id/document',
    summary: 'The SBOM document as it was received',
    permission: 'inventory.read',
    problems: ['inventory.unknown-sbom'],
    params: Type.Object({ id: Id }),
    ok: Type.Unknown(),
    raw: {
      response: [
        'application/json',
        'application/xml',
        'application/gzip',
        'application/zstd',
        'application/x-tar',
        'application/zip',
      ],
    },
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
      sbom: { type: 'string', label: 'SBOM', sortable: false },
      identified: { type: 'boolean', label: 'Identified', sortable: false },
    },
  }),
};
