import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSbom } from '../read-sbom.ts';
import { bom, part, spdx3, spdx3Package, spdx3Relation } from '../testing.ts';
import { gateFault } from './intake-gate.ts';
import { rateSbom } from './rate-sbom.ts';
import { qualityRules } from './rules.ts';

const delivered = (name: string) =>
  part({
    'bom-ref': name,
    name,
    purl: `pkg:npm/${name}@2.4.1`,
    supplier: { name: 'Acme', url: ['https://acme.example'] },
    licenses: [{ expression: 'MIT OR Apache-2.0' }],
    externalReferences: [
      { type: 'distribution', url: 'https://acme.example/a', hashes: [{ alg: 'SHA-512', content: 'ab'.repeat(64) }] },
    ],
    properties: [
      { name: 'bsi:component:filename', value: `${name}.so` },
      { name: 'bsi:component:executable', value: 'executable' },
      { name: 'bsi:component:archive', value: 'no archive' },
      { name: 'bsi:component:structured', value: 'unstructured' },
    ],
  });
const good = {
  metadata: {
    timestamp: '2026-03-01T09:00:00Z',
    authors: [{ name: 'Ada', email: 'ada@acme.example' }],
    component: { type: 'firmware', name: 'gateway', 'bom-ref': 'gw', version: '1' },
  },
  components: [delivered('a'), delivered('b')],
  dependencies: [{ ref: 'gw', dependsOn: ['a', 'b'] }],
  compositions: [{ aggregate: 'complete', dependencies: ['gw'] }],
};
const rate = (change: object = {}) => rateSbom(readSbom(bom({ ...good, ...change })));
const failed = (change: object) =>
  rate(change)
    .rules.filter(({ passed }) => !passed)
    .map(({ rule }) => rule);

test('a document that keeps every rule is rated 100; each rule has words, a weight and an id of its own', () => {
  assert.deepEqual(failed({}), []);
  assert.equal(rate().score, 100);
  assert.equal(new Set(qualityRules.map(({ id }) => id)).size, 19);
  for (const { title, ask, weight } of qualityRules) assert.ok(title.length > 5 && ask.endsWith('.') && weight > 0);
});

test('each rule fails by itself when what it asks for is left out', () => {
  const without = (...names: string[]) => {
    const [first, second] = good.components.map((component) => ({ ...component }));
    for (const name of names) delete (first as Record<string, unknown>)[name];
    return { components: [first, second] };
  };
  const properties = (left: string) => ({
    components: good.components.map((component) => ({
      ...component,
      properties: (component as { properties: { name: string }[] }).properties.filter(
        ({ name }) => !name.endsWith(left),
      ),
    })),
  });
  const cases: [object, string[]][] = [
    [without('supplier'), ['ntia.supplier', 'bsi.component-creator']],
    [without('version', 'purl'), ['ntia.version', 'ntia.identifier', 'bulkhead.matchable']],
    [without('purl'), ['ntia.identifier', 'bulkhead.matchable']],
    [{ dependencies: [{ ref: 'gw', dependsOn: ['a'] }] }, ['ntia.dependency']],
    [{ metadata: { ...good.metadata, authors: [{ name: 'Ada' }] } }, ['bsi.creator']],
    [{ metadata: { ...good.metadata, authors: [] } }, ['ntia.author', 'bsi.creator']],
    [{ metadata: { ...good.metadata, timestamp: undefined } }, ['ntia.timestamp']],
    [{ specVersion: '1.5' }, ['bsi.format']],
    [without('externalReferences'), ['bsi.sha512']],
    [without('licenses'), ['bsi.licence']],
    [properties('filename'), ['bsi.filename']],
    [properties('executable'), ['bsi.executable']],
    [properties(':archive'), ['bsi.archive']],
    [properties(':structured'), ['bsi.structured']],
    [{ compositions: [{ aggregate: 'unknown', dependencies: ['gw'] }] }, ['bsi.completeness']],
    [{ vulnerabilities: [{ id: 'CVE-2026-0001' }] }, ['bsi.no-vulnerabilities']],
  ];
  const seen = new Set(['bulkhead.subject']);
  for (const [change, rules] of cases) {
    assert.deepEqual(failed(change), rules, JSON.stringify(change).slice(0, 100));
    for (const rule of rules) seen.add(rule);
  }
  assert.ok(
    failed({ metadata: { ...good.metadata, component: undefined }, dependencies: [] }).includes('bulkhead.subject'),
  );
  assert.equal(seen.size, qualityRules.length);
});

test('a failed rule says how many components break it and names some', () => {
  const bare = Array.from({ length: 7 }, (_, i) => part({ 'bom-ref': `x${i}`, name: `bare-${i}` }));
  const { score, rules } = rate({ components: [...good.components, ...bare] });

  const supplier = rules.find(({ rule }) => rule === 'ntia.supplier');
  assert.deepEqual(
    [supplier?.failing, supplier?.of, supplier?.examples.length, supplier?.examples[0]],
    [7, 9, 5, 'bare-0'],
  );
  assert.ok(score > 20 && score < 60, String(score));
});

test('a package URL of Yocto identifies and yet cannot be matched; what is excluded is not judged', () => {
  const packages = (url: string) =>
    spdx3([
      { type: 'SpdxDocument', spdxId: 'urn:doc', creationInfo: '_:info', rootElement: ['urn:pkg:image'] },
      spdx3Package('image', 'archive'),
      spdx3Package('acl', 'install', { software_packageVersion: '2', software_packageUrl: url }),
      spdx3Package('acl.tar', 'source'),
      spdx3Relation('urn:pkg:image', 'contains', ['urn:pkg:acl']),
    ]);
  const ruleOf = (text: string, id: string) => rateSbom(readSbom(text)).rules.find(({ rule }) => rule === id);

  assert.deepEqual(
    [
      ruleOf(packages('pkg:yocto/core/acl@2'), 'ntia.identifier')?.passed,
      ruleOf(packages('pkg:yocto/core/acl@2'), 'bulkhead.matchable')?.passed,
    ],
    [true, false],
  );
  assert.equal(ruleOf(packages('pkg:deb/debian/acl@2'), 'bulkhead.matchable')?.passed, true);
  assert.equal(ruleOf(packages('pkg:deb/debian/acl@2'), 'ntia.version')?.of, 1);
  assert.equal(ruleOf(packages('pkg:deb/debian/acl@2'), 'bsi.format')?.passed, true);
});

test('an empty document keeps no rule about components', () => {
  const { score, rules } = rateSbom(readSbom(bom()));
  assert.ok(score < 10, String(score));
  assert.equal(rules.find(({ rule }) => rule === 'ntia.version')?.passed, false);
});

test('a gate names the score and each required rule that is not kept', () => {
  const quality = rate({ components: [...good.components, part({ 'bom-ref': 'x', name: 'bare' })] });

  assert.equal(gateFault(quality, { minimumScore: 50, requiredRules: ['ntia.author'] }), undefined);
  assert.equal(
    gateFault(quality, { minimumScore: 90, requiredRules: ['ntia.supplier', 'ntia.author'] }),
    `Below the intake gate: its score is ${quality.score} of at least 90; "Supplier of each component" is not kept (1 of 3 components).`,
  );
});
