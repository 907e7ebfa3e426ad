import { type Static, Type } from 'typebox';
import { Empty, Id, listOperation, Nullable, OneOf, operation, Time } from '../operation.ts';
import { closed, Text } from './words.ts';

export const Import = Type.Object({
  id: Id,
  kind: OneOf(['vehicles', 'ecus', 'software']),
  format: OneOf(['csv', 'ndjson']),
  name: Type.String(),
  state: OneOf(['uploading', 'running', 'finished', 'failed', 'cancelled']),
  received: Type.Integer({ description: 'Bytes received so far; an interrupted upload goes on from here' }),
  rows: Type.Integer(),
  accepted: Type.Integer(),
  refused: Type.Integer(),
  jobId: Nullable(Id),
  createdAt: Time,
  createdBy: Type.String(),
});
export type Import = Static<typeof Import>;
export const ImportError = Type.Object({
  row: Type.Integer(),
  column: Nullable(Type.String()),
  message: Type.String(),
  text: Type.String(),
});

export const importOperations = {
  listImports: listOperation({
    path: '/imports',
    summary: 'Bulk imports',
    permission: 'inventory.read',
    item: Import,
    defaultSort: '-createdAt',
    fields: {
      name: { type: 'string', label: 'File' },
      kind: { type: 'enum', label: 'Kind', values: ['vehicles', 'ecus', 'software'] },
      state: { type: 'enum', label: 'State', values: ['uploading', 'running', 'finished', 'failed', 'cancelled'] },
      createdAt: { type: 'time', label: 'Started' },
    },
  }),
  createImport: operation({
    method: 'POST',
    path: '/imports',
    summary: 'Open a bulk import; its content follows in pieces',
    permission: 'inventory.import',
    problems: [],
    body: Type.Object(
      { kind: OneOf(['vehicles', 'ecus', 'software']), format: OneOf(['csv', 'ndjson']), name: Text },
      closed,
    ),
    ok: Import,
  }),
  getImport: operation({
    method: 'GET',
    path: '/imports/:id',
    summary: 'One bulk import',
    permission: 'inventory.read',
    problems: ['inventory.unknown-import'],
    params: Type.Object({ id: Id }),
    ok: Import,
  }),
  appendImport: operation({
    method: 'PUT',
    path: '/imports/:id/content',
    summary: 'Append a piece at a byte offset; an interrupted upload goes on from `received`',
    permission: 'inventory.import',
    problems: ['inventory.unknown-import', 'inventory.import-offset', 'inventory.import-not-ready'],
    params: Type.Object({ id: Id }),
    query: Type.Object({ offset: Type.Integer({ minimum: 0 }) }, closed),
    ok: Import,
    raw: { request: ['application/octet-stream', 'text/csv', 'application/x-ndjson'] },
  }),
  startImport: operation({
    method: 'POST',
    path: '/imports/:id/start',
    summary: 'Read the uploaded file into the inventory',
    permission: 'inventory.import',
    problems: ['inventory.unknown-import', 'inventory.import-not-ready'],
    params: Type.Object({ id: Id }),
    body: Empty,
    ok: Import,
  }),
  listImportErrors: operation({
    method: 'GET',
    path: '/imports/:id/errors',
    summary: 'Rows that were refused, with the column and the remedy',
    permission: 'inventory.read',
    problems: ['inventory.unknown-import'],
    params: Type.Object({ id: Id }),
    query: Type.Object(
      {
        after: Type.Optional(Type.Integer({ minimum: 0 })),
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
      },
      closed,
    ),
    ok: Type.Object({ items: Type.Array(ImportError), next: Nullable(Type.Integer()) }),
  }),
};
