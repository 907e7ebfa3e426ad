import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SbomError } from './errors.ts';
import { readSbom } from './read-sbom.ts';
import { assertRefused, bom, part } from './testing.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

test('what is not a JSON document of a known format is refused by name', () => {
  const cases = [
    ['<?xml version="1.0"?><bom/>', 'sbom.unknown-format', '$'],
    ['<bom xmlns="http://cyclonedx.org/schema/bom/1.1"/>', 'sbom.unsupported-version', '$.specVersion'],
    ['SPDXVersion: SPDX-2.3', 'sbom.unknown-format', '$'],
    ['', 'sbom.unknown-format', '$'],
    ['[]', 'sbom.unknown-format', '$'],
    ['{}', 'sbom.unknown-format', '$'],
    ['{"bomFormat":', 'sbom.not-json', '$'],
    [
      '{"@context":"https://spdx.org/rdf/4.0.0/spdx-context.jsonld","@graph":[]}',
      'sbom.unsupported-version',
      '$["@context"]',
    ],
  ] as const;
  for (const [text, code, path] of cases) assertRefused(() => readSbom(text), code, path);
});

test('bounds are checked before parsing, and the message names the limit', () => {
  assertRefused(() => readSbom(bom(), { maxBytes: 10 }), 'sbom.too-large', '$');
  assert.throws(() => readSbom(bom(), { maxBytes: 10 }), /limit of 10 \(maxBytes\)/);
  assertRefused(
    () => readSbom(bom({ components: [part({ name: 'x'.repeat(101) })] }), { maxStringLength: 100 }),
    'sbom.string-too-long',
    '$.components[0].name',
  );
  assertRefused(
    () => readSbom(bom({ components: [part({ name: 'x'.repeat(101) })] }), { maxNameLength: 100 }),
    'sbom.string-too-long',
    '$.components[0].name',
  );
  assertRefused(
    () => readSbom(bom({ components: [part(), part({ name: 'b' })] }), { maxComponents: 1 }),
    'sbom.too-many-components',
    '$.components[1]',
  );
  assertRefused(() => readSbom(bom({ x: Array(100).fill(0) }), { maxValues: 50 }), 'sbom.too-many-values', '$');
  assertRefused(() => readSbom('{"a":{"b":0,"c":0,"d":0}}', { maxMembers: 2 }), 'sbom.too-many-values', '$.a.d');
  const dependencies = [{ ref: 'a', dependsOn: ['a', 'b'] }];
  assertRefused(
    () => readSbom(bom({ dependencies }), { maxEdges: 1 }),
    'sbom.too-many-edges',
    '$.dependencies[0].dependsOn[1]',
  );
});

test('a million open brackets are refused without a stack overflow', () => {
  assert.throws(() => readSbom(`{"a":${'['.repeat(1_000_000)}`), { code: 'sbom.too-deep' });
  assert.throws(() => readSbom('{"a":'.repeat(1_000_000)), { code: 'sbom.too-deep' });
});

test('brackets inside strings do not count as depth', () => {
  const sbom = readSbom(bom({ components: [part({ description: '[{\\"'.repeat(500) })] }));

  assert.equal(sbom.components.length, 1);
});

test('a byte order mark is read over; UTF-16 and broken UTF-8 are refused', () => {
  assert.equal(readSbom(bytes(`\ufeff${bom()}`)).format, 'CycloneDX');
  assert.equal(readSbom(`\ufeff${bom()}`).format, 'CycloneDX');
  assertRefused(() => readSbom(new Uint8Array([0xff, 0xfe, 0x7b, 0])), 'sbom.bad-text', '$');
  assertRefused(() => readSbom(new Uint8Array([0x7b, 0x22, 0xc3, 0x28])), 'sbom.bad-text', '$');
});

test('NUL and half surrogates are refused where they stand, whole pairs are text', () => {
  const named = (escape: string) => bom({ components: [part()] }).replace('can-stack', escape);
  for (const escape of ['a\\u0000b', '\\ud800', '\\udc00', '\\ud800\\u0041', '\\ud83d\\ud83d']) {
    assertRefused(() => readSbom(named(escape)), 'sbom.bad-text', '$.components[0].name');
  }
  assert.equal(readSbom(named('\\ud83d\\ude97')).components[0]?.name, '\u{1f697}');
  assertRefused(() => readSbom(bom({ components: [part()] }).replace('can-stack', 'a\u0000')), 'sbom.not-json', '$');
  assertRefused(() => readSbom('{"a":"\ud800"}'), 'sbom.bad-text', '$');
});

test('a key given twice is reported, also when one spelling is escaped', () => {
  const text =
    '{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"file","name":"good","n\\u0061me":"evil"}]}';

  const { warnings, components } = readSbom(text);

  assert.equal(components[0]?.name, 'evil');
  assert.deepEqual(
    warnings.filter(({ code }) => code === 'duplicate-key').map(({ path }) => path),
    ['$.components[0].name'],
  );
});

test('keys that name parts of JavaScript objects do no harm', () => {
  for (const key of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    const text = `{"bomFormat":"CycloneDX","specVersion":"1.3","${key}":{"polluted":true},"components":[]}`;
    assert.deepEqual(readSbom(text).components, []);
    assertRefused(() => readSbom(text.replace('1.3', '1.6')), 'sbom.unknown-field', `$.${key}`);
  }
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
});

test('an object that cannot be turned into text is refused like any other wrong value', () => {
  const trap = { toString: 1, valueOf: 1, toJSON: 1 };
  assertRefused(() => readSbom(JSON.stringify({ bomFormat: trap })), 'sbom.unknown-format', '$.bomFormat');
  assertRefused(() => readSbom(bom({ specVersion: trap })), 'sbom.unsupported-version', '$.specVersion');
  assertRefused(() => readSbom(JSON.stringify({ spdxVersion: trap })), 'sbom.unsupported-version', '$.spdxVersion');
  assertRefused(() => readSbom(bom({ components: [part({ type: trap })] })), 'sbom.wrong-type', '$.components[0].type');
});

test('warnings are bounded, the rest is counted', () => {
  const components = Array.from({ length: 30 }, (_, i) => part({ name: `c${i}`, purl: 'pkg:x' }));

  const { warnings } = readSbom(bom({ components }), { maxWarnings: 10 });

  assert.equal(warnings.length, 11);
  assert.deepEqual(warnings.at(-1), { code: 'more', path: '$', message: '21 more warnings are not listed' });
});

test('whatever a valid document is damaged into, only an SbomError comes out', () => {
  const text = bom({
    metadata: { timestamp: '2026-01-01T00:00:60Z' },
    components: [part({ hashes: [], licenses: [], purl: 'pkg:npm/a@1' })],
  });
  const damage = ['', '"', '\\', '{', '}', '[', ']', ':', ',', '0', 'null', '1e999', '\u0000', '\\u00', '\ud800'];
  for (let i = 0; i < text.length; i++) {
    for (const piece of damage) {
      try {
        readSbom(text.slice(0, i) + piece + text.slice(i + 1));
      } catch (error) {
        assert.ok(error instanceof SbomError, `${piece} at ${i}: ${String(error)}`);
      }
    }
  }
});
