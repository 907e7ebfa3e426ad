import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { canonicalJson, type Json } from './canonical-json.ts';
import { Problem } from './problem.ts';

/** Any value that JSON can carry; keys from the whole of Unicode, `__proto__` among them. */
const json = fc.jsonValue({ stringUnit: 'binary', maxDepth: 5 }) as fc.Arbitrary<Json>;

/** The same value with the members of every object in another order. */
function reversed(value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => reversed(item));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([key, member]) => [key, reversed(member ?? null)] as const);
  return Object.fromEntries(members.reverse());
}

describe('canonical JSON', () => {
  it('is JSON of the same value', () => {
    fc.assert(
      fc.property(json, (value) => {
        // JSON has no -0: what JSON.stringify makes of the value is what it is
        assert.deepEqual(JSON.parse(canonicalJson(value)), JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('is the same text for the same value, whatever the order of its members', () => {
    fc.assert(
      fc.property(json, (value) => {
        assert.equal(canonicalJson(reversed(value)), canonicalJson(value));
      }),
    );
  });

  it('is a fixed point: read and written again it does not change', () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = canonicalJson(value);
        assert.equal(canonicalJson(JSON.parse(text)), text);
      }),
    );
  });

  it('is different text for different values', () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        const same = isDeepStrictEqual(JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b)));
        assert.equal(canonicalJson(a) === canonicalJson(b), same);
      }),
    );
  });

  it('sorts keys by UTF-16 code units (the example of RFC 8785 s3.2.3)', () => {
    const value = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    };

    assert.equal(
      canonicalJson(value),
      '{"\\r":"Carriage Return","1":"One","\u0080":"Control","ö":"Latin Small Letter O With Diaeresis","€":"Euro Sign","😀":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}',
    );
  });

  it('writes numbers as ECMAScript does (RFC 8785 s3.2.2.3, appendix B)', () => {
    const numbers: readonly (readonly [number, string])[] = [
      [-0, '0'],
      [5e-324, '5e-324'],
      [1.7976931348623157e308, '1.7976931348623157e+308'],
      [9007199254740992, '9007199254740992'],
      [1e21, '1e+21'],
      [999999999999999900000, '999999999999999900000'],
      [0.000001, '0.000001'],
      [1e-7, '1e-7'],
      [333333333.3333332, '333333333.3333332'],
    ];
    for (const [value, text] of numbers) assert.equal(canonicalJson(value), text);
  });

  it('leaves out members that are undefined and writes null for them in a list, as JSON.stringify does', () => {
    assert.equal(canonicalJson({ b: undefined, a: 1 }), '{"a":1}');
    assert.equal(canonicalJson([undefined, 1] as unknown as Json), '[null,1]');
  });

  it('keeps a member called __proto__', () => {
    assert.equal(canonicalJson(JSON.parse('{"__proto__":{"a":1}}')), '{"__proto__":{"a":1}}');
  });

  it('refuses what JSON cannot carry, at any depth', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 1n, Symbol('s'), () => 1, undefined])
      for (const wrapped of value === undefined ? [value] : [value, [value], { a: { b: value } }])
        assert.throws(
          () => canonicalJson(wrapped as unknown as Json),
          (error) => error instanceof Problem && error.code === 'kernel.not-canonical',
        );
  });
});
