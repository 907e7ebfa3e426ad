import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Json } from '@bulkhead/kernel';
import fc from 'fast-check';
import { compactJson, olpcJson } from './canonical-json.ts';
import { refusedAs } from './testing.ts';

/** Values that signed JSON can carry, with strings and keys of the given unit. */
function jsonOf(unit: fc.Arbitrary<string>): fc.Arbitrary<Json> {
  const text = fc.string({ unit, maxLength: 12 });
  return fc.letrec<{ any: Json }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      text,
      fc.maxSafeInteger(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('any'), { maxLength: 5 }),
      fc.dictionary(text, tie('any'), { maxKeys: 6 }),
    ),
  })).any;
}

const printable = fc.integer({ min: 32, max: 126 }).map((c) => String.fromCharCode(c));
const anyChar = fc.oneof(printable, fc.constantFrom('\n', '\r', '\t', '\0', 'é', '\ue000', '😀', '__proto__'));

/** The same value with the members of every object in another order. */
function shuffled(value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => shuffled(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, member]) => [key, shuffled(member ?? null)])
      .reverse(),
  );
}

describe('the canonical forms', () => {
  it('are the same bytes in both dialects, for printable ASCII', () => {
    fc.assert(fc.property(jsonOf(printable), (value) => assert.equal(olpcJson(value), compactJson(value))));
  });

  it('do not depend on the order of members', () => {
    fc.assert(
      fc.property(jsonOf(anyChar), (value) => {
        assert.equal(compactJson(shuffled(value)), compactJson(value));
        assert.equal(olpcJson(shuffled(value)), olpcJson(value));
      }),
    );
  });

  it('of dialect A is JSON of the same value, and a fixed point', () => {
    fc.assert(
      fc.property(jsonOf(anyChar), (value) => {
        const text = compactJson(value);
        assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)));
        assert.equal(compactJson(JSON.parse(text)), text);
      }),
    );
  });

  it('differ in what a line end becomes: two characters in A, itself in B', () => {
    const pem = { key: 'BEGIN\nMII"\\\nEND\n' };
    assert.equal(compactJson(pem), '{"key":"BEGIN\\nMII\\"\\\\\\nEND\\n"}');
    assert.equal(olpcJson(pem), '{"key":"BEGIN\nMII\\"\\\\\nEND\n"}');
  });

  it('sort keys by code point, which is the order of their UTF-8 bytes', () => {
    const value = { '😀': 1, '\ue000': 2, a: 3, Z: 4, '10': 5, '9': 6, 'a"': 7, '': 8 };
    const keys = [...olpcJson(value).matchAll(/"((?:[^"\\]|\\.)*)":/gu)].map((match) => match[1]);
    assert.deepEqual(keys, ['', '10', '9', 'Z', 'a', 'a\\"', '\ue000', '😀']);
  });

  it('refuse fractions, numbers no double can hold, and what JSON leaves out, at any depth', () => {
    for (const value of [1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, undefined, 1n, () => 1, Symbol('s')])
      for (const wrapped of [value, [value], { a: { b: value } }])
        for (const form of [compactJson, olpcJson])
          assert.throws(() => form(wrapped as unknown as Json), refusedAs('uptane.wrong-value'));
    assert.throws(() => compactJson(Object.assign([], { length: 1 })), refusedAs('uptane.wrong-value'));
  });

  it('keep a member called __proto__, and write minus zero as zero', () => {
    assert.equal(compactJson(JSON.parse('{"__proto__":{"a":-0}}')), '{"__proto__":{"a":0}}');
  });
});
