import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openApiDocument } from './openapi.ts';
import type { Operation } from './operation.ts';
import { apiPrefix, operations } from './operations.ts';

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required: boolean;
}

interface Described {
  readonly operationId: string;
  readonly summary: string;
  readonly security?: readonly unknown[];
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, unknown>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>;
  readonly 'x-permission': string;
  readonly 'x-problems': readonly string[];
}

/** As a reader gets it: what JSON cannot carry is gone. */
const document = JSON.parse(JSON.stringify(openApiDocument('1.2.3'))) as ReturnType<typeof openApiDocument> & {
  paths: Record<string, Record<string, Described>>;
};
const described = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, what]) => ({ path, method, ...what })),
);
const find = (id: string) => described.find(({ operationId }) => operationId === id) ?? assert.fail(id);

/** Every `$ref` in the document. */
function referencesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    key === '$ref' && typeof member === 'string' ? [member] : referencesIn(member),
  );
}

describe('the OpenAPI document', () => {
  it('holds every operation once, at its method and path', () => {
    assert.deepEqual(described.map(({ operationId }) => operationId).sort(), Object.keys(operations).sort());
    for (const [id, { method, path }] of Object.entries<Operation>(operations)) {
      const found = find(id);
      assert.equal(found.method, method.toLowerCase());
      assert.equal(found.path, apiPrefix + path.replaceAll(/:([A-Za-z]+)/g, '{$1}'));
    }
  });

  it('declares exactly the parameters that a path template names, all of them required (OpenAPI 3.1 s4.8.12)', () => {
    for (const { operationId, path, parameters } of described) {
      const named = [...path.matchAll(/\{([A-Za-z]+)\}/g)].map(([, name]) => name);
      const declared = parameters.filter((parameter) => parameter.in === 'path');
      assert.deepEqual(declared.map(({ name }) => name).sort(), named.sort(), operationId);
      assert.ok(
        declared.every(({ required }) => required),
        operationId,
      );
      assert.equal(new Set(parameters.map((p) => `${p.in} ${p.name}`)).size, parameters.length, operationId);
    }
  });

  it('marks a parameter of the query as required only where the schema does', () => {
    const required = (id: string) =>
      find(id)
        .parameters.filter((parameter) => parameter.in === 'query' && parameter.required)
        .map(({ name }) => name);

    assert.deepEqual(required('listVehicles'), []);
    assert.deepEqual(required('exportVehicles'), ['format']);
    assert.deepEqual(required('appendImport'), ['offset']);
  });

  it('needs a token or a session, but for what is public', () => {
    assert.deepEqual(document.security, [{ token: [] }, { session: [] }]);
    for (const { operationId, security, ...what } of described)
      assert.deepEqual(security, what['x-permission'] === 'public' ? [] : undefined, operationId);
  });

  it('names the media types of bytes, and JSON for everything else', () => {
    assert.deepEqual(Object.keys(find('exportVehicles').responses[200]?.content ?? {}), [
      'text/csv',
      'application/x-ndjson',
    ]);
    assert.ok(find('uploadSbom').requestBody?.content['application/vnd.cyclonedx+json']);
    assert.deepEqual(Object.keys(find('createVehicle').requestBody?.content ?? {}), ['application/json']);
    assert.equal(find('listVehicles').requestBody, undefined);
  });

  it('answers failures as problem documents and lists the codes of each operation', () => {
    for (const { operationId, responses, ...what } of described) {
      assert.deepEqual(Object.keys(responses.default?.content ?? {}), ['application/problem+json'], operationId);
      assert.ok(what['x-problems'].includes('access.unauthenticated'), operationId);
    }
    assert.ok(find('getVehicle')['x-problems'].includes('inventory.unknown-vehicle'));
  });

  it('refers only to what it holds', () => {
    const references = new Set(referencesIn(document));

    assert.deepEqual([...references], ['#/components/schemas/Problem']);
    assert.ok(document.components.schemas.Problem);
  });

  it('is the same for the same version, so that it can be committed and compared', () => {
    assert.equal(JSON.stringify(openApiDocument('1.2.3')), JSON.stringify(openApiDocument('1.2.3')));
    assert.equal(document.info.version, '1.2.3');
  });
});
