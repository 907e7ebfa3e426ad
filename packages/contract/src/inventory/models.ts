import { type Static, Type } from 'typebox';
import { Id, listOperation, OneOf, operation, Time } from '../operation.ts';
import { busKinds, Code, closed, ecuFunctions, interfaceKinds, Text } from './words.ts';

/** E/E architecture of a model (ISO/SAE 21434 item definition): ECU roles on buses in zones, gateways joining them. */
export const Architecture = Type.Object(
  {
    zones: Type.Array(
      Type.Object({ id: Code, name: Text, trust: OneOf(['untrusted', 'semi-trusted', 'trusted']) }, closed),
      { maxItems: 50 },
    ),
    buses: Type.Array(
      Type.Object(
        {
          id: Code,
          name: Text,
          kind: OneOf(busKinds),
          zone: Type.Optional(Code),
          open: Type.Optional(
            Type.Boolean({ description: 'Reachable from outside the vehicle without passing a gateway' }),
          ),
        },
        closed,
      ),
      { maxItems: 200 },
    ),
    roles: Type.Array(
      Type.Object(
        {
          id: Code,
          name: Text,
          function: OneOf(ecuFunctions),
          zone: Type.Optional(Code),
          buses: Type.Array(Code, { maxItems: 20 }),
          gateway: Type.Optional(Type.Boolean()),
          patchable: Type.Boolean(),
          asil: Type.Optional(OneOf(['QM', 'A', 'B', 'C', 'D'])),
          interfaces: Type.Array(OneOf(interfaceKinds), { maxItems: 20 }),
          software: Type.Optional(
            Type.Array(Code, { maxItems: 20, description: 'Names of the software this role runs' }),
          ),
        },
        closed,
      ),
      { maxItems: 300 },
    ),
  },
  closed,
);
export type Architecture = Static<typeof Architecture>;

export const Model = Type.Object({
  id: Id,
  code: Type.String(),
  name: Type.String(),
  brand: Type.String(),
  year: Type.Integer(),
  architecture: Architecture,
  vehicles: Type.Integer(),
  ecuRoles: Type.Integer(),
  updatedAt: Time,
});
export type Model = Static<typeof Model>;

export const modelOperations = {
  listModels: listOperation({
    path: '/models',
    summary: 'Vehicle models',
    permission: 'inventory.read',
    item: Model,
    defaultSort: 'code',
    fields: {
      code: { type: 'string', label: 'Code' },
      name: { type: 'string', label: 'Name' },
      brand: { type: 'string', label: 'Brand' },
      year: { type: 'number', label: 'Model year' },
    },
  }),
  getModel: operation({
    method: 'GET',
    path: '/models/:code',
    summary: 'One model with its E/E architecture',
    permission: 'inventory.read',
    problems: ['inventory.unknown-model'],
    params: Type.Object({ code: Code }),
    ok: Model,
  }),
  putModel: operation({
    method: 'PUT',
    path: '/models/:code',
    summary: 'Create or replace a model and its E/E architecture',
    permission: 'inventory.write',
    problems: ['inventory.bad-architecture'],
    params: Type.Object({ code: Code }),
    body: Type.Object(
      { name: Text, brand: Text, year: Type.Integer({ minimum: 1980, maximum: 2100 }), architecture: Architecture },
      closed,
    ),
    ok: Model,
  }),
};
