import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { refusedAs } from '../testing.ts';
import { readJsonObject } from './read-json.ts';

const read = (text: string, rule: 'ascii' | 'nfc' = 'ascii') => readJsonObject(Buffer.from(text), 1_000_000, rule);

describe('JSON from outside', () => {
  it('is read as JSON.parse reads it, when it is an object with whole numbers and ASCII', () => {
    const ascii = fc.string({ unit: fc.integer({ min: 32, max: 126 }).map((c) => String.fromCharCode(c)) });
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        ascii,
        fc.maxSafeInteger().map((n) => n || 0),
        fc.boolean(),
        fc.constant(null),
        tie('list'),
        tie('object'),
      ),
      list: fc.array(tie('any'), { maxLength: 5 }),
      object: fc.dictionary(ascii, tie('any'), { maxKeys: 5 }),
    })).object;
    fc.assert(
      fc.property(value, fc.boolean(), (object, pretty) => {
        const text = JSON.stringify(object, null, pretty ? 2 : 0);
        assert.deepEqual(read(text), JSON.parse(text));
      }),
    );
  });

  it('is refused above its cap before it is looked at', () => {
    assert.throws(
      () => readJsonObject(Buffer.from(`{${' '.repeat(100)}}`), 101, 'ascii'),
      refusedAs('uptane.endless-data'),
    );
    assert.deepEqual(readJsonObject(Buffer.from('{}'), 2, 'ascii'), {});
  });

  it('is refused when a key is given twice, however it is written, at any depth', () => {
    for (const [text, place] of [
      ['{"a":1,"a":2}', '$.a'],
      ['{"a":1,"\\u0061":2}', '$.a'],
      ['{"x":[{"b":1},{"b":{"c":1,"d":2,"c":1}}]}', '$.x[1].b.c'],
      ['{"__proto__":1,"__proto__":2}', '$.__proto__'],
    ] as const)
      assert.throws(() => read(text), refusedAs('uptane.duplicate-key', place), text);
    assert.deepEqual(read('{"a":{"a":1},"b":{"a":1}}'), { a: { a: 1 }, b: { a: 1 } });
  });

  it('is refused when a number is one that two writers print differently', () => {
    const numbers = [
      '1.5',
      '1.0',
      '1e2',
      '1E2',
      '-0',
      '9007199254740993',
      '-9007199254740993',
      '123456789012345678901',
      '01',
      '-',
    ];
    for (const number of numbers)
      assert.throws(() => read(`{"v":[0,${number}]}`), refusedAs('uptane.wrong-value', '$.v[1]'), number);
    assert.deepEqual(read('{"v":[0,-1,9007199254740991,2147483648]}'), { v: [0, -1, 9007199254740991, 2147483648] });
  });

  it('is refused in metadata when a key or value is not printable ASCII', () => {
    for (const text of [
      '{"ä":1}',
      '{"a":"é"}',
      '{"a":"e\\u0301"}',
      '{"a":"\\u0000"}',
      '{"a":"\\t"}',
      '{"a":"\u007f"}',
      '{"a":"\\ud800"}',
    ])
      assert.throws(() => read(text), refusedAs('uptane.bad-text'), text);
    assert.deepEqual(read('{"pem":"a\\nb\\r\\n"}'), { pem: 'a\nb\r\n' });
  });

  it('may be any Unicode text in normal form C where a vehicle speaks about itself (RFC 5198)', () => {
    assert.deepEqual(read('{"a":"Störung 😀"}', 'nfc'), { a: 'Störung 😀' });
    for (const text of [
      '{"a":"Sto\u0308rung"}',
      '{"a":"e\\u0301"}',
      '{"a":"\\u0000"}',
      '{"a":"\\ud800"}',
      '{"a":"\\udc00x"}',
    ])
      assert.throws(() => read(text, 'nfc'), refusedAs('uptane.bad-text'), text);
  });

  it('is refused when it is no UTF-8 or has a byte order mark', () => {
    assert.throws(() => readJsonObject(Uint8Array.of(0x7b, 0xff, 0x7d), 10, 'nfc'), refusedAs('uptane.bad-text'));
    assert.throws(() => read('\ufeff{}'), refusedAs('uptane.not-json'));
  });

  it('is refused when it nests deeper, has more values or longer strings than metadata ever has', () => {
    const deep = (n: number) => `{"a":${'['.repeat(n)}${']'.repeat(n)}}`;
    assert.ok(read(deep(23)));
    assert.throws(() => read(deep(24)), refusedAs('uptane.too-complex'));
    assert.throws(() => read(deep(400_000)), refusedAs('uptane.too-complex'));
    assert.throws(() => read(`{"a":"${'x'.repeat(65_537)}"}`), refusedAs('uptane.too-complex', '$.a'));
    const many = Buffer.from(`{"a":[${'0,'.repeat(1_000_001)}0]}`);
    assert.throws(() => readJsonObject(many, many.length, 'ascii'), refusedAs('uptane.too-complex'));
  });

  it('is refused when it is anything but one object', () => {
    for (const text of ['', '[]', '1', 'null', '"a"']) assert.throws(() => read(text), /JSON/);
    for (const text of ['{', '{"a"}', '{"a":}', '{"a":1}}', '{"a":"x', '{"a":1,}', "{'a':1}", '{"a":1 2}', '{"a":tru}'])
      assert.throws(() => read(text), refusedAs('uptane.not-json'), text);
  });

  it('costs time in proportion to its length, also when it is made of backslashes and quotation marks', () => {
    const text = `{"a":["${'\\"'.repeat(30_000)}","${'\\\\'.repeat(30_000)}"${',"\\\\\\""'.repeat(40_000)}]}`;
    const started = performance.now();
    assert.ok(read(text));
    assert.ok(performance.now() - started < 1_000);
  });
});
