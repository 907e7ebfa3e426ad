import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AdvisoryError } from './error.ts';
import { readKev } from './feeds/read-kev.ts';
import { componentKeysOf, packageKeysOf } from './identity/keys.ts';
import { matchAdvisory } from './match/match-advisory.ts';
import type { ComponentIdentity } from './model.ts';
import { readAdvisory, readAdvisoryText } from './read-advisory.ts';
import { assertRefused, cveRecord, osvRecord } from './testing.ts';
import { documents } from './testing-documents.ts';
import { vexApplies } from './vex/applies.ts';
import type { VexDocumentHead } from './vex/model.ts';
import { readVex, readVexText } from './vex/read-vex.ts';
import { writeCsafVex } from './vex/write-csaf-vex.ts';
import { writeCycloneDxVex } from './vex/write-cyclonedx-vex.ts';
import { writeOpenVex } from './vex/write-openvex.ts';

const entry = {
  vendor: 'v',
  product: 'p',
  defaultStatus: 'unaffected',
  versions: [{ version: '1', status: 'affected' }],
};
const text = (value: unknown) => JSON.stringify(value);

test('text that is too large, too deep or has too many values is refused before it is parsed', () => {
  assertRefused(
    () => readAdvisoryText(text(cveRecord([entry])), undefined, { maxBytes: 100 }),
    'advisory.too-large',
    '$',
  );
  const deep = `{"dataType":"CVE_RECORD","x":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
  assert.throws(
    () => readAdvisoryText(deep),
    (error: unknown) => error instanceof AdvisoryError && error.code === 'advisory.too-large',
  );
  const wide = `{"id":"x","affected":[${'0,'.repeat(200_000)}0]}`;
  assertRefused(() => readAdvisoryText(wide, undefined, { maxValues: 100_000 }), 'advisory.too-large', '$');
  assert.throws(() => readVexText(deep), AdvisoryError);
});

test('what is no JSON object of a known format is refused', () => {
  for (const bad of ['', '[]', 'null', '"x"', '<xml/>', '\u0000'])
    assertRefused(() => readAdvisoryText(bad), 'advisory.not-json', '$');
  assertRefused(() => readAdvisoryText('{"id":'), 'advisory.not-json', '$');
  assertRefused(() => readAdvisoryText(new Uint8Array([0x7b, 0xff, 0xfe])), 'advisory.not-json', '$');
  assertRefused(() => readAdvisoryText('{}'), 'advisory.unknown-format', '$');
  assertRefused(() => readAdvisory(null), 'advisory.wrong-type', '$');
  assertRefused(() => readVex({}), 'advisory.unknown-format', '$');
  assertRefused(
    () => readAdvisory({ dataType: 'CVE_RECORD', dataVersion: '4.0' }),
    'advisory.unsupported-version',
    '$.dataVersion',
  );
  assertRefused(
    () => readAdvisory(osvRecord([], { schema_version: '2.0.0' })),
    'advisory.unsupported-version',
    '$.schema_version',
  );
});

test('lists beyond the bounds are refused, never cut: what is cut would look safe', () => {
  const many = (n: number) => Array.from({ length: n }, () => entry);
  assertRefused(() => readAdvisory(cveRecord(many(20_001))), 'advisory.too-many', '$.containers.cna.affected');
  const versions = Array.from({ length: 20_001 }, () => ({ version: '1', status: 'affected' }));
  assertRefused(
    () => readAdvisory(cveRecord([{ ...entry, versions }])),
    'advisory.too-many',
    '$.containers.cna.affected[0].versions',
  );
  const listed = Array.from({ length: 100_001 }, (_, i) => `${i}`);
  assertRefused(
    () => readAdvisory(osvRecord([{ package: { ecosystem: 'npm', name: 'p' }, versions: listed }])),
    'advisory.too-many',
    '$.affected[0].versions',
  );
  const affected = Array.from({ length: 6 }, (_, i) => ({
    package: { ecosystem: 'npm', name: `p${i}` },
    versions: listed.slice(1),
  }));
  assertRefused(() => readAdvisory(osvRecord(affected)), 'advisory.too-many', '$');
});

test('names like members of objects are names', () => {
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    const record = osvRecord([{ package: { ecosystem: 'npm', name }, versions: ['1.0.0'] }], { aliases: [name] });
    const parsed = JSON.parse(text(record).replace('"id"', '"__proto__":{"affected":[]},"id"'));
    const [advisory] = readAdvisory(parsed);
    assert.ok(advisory);
    const component = { name, purl: `pkg:npm/${name.toLowerCase()}@1.0.0`, version: '1.0.0' };
    assert.ok(packageKeysOf(advisory).includes(`purl:npm/${name.toLowerCase()}`));
    assert.equal(matchAdvisory(advisory, component)?.verdict, 'affected');
    assert.ok(componentKeysOf(component).length > 0);
  }
  assert.equal(({} as Record<string, unknown>)['affected'], undefined);
});

test('text for people comes out without control characters and marks that turn it around', () => {
  const record = cveRecord([entry], {
    title: 'a\u0000b\u202ec\u001b[31m',
    descriptions: [{ lang: 'en', value: `x\ud800${'y'.repeat(100_000)}` }],
  });
  const [advisory] = readAdvisory(record);
  assert.equal(advisory?.title, 'a b c [31m');
  assert.equal(advisory?.summary.length, 4000);
  assert.ok(advisory?.summary.isWellFormed());
});

test('crafted names, versions and links take no time', () => {
  const started = performance.now();
  const long = 'a'.repeat(900);
  const record = cveRecord(
    Array.from({ length: 50 }, () => ({
      ...entry,
      product: long,
      cpes: [`cpe:2.3:a:v:${'*a'.repeat(100)}:*:*:*:*:*:*:*:*`, `cpe:2.3:a:v:${long}:*:*:*:*:*:*:*:*`],
      repo: `https://github.com/${'a/'.repeat(400)}`,
      versions: [
        {
          version: '1.'.repeat(120),
          lessThan: `${'9'.repeat(200)}.${'0.'.repeat(20)}1`,
          status: 'affected',
          versionType: 'custom',
        },
      ],
    })),
    { references: [{ url: `https://${' '.repeat(100_000)}` }, { url: `https://${'a'.repeat(100_000)}` }] },
  );
  const [advisory] = readAdvisory(record);
  assert.ok(advisory);
  const component: ComponentIdentity = {
    name: long,
    version: '1.'.repeat(5000),
    cpe: `cpe:2.3:a:v:${'a'.repeat(255)}:1:*:*:*:*:*:*:*`,
    purl: `pkg:generic/${long}@${'1.'.repeat(2000)}`,
  };
  matchAdvisory(advisory, component);
  const took = performance.now() - started;
  assert.ok(took < 8000, `${took} ms`);
});

const poisons: readonly unknown[] = [
  null,
  undefined,
  0,
  -1.5,
  Number.NaN,
  true,
  '',
  ' ',
  'x',
  '\u0000',
  '\ud800',
  '*',
  '-',
  '[',
  '{',
  [],
  [[]],
  [null],
  ['x', 7],
  {},
  { length: 1e9 },
  { toString: null },
  JSON.parse('{"__proto__":{"a":1}}'),
];
const components: readonly ComponentIdentity[] = [
  {
    name: 'p',
    version: '1',
    purl: 'pkg:npm/p@1.0.0',
    cpe: 'cpe:2.3:a:v:p:1:*:*:*:*:*:*:*',
    hashes: [{ algorithm: 'SHA-256', value: 'aa' }],
  },
  { name: 'p' },
];
const head: VexDocumentHead = {
  id: 'x',
  author: 'a',
  at: '2026-01-01T00:00:00.000Z',
  version: 1,
  title: 't',
  namespace: 'https://x.example',
};

/** Everything that the platform does with a document from outside. */
function use(name: string, document: unknown): void {
  if (name === 'kev') readKev(document);
  if (name !== 'openvex' && name !== 'cyclonedx' && name !== 'kev') {
    for (const advisory of readAdvisory(document)) {
      packageKeysOf(advisory);
      for (const component of components) matchAdvisory(advisory, component);
      JSON.stringify(advisory);
    }
  }
  if (name === 'openvex' || name === 'cyclonedx' || name === 'csaf') {
    const statements = readVex(document, { author: 'x', at: head.at });
    for (const { products } of statements)
      for (const product of products) for (const component of components) vexApplies(product, component);
    for (const write of [writeOpenVex, writeCsafVex, writeCycloneDxVex])
      JSON.stringify(write(statements, head).document);
  }
}

/** All places inside a document. */
function* places(value: unknown, path: readonly (string | number)[] = []): Generator<readonly (string | number)[]> {
  yield path;
  if (value === null || typeof value !== 'object') return;
  for (const [key, member] of Object.entries(value))
    yield* places(member, [...path, Array.isArray(value) ? Number(key) : key]);
}

function poisoned(seed: unknown, path: readonly (string | number)[], poison: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return poison;
  const copy = Array.isArray(seed) ? [...seed] : { ...(seed as object) };
  (copy as Record<string | number, unknown>)[key] = poisoned(
    (seed as Record<string | number, unknown>)[key],
    rest,
    poison,
  );
  return copy;
}

for (const [name, seed] of Object.entries(documents)) {
  test(`a ${name} document with a foreign value in any place is read or refused with a place, and nothing else`, () => {
    use(name, seed);
    let tried = 0;
    let refused = 0;
    for (const path of places(seed)) {
      for (const poison of poisons) {
        tried++;
        try {
          use(name, poisoned(seed, path, poison));
        } catch (error) {
          assert.ok(
            error instanceof AdvisoryError,
            `${path.join('.')} = ${JSON.stringify(poison)}: ${String((error as Error).stack)}`,
          );
          assert.ok(error.path.startsWith('$') && error.message.length < 600, error.message.slice(0, 300));
          refused++;
        }
      }
    }
    assert.ok(tried > 100 && refused > 20, `${tried} tried, ${refused} refused`);
  });
}
