import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TSchema } from 'typebox';
import { accessProblems } from './access.ts';
import { connectivityProblems } from './connectivity.ts';
import { type FieldSpec, parseFilter } from './filter.ts';
import { identityProblems } from './identity.ts';
import { imagesProblems } from './images.ts';
import { inventoryProblems } from './inventory.ts';
import { notificationProblems } from './notifications.ts';
import { commonProblems, ListQuery, type Operation } from './operation.ts';
import { operations } from './operations.ts';
import { permissions } from './permissions.ts';
import { systemProblems } from './system.ts';
import { directorProblems } from './updates/director.ts';
import { updatesProblems } from './updates.ts';
import { vulnerabilityProblems } from './vulnerabilities.ts';

const all: readonly (readonly [id: string, operation: Operation])[] = Object.entries(operations);
const lists = all.flatMap(([id, { list }]) => (list ? [[id, list] as const] : []));
const parametersOf = (path: string) => [...path.matchAll(/:([A-Za-z]+)/g)].map(([, name]) => name ?? '');

/** Codes beyond the common ones; those of `request` belong to lists and filters. */
const codes = new Set<string>([
  ...accessProblems,
  ...connectivityProblems,
  ...identityProblems,
  ...imagesProblems,
  ...inventoryProblems,
  ...notificationProblems,
  ...systemProblems,
  ...directorProblems,
  ...updatesProblems,
  ...vulnerabilityProblems,
  'request.bad-filter',
  'request.bad-cursor',
]);

describe('an operation', () => {
  it('is one of many, so that these sentences cannot hold for nothing', () => {
    assert.ok(all.length >= 60, `${all.length} operations`);
    assert.ok(lists.length >= 15, `${lists.length} lists`);
  });

  it('has a method and an address of its own, whatever its parameters are called', () => {
    const seen = new Map<string, string>();
    for (const [id, { method, path }] of all) {
      const address = `${method} ${path.replaceAll(/:[A-Za-z]+/g, ':')}`;
      assert.equal(seen.get(address), undefined, `${id} and ${seen.get(address)} are both ${address}`);
      seen.set(address, id);
    }
  });

  it('is named by a verb in camel case and lives at a path of plain segments', () => {
    for (const [id, { path }] of all) {
      assert.match(id, /^[a-z]+([A-Z][a-z]+)*$/);
      assert.match(path, /^(\/(:[a-zA-Z]+|[a-z]+(-[a-z]+)*))+$/, id);
    }
  });

  it('has a schema for each parameter of its path, and a parameter for each schema', () => {
    for (const [id, { path, params }] of all) {
      const declared = Object.keys((params?.properties ?? {}) as Record<string, TSchema>);
      assert.deepEqual(declared.sort(), parametersOf(path).sort(), id);
    }
  });

  it('bounds the text of each parameter of its path', () => {
    for (const [id, { params }] of all)
      for (const [name, schema] of Object.entries((params?.properties ?? {}) as Record<string, TSchema>)) {
        const { pattern, maxLength, enum: words } = schema as { pattern?: string; maxLength?: number; enum?: unknown };
        assert.ok(
          pattern?.startsWith('^') || maxLength !== undefined || words !== undefined,
          `${id} takes any ${name}`,
        );
      }
  });

  it('says in a sentence what it does, without a full stop', () => {
    for (const [id, { summary }] of all) assert.match(summary, /^\p{Lu}.{2,}[^.\s]$/u, id);
  });

  it('needs a permission that exists, and each permission opens something', () => {
    const used = new Set<string>(all.map(([, { permission }]) => permission));
    for (const [id, { permission }] of all) assert.ok(permissions.includes(permission), `${id}: ${permission}`);
    assert.deepEqual(
      permissions.filter((name) => !used.has(name)),
      [],
    );
  });

  it('answers only with codes of the unions, none named twice and none of the common ones', () => {
    for (const [id, { problems }] of all) {
      for (const code of problems) assert.ok(codes.has(code), `${id} answers with ${code}, which no union holds`);
      assert.equal(new Set(problems).size, problems.length, id);
      assert.deepEqual(
        problems.filter((code) => (commonProblems as readonly string[]).includes(code)),
        [],
        id,
      );
    }
  });

  it('that changes something is not open to everybody, but for signing in', () => {
    const open = all.filter(([, { method, permission }]) => method !== 'GET' && permission === 'public');
    for (const [id, { path }] of open) assert.match(path, /^\/(session|enrolment)\//, id);
  });

  it('that reads has no body, and one with bytes has no JSON body beside them', () => {
    for (const [id, { method, body, raw }] of all) {
      if (method === 'GET') assert.equal(body, undefined, id);
      if (raw?.request) assert.equal(body, undefined, id);
    }
  });

  it('refuses fields of its query and body that it does not know', () => {
    for (const [id, { query, body }] of all)
      for (const schema of [query, body])
        if (schema) assert.equal((schema as { additionalProperties?: boolean }).additionalProperties, false, id);
  });
});

describe('a list', () => {
  const sortable = ({ sortable: yes = true }: FieldSpec) => yes;

  it('is ordered at first by a field that can be ordered by', () => {
    for (const [id, { fields, defaultSort }] of lists) {
      const field = fields[defaultSort.replace(/^-/, '')];
      assert.ok(field && sortable(field), `${id}: ${defaultSort}`);
    }
  });

  it('has fields that its query can name, with a label, and enumerations with their values', () => {
    const sort = new RegExp((ListQuery.properties.sort as { pattern?: string }).pattern ?? '');
    for (const [id, { fields }] of lists)
      for (const [name, { label, type, values }] of Object.entries(fields)) {
        assert.match(name, sort, id);
        assert.match(label, /^[\p{Lu}p]/u, `${id}: ${name}`);
        assert.equal(type === 'enum', values !== undefined, `${id}: ${name}`);
      }
  });

  it('can be filtered by each of its fields', () => {
    const samples = { string: 'A', number: '1', time: '2026-11-20', boolean: 'true' } as const;
    for (const [, { fields }] of lists)
      for (const [name, { type, values }] of Object.entries(fields))
        assert.ok(parseFilter(`${name} = ${type === 'enum' ? `"${values?.[0]}"` : samples[type]}`, fields));
  });
});
