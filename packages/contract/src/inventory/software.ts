import { type Static, Type } from 'typebox';
import { Id, listOperation, Nullable, OneOf, operation, Time } from '../operation.ts';
import { Code, closed, ecuFunctions, Text } from './words.ts';

export const Software = Type.Object({
  id: Id,
  name: Type.String(),
  version: Type.String(),
  supplier: Type.String(),
  function: OneOf(ecuFunctions),
  partNumber: Nullable(Type.String()),
  sha256: Nullable(Type.String()),
  components: Nullable(Type.Integer()),
  sbomId: Nullable(Id),
  installations: Type.Integer(),
  vehicles: Type.Integer(),
  createdAt: Time,
});
export type Software = Static<typeof Software>;

export const softwareOperations = {
  listSoftware: listOperation({
    path: '/software',
    summary: 'Software versions',
    permission: 'inventory.read',
    item: Software,
    defaultSort: 'name',
    fields: {
      name: { type: 'string', label: 'Name' },
      version: { type: 'string', label: 'Version' },
      supplier: { type: 'string', label: 'Supplier' },
      function: { type: 'enum', label: 'Function', values: ecuFunctions },
      createdAt: { type: 'time', label: 'Created' },
    },
  }),
  createSoftware: operation({
    method: 'POST',
    path: '/software',
    summary: 'Register a software version',
    permission: 'inventory.write',
    problems: ['inventory.duplicate-software'],
    body: Type.Object(
      {
        name: Code,
        version: Text,
        supplier: Text,
        function: OneOf(ecuFunctions),
        partNumber: Type.Optional(Text),
        sha256: Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$' })),
      },
      closed,
    ),
    ok: Software,
  }),
  getSoftware: operation({
    method: 'GET',
    path: '/software/:id',
    summary: 'One software version',
    permission: 'inventory.read',
    problems: ['inventory.unknown-software'],
    params: Type.Object({ id: Id }),
    ok: Software,
  }),
  planSoftware: operation({
    method: 'POST',
    path: '/software/:id/plan',
    summary: 'Plan this version for the ECUs that match a filter; the count comes first when dryRun is set',
    permission: 'inventory.write',
    problems: ['inventory.unknown-software', 'request.bad-filter'],
    params: Type.Object({ id: Id }),
    body: Type.Object(
      { filter: Type.String({ maxLength: 2000 }), slot: Type.Optional(Code), dryRun: Type.Boolean() },
      closed,
    ),
    ok: Type.Object({ ecus: Type.Integer(), vehicles: Type.Integer() }),
  }),
};
