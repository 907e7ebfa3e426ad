import type { TSchema } from 'typebox';
import { commonProblems, type Operation } from './operation.ts';
import { apiPrefix, operations } from './operations.ts';

const problemSchema = {
  type: 'object',
  description: 'RFC 9457 problem details; `code` is stable, the text may change',
  required: ['type', 'title', 'status'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string' },
    fields: { type: 'object', additionalProperties: { type: 'string' } },
    requestId: { type: 'string' },
  },
};

function parameters(operation: Operation) {
  const of = (where: 'path' | 'query', schema: Operation['params']) =>
    Object.entries((schema?.properties ?? {}) as Record<string, TSchema>).map(([name, part]) => ({
      name,
      in: where,
      required: where === 'path' || ((schema as { required?: string[] }).required ?? []).includes(name),
      schema: part,
    }));
  return [...of('path', operation.params), ...of('query', operation.query)];
}

function content(operation: Operation, side: 'request' | 'response', schema: TSchema | undefined) {
  const media = operation.raw?.[side];
  if (media) return Object.fromEntries(media.map((type) => [type, { schema: { type: 'string', format: 'binary' } }]));
  return schema ? { 'application/json': { schema } } : undefined;
}

function describe(id: string, operation: Operation) {
  const request = content(operation, 'request', operation.body);
  return {
    operationId: id,
    summary: operation.summary,
    tags: [operation.permission.split('.')[0]],
    'x-permission': operation.permission,
    'x-problems': [...commonProblems, ...operation.problems],
    ...(operation.list ? { 'x-fields': operation.list.fields, 'x-default-sort': operation.list.defaultSort } : {}),
    ...(operation.permission === 'public' ? { security: [] } : {}),
    parameters: parameters(operation),
    ...(request ? { requestBody: { required: true, content: request } } : {}),
    responses: {
      200: { description: 'Done', content: content(operation, 'response', operation.ok) },
      default: {
        description: 'Problem',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

/** The OpenAPI 3.1 document of the whole API; committed as docs/reference/openapi.json and compared in `npm run check`. */
export function openApiDocument(version: string) {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [id, operation] of Object.entries(operations) as [string, Operation][]) {
    const path = `${apiPrefix}${operation.path.replaceAll(/:([A-Za-z]+)/g, '{$1}')}`;
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: describe(id, operation) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Bulkhead',
      version,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      description: 'Security platform for connected vehicles',
    },
    servers: [{ url: 'https://localhost:8443' }],
    security: [{ token: [] }, { session: [] }],
    paths,
    components: {
      schemas: { Problem: problemSchema },
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: 'bulkhead_session' },
      },
    },
  };
}
