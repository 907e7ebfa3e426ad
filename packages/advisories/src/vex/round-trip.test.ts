import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { VexDocumentHead, VexProduct, VexStatement, WrittenVex } from './model.ts';
import { readVex, readVexText } from './read-vex.ts';
import { justifications } from './vocabulary.ts';
import { writeCsafVex } from './write-csaf-vex.ts';
import { writeCycloneDxVex } from './write-cyclonedx-vex.ts';
import { writeOpenVex } from './write-openvex.ts';

const head: VexDocumentHead = {
  id: 'urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79',
  author: 'Example Motors PSIRT',
  at: '2026-03-01T12:00:00.000Z',
  version: 3,
  title: 'Telematics unit, verdicts of March',
  namespace: 'https://psirt.example.com',
};

const sha256 = 'a'.repeat(64);
const products: Record<string, VexProduct> = {
  purl: { purl: 'pkg:generic/openssl@3.0.12' },
  deb: { purl: 'pkg:deb/debian/curl@7.88.1-10?arch=arm64&distro=debian-12' },
  all: { purl: 'pkg:npm/%40scope/name' },
  cpe: { cpe: 'cpe:2.3:o:vector:microsar:4.2.1:*:*:*:*:*:*:*' },
  hash: { hashes: [{ algorithm: 'SHA-256', value: sha256 }] },
  named: { vendor: 'Example Supplier', name: 'BootManager', version: '2.1.0' },
  everything: {
    purl: 'pkg:generic/zlib@1.3',
    cpe: 'cpe:2.3:a:zlib:zlib:1.3:*:*:*:*:*:*:*',
    hashes: [{ algorithm: 'SHA3-512', value: 'b'.repeat(128) }],
    name: 'zlib',
    version: '1.3',
  },
};

function statement(more: Partial<VexStatement>): VexStatement {
  return {
    vulnerability: 'CVE-2026-12345',
    aliases: [],
    status: 'not_affected',
    products: [products['purl'] as VexProduct],
    author: head.author,
    at: head.at,
    documentId: head.id,
    format: 'openvex',
    path: '$',
    ...more,
  };
}

const writers = { openvex: writeOpenVex, csaf: writeCsafVex, cyclonedx: writeCycloneDxVex } as const;
type Format = keyof typeof writers;
const formats = Object.keys(writers) as Format[];

/** Through text, as it travels. */
function travel(format: Format, statements: readonly VexStatement[]): { read: VexStatement[]; written: WrittenVex } {
  const written = writers[format](statements, head);
  return { read: readVexText(JSON.stringify(written.document)), written };
}

/** What must come back whatever the format: who says what about what, and why. */
function meaning(list: readonly VexStatement[]): unknown[] {
  const identity = ({ purl, cpe, hashes, version, versionRange, subcomponents }: VexProduct): unknown =>
    JSON.stringify([
      purl ?? null,
      cpe ?? null,
      hashes ?? null,
      purl || cpe ? null : (version ?? null),
      versionRange ?? null,
      (subcomponents ?? []).map(identity),
    ]);
  return list
    .flatMap((one) =>
      one.products.map((product) => ({
        vulnerability: one.vulnerability,
        aliases: one.aliases,
        status: one.status,
        justification: one.mappedJustification ?? null,
        impact: one.impact ?? null,
        action: one.action?.text ?? null,
        author: one.author,
        at: one.at,
        product: identity(product),
      })),
    )
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

const cases: [string, VexStatement][] = [
  ...justifications.map((word): [string, VexStatement] => [
    word,
    statement({ justification: word, mappedJustification: word }),
  ]),
  ...Object.entries(products).map(([name, product]): [string, VexStatement] => [
    `product by ${name}`,
    statement({
      products: [product],
      justification: 'vulnerable_code_not_present',
      mappedJustification: 'vulnerable_code_not_present',
    }),
  ]),
  ['impact only', statement({ impact: 'The parser is never given foreign data.' })],
  ['affected', statement({ status: 'affected', action: { kind: 'vendor_fix', text: 'Install 4.2.' } })],
  ['fixed', statement({ status: 'fixed' })],
  ['under investigation', statement({ status: 'under_investigation' })],
  ['aliases', statement({ status: 'fixed', aliases: ['GHSA-aaaa-bbbb-cccc'] })],
  ['not a CVE', statement({ status: 'fixed', vulnerability: 'EXAMPLE-2026-7' })],
  [
    'several products',
    statement({ status: 'fixed', products: [products['purl'], products['deb'], products['cpe']] as VexProduct[] }),
  ],
];

for (const format of formats) {
  test(`what is written as ${format} is read back with the same meaning`, () => {
    let seen = 0;
    for (const [name, one] of cases) {
      const { read } = travel(format, [one]);
      // OpenVEX knows products by identifier alone; the name becomes a purl and the loss is named.
      const isRenamed = format === 'openvex' && name === 'product by named';
      const isRoughened =
        format === 'cyclonedx' &&
        (name === 'component_not_present' || name === 'vulnerable_code_cannot_be_controlled_by_adversary');
      if (isRenamed) assert.equal(read[0]?.products[0]?.purl, 'pkg:generic/Example%20Supplier/BootManager@2.1.0');
      else if (isRoughened) assert.ok(travel(format, [one]).written.losses.length === 1, name);
      else assert.deepEqual(meaning(read), meaning([one]), `${format}: ${name}`);
      seen++;
    }
    assert.equal(seen, 19);
  });

  test(`all statements together survive ${format}, and each received document the other formats too`, () => {
    const all = cases.map(([, one], i) => ({ ...one, vulnerability: `CVE-2026-${20_000 + i}` }));
    const first = travel(format, all).read;
    assert.equal(first.length, all.length);
    for (const other of formats) {
      const second = travel(other, first);
      assert.equal(second.read.length, all.length, `${format} to ${other}`);
      for (const [i, one] of second.read.entries()) assert.equal(one.status, all[i]?.status);
    }
  });
}

test('where a word has no equal the loss is named, and the received word is never replaced', () => {
  const received = readVexText(
    JSON.stringify(
      writeCycloneDxVex([statement({ justification: 'protected_by_compiler', statusWord: 'false_positive' })], head)
        .document,
    ),
  );
  assert.equal(received[0]?.justification, 'protected_by_compiler');
  assert.equal(received[0]?.mappedJustification, 'inline_mitigations_already_exist');
  assert.equal(received[0]?.statusWord, 'false_positive');

  const asCsaf = writeCsafVex(received, head);
  assert.deepEqual(
    asCsaf.losses.map(({ what }) => what),
    [
      'the status word false_positive became known_not_affected',
      'that it is the compiler that protects is not said by inline_mitigations_already_exist',
    ],
  );
  const asOpenVex = writeOpenVex(received, head);
  assert.equal(asOpenVex.losses.length, 2);
  const back = writeCycloneDxVex(received, head);
  assert.deepEqual(back.losses, []);
});

test('a product with a range is left out where the format cannot hold the range, never widened to all versions', () => {
  const ranged = statement({
    products: [{ purl: 'pkg:generic/openssl', versionRange: '< 3.0.2' }, { purl: 'pkg:generic/zlib@1.3' }],
    impact: 'x',
  });
  const openVex = travel('openvex', [ranged]);
  assert.deepEqual(
    openVex.read[0]?.products.map(({ purl }) => purl),
    ['pkg:generic/zlib@1.3'],
  );
  assert.match(openVex.written.losses[0]?.what ?? '', /left out.*range/);
  assert.equal(travel('cyclonedx', [ranged]).read[0]?.products.length, 1);

  const vers = statement({
    products: [{ name: 'openssl', purl: 'pkg:generic/openssl', versionRange: 'vers:generic/<3.0.2' }],
    impact: 'x',
  });
  for (const format of ['csaf', 'cyclonedx'] as const) {
    assert.equal(travel(format, [vers]).read[0]?.products[0]?.versionRange, 'vers:generic/<3.0.2');
  }
  const onlyRanged = { ...ranged, products: ranged.products.slice(0, 1) };
  assert.deepEqual((writeOpenVex([onlyRanged], head).document as { statements: unknown[] }).statements, []);
});

test('purl and version that stand apart are written as one', () => {
  const apart = statement({ products: [{ purl: 'pkg:generic/openssl', version: '3.0.2' }], impact: 'x' });
  assert.equal(travel('openvex', [apart]).read[0]?.products[0]?.purl, 'pkg:generic/openssl@3.0.2');
  const cpe = statement({ products: [{ cpe: 'cpe:2.3:a:gnu:tar:*:*:*:*:*:*:*:*', version: '1.34~rc' }], impact: 'x' });
  assert.equal(travel('openvex', [cpe]).read[0]?.products[0]?.cpe, 'cpe:2.3:a:gnu:tar:1\\.34\\~rc:*:*:*:*:*:*:*');
});

test('subcomponents stay parts of their product in OpenVEX and CSAF', () => {
  const nested = statement({
    products: [{ name: 'Gateway', version: '7', subcomponents: [{ purl: 'pkg:generic/openssl@3.0.2' }] }],
    justification: 'vulnerable_code_not_in_execute_path',
  });
  const csaf = travel('csaf', [nested]).read[0]?.products[0];
  assert.deepEqual(
    [csaf?.name, csaf?.version, csaf?.subcomponents?.[0]?.purl],
    ['Gateway', '7', 'pkg:generic/openssl@3.0.2'],
  );
  assert.equal(travel('openvex', [nested]).read[0]?.products[0]?.subcomponents?.[0]?.purl, 'pkg:generic/openssl@3.0.2');
  assert.match(travel('cyclonedx', [nested]).written.losses[0]?.what ?? '', /only as a part of Gateway/);
});

test('CSAF lists a product once: the newest of contradicting statements is written, the other named', () => {
  const old = statement({ status: 'affected', action: { text: 'wait' }, at: '2026-01-01T00:00:00.000Z' });
  const { read, written } = travel('csaf', [old, statement({ status: 'fixed' })]);
  assert.deepEqual(
    read.map(({ status }) => status),
    ['fixed'],
  );
  assert.ok(written.losses.some(({ statement: i, what }) => i === 0 && what.includes('newer statement')));
});

test('other authors, missing reasons and missing actions are losses that the document admits', () => {
  const bare = [statement({ author: 'Supplier' }), statement({ vulnerability: 'CVE-2026-2', status: 'affected' })];
  for (const format of ['openvex', 'csaf'] as const) {
    const { read, written } = travel(format, bare);
    assert.equal(
      written.losses.filter(({ what }) => /said by Supplier|without a(n action| reason)/.test(what)).length,
      3,
      format,
    );
    assert.equal(read.find(({ status }) => status === 'not_affected')?.impact, 'No reason was given.');
    assert.equal(read.find(({ status }) => status === 'affected')?.action?.text, 'No action has been named yet.');
  }
});

test('a CycloneDX version with a status of its own makes a statement of its own', () => {
  const read = readVex(
    {
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      metadata: { timestamp: '2026-01-01T00:00:00Z', authors: [{ name: 'a' }] },
      components: [{ type: 'library', name: 'x', 'bom-ref': 'x', purl: 'pkg:generic/x' }],
      vulnerabilities: [
        {
          id: 'CVE-2026-1',
          analysis: { state: 'exploitable' },
          affects: [
            {
              ref: 'x',
              versions: [
                { version: '1.0' },
                { range: 'vers:generic/<1', status: 'unaffected' },
                { version: '2', status: 'unknown' },
              ],
            },
          ],
        },
        { id: 'CVE-2026-2', affects: [{ ref: 'x' }] },
      ],
    },
    {},
  );
  assert.deepEqual(
    read.map(({ status, products: [product] }) => [status, product?.version ?? product?.versionRange]),
    [
      ['affected', '1.0'],
      ['not_affected', 'vers:generic/<1'],
      ['under_investigation', '2'],
    ],
  );
});
