import { type Static, Type } from 'typebox';
import { Id, listOperation, Nullable, OneOf, operation, Time } from '../operation.ts';
import { closed, Text } from './words.ts';

export const aliasStates = ['proposed', 'confirmed', 'rejected'] as const;

export const Alias = Type.Object({
  id: Id,
  name: Type.String({ description: 'In lower case, with dashes for blanks and underscores' }),
  prefix: Type.Boolean({ description: 'The name is the beginning of the names it stands for' }),
  purl: Nullable(Type.String()),
  cpeVendor: Nullable(Type.String()),
  cpeProduct: Nullable(Type.String()),
  state: OneOf(aliasStates),
  source: OneOf(['same-name', 'recipe', 'person']),
  because: Type.String(),
  createdAt: Time,
  decidedAt: Nullable(Time),
  decidedBy: Nullable(Type.String()),
});
export type Alias = Static<typeof Alias>;

export const UnidentifiedName = Type.Object({
  name: Type.String(),
  versions: Type.Integer({ description: 'Component versions of that name' }),
  software: Type.Integer({ description: 'Software versions that carry them' }),
  vehicles: Type.Integer({ description: 'Vehicles that run such software' }),
  source: Nullable(Type.String({ description: 'Recipe or source package, where a document names it' })),
  alias: Nullable(Alias),
  proposals: Type.Array(Alias),
});
export type UnidentifiedName = Static<typeof UnidentifiedName>;

const problems = ['inventory.unknown-alias'] as const;

export const aliasOperations = {
  listUnidentified: listOperation({
    path: '/unidentified-components',
    summary: 'Components that no advisory can be matched to, by name, with what they may be',
    permission: 'inventory.read',
    item: UnidentifiedName,
    defaultSort: '-software',
    fields: {
      name: { type: 'string', label: 'Name' },
      versions: { type: 'number', label: 'Versions' },
      software: { type: 'number', label: 'Software' },
      confirmed: { type: 'boolean', label: 'Alias confirmed', sortable: false },
      proposed: { type: 'boolean', label: 'Alias proposed', sortable: false },
    },
  }),
  listAliases: listOperation({
    path: '/aliases',
    summary: 'What names of components without identifiers mean: proposed, confirmed and rejected',
    permission: 'inventory.read',
    item: Alias,
    defaultSort: '-createdAt',
    fields: {
      name: { type: 'string', label: 'Name' },
      state: { type: 'enum', label: 'State', values: aliasStates },
      createdAt: { type: 'time', label: 'Created' },
    },
  }),
  createAlias: operation({
    method: 'POST',
    path: '/aliases',
    summary: 'Say once for all what a name means; it is confirmed by whoever says it',
    permission: 'inventory.write',
    problems: ['inventory.bad-alias'],
    body: Type.Object(
      {
        name: Text,
        prefix: Type.Optional(Type.Boolean({ description: 'For all names that begin so' })),
        purl: Type.Optional(Type.String({ maxLength: 2048, description: 'Package URL without version' })),
        cpeVendor: Type.Optional({ ...Text, description: 'Vendor of the CPE name' }),
        cpeProduct: Type.Optional({ ...Text, description: 'Product of the CPE name' }),
      },
      closed,
    ),
    ok: Alias,
  }),
  confirmAlias: operation({
    method: 'POST',
    path: '/aliases/:id/confirmation',
    summary: 'Confirm what a name means; other meanings of the name are rejected',
    permission: 'inventory.write',
    problems,
    params: Type.Object({ id: Id }),
    ok: Alias,
  }),
  rejectAlias: operation({
    method: 'POST',
    path: '/aliases/:id/rejection',
    summary: 'Reject what a name was proposed or confirmed to mean',
    permission: 'inventory.write',
    problems,
    params: Type.Object({ id: Id }),
    ok: Alias,
  }),
};
