import { type Static, Type } from 'typebox';
import { Id, listOperation, OneOf, operation } from '../operation.ts';

export const licenceKinds = ['permissive', 'weak-copyleft', 'copyleft', 'network-copyleft', 'other', 'none'] as const;

export const LicenceUse = Type.Object({
  licence: Type.String({
    description: 'SPDX id or expression, or the text of the document; empty where none is stated',
  }),
  kind: OneOf(licenceKinds, 'What it asks of whoever ships the software; of a choice the mildest counts'),
  components: Type.Integer(),
});
export type LicenceUse = Static<typeof LicenceUse>;

export const FleetLicence = Type.Object({
  ...LicenceUse.properties,
  software: Type.Integer({ description: 'Software versions that carry such components' }),
});
export type FleetLicence = Static<typeof FleetLicence>;

export const licenceOperations = {
  listLicences: listOperation({
    path: '/licences',
    summary: 'Licences of all components of the fleet',
    permission: 'inventory.read',
    item: FleetLicence,
    defaultSort: '-components',
    fields: {
      licence: { type: 'string', label: 'Licence' },
      kind: { type: 'enum', label: 'Kind', values: licenceKinds },
      components: { type: 'number', label: 'Components' },
      software: { type: 'number', label: 'Software' },
    },
  }),
  listSbomLicences: operation({
    method: 'GET',
    path: '/sboms/:id/licences',
    summary: 'Licences of the components of one SBOM, the most frequent first',
    permission: 'inventory.read',
    problems: ['inventory.unknown-sbom'],
    params: Type.Object({ id: Id }),
    ok: Type.Object({ items: Type.Array(LicenceUse) }),
  }),
};
