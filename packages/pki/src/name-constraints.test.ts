import assert from 'node:assert/strict';
import { test } from 'node:test';
import { oids } from './der/oid.ts';
import { context, contextPrimitive, sequence } from './der/write.ts';
import type { AlternativeNames } from './general-name.ts';
import { encodeName, type Name } from './name.ts';
import { toPem } from './pem.ts';
import { createHierarchy, issueParty, openssl, type Party, testNow, withFiles, withoutOpenssl } from './testing.ts';
import { verifyChain } from './verify-chain.ts';

const { root } = createHierarchy();
const dns = (base: string) => contextPrimitive(2, Buffer.from(base));
const uri = (base: string) => contextPrimitive(6, Buffer.from(base));
const email = (base: string) => contextPrimitive(1, Buffer.from(base));
const ip = (hex: string) => contextPrimitive(7, Buffer.from(hex, 'hex'));
const directory = (name: Name) => context(4, encodeName(name));
const supplier = { type: 'O', value: 'Supplier' };

interface Case {
  permit?: Uint8Array[];
  exclude?: Uint8Array[];
  san?: AlternativeNames;
  subject?: Name;
}

function build({
  permit,
  exclude,
  san,
  subject = [supplier, { type: 'CN', value: 'ecu' }],
}: Case): [leaf: Party, ca: Party] {
  const list = (n: number, bases?: Uint8Array[]) => (bases ? [context(n, ...bases.map((base) => sequence(base)))] : []);
  const value = sequence(...list(0, permit), ...list(1, exclude));
  const ca = issueParty('Supplier CA', root.issuer, {
    extensions: [{ oid: oids.nameConstraints, critical: true, value }],
  });
  const leaf = issueParty('x', ca.issuer, {
    basicConstraints: { ca: false },
    keyUsage: ['digitalSignature'],
    subject,
    ...(san ? { san } : {}),
  });
  return [leaf, ca];
}

const ours = (c: Case) => {
  const [leaf, ca] = build(c);
  return verifyChain(leaf.certificate, [ca.certificate], [root.certificate], testNow);
};

const cases: readonly [sentence: string, Case, permitted: boolean][] = [
  ['a DNS name below the permitted one', { permit: [dns('example.com')], san: { dns: ['a.EXAMPLE.com'] } }, true],
  [
    'a DNS name that only ends like the permitted one',
    { permit: [dns('example.com')], san: { dns: ['badexample.com'] } },
    false,
  ],
  [
    'one bad DNS name among good ones',
    { permit: [dns('example.com')], san: { dns: ['a.example.com', 'b.org'] } },
    false,
  ],
  ['a DNS name below an excluded one', { exclude: [dns('example.com')], san: { dns: ['a.example.com'] } }, false],
  ['a kind of name that is not constrained', { permit: [dns('example.com')], san: { ip: ['10.0.0.1'] } }, true],
  ['an address inside the permitted network', { permit: [ip('0a000000ff000000')], san: { ip: ['10.9.9.9'] } }, true],
  ['an address outside the permitted network', { permit: [ip('0a000000ff000000')], san: { ip: ['11.0.0.1'] } }, false],
  ['an IPv6 address where only IPv4 is permitted', { permit: [ip('0a000000ff000000')], san: { ip: ['::1'] } }, false],
  [
    'a URI with a permitted host',
    { permit: [uri('.example.com')], san: { uri: ['https://a.example.com:8443/x'] } },
    true,
  ],
  ['a URI with another host', { permit: [uri('.example.com')], san: { uri: ['https://example.org/'] } }, false],
  ['a subject below the permitted directory name', { permit: [directory([supplier])] }, true],
  ['a subject elsewhere', { permit: [directory([supplier])], subject: [{ type: 'O', value: 'Other' }] }, false],
  [
    'a subject below an excluded name in another letter case',
    { exclude: [directory([{ type: 'O', value: 'SUPPLIER' }])] },
    false,
  ],
];

for (const [sentence, c, permitted] of cases) {
  test(`under name constraints ${sentence} is ${permitted ? 'accepted' : 'refused'}, and openssl agrees`, async (t) => {
    if (permitted) assert.equal(ours(c).length, 3);
    else assert.throws(() => ours(c), { code: 'pki.name-not-permitted' });
    if (withoutOpenssl) return t.diagnostic(`openssl was not asked: ${withoutOpenssl}`);
    const [leaf, ca] = build(c);
    const pem = (party: Party) => toPem('CERTIFICATE', party.der);
    await withFiles({ 'root.pem': pem(root), 'ca.pem': pem(ca), 'leaf.pem': pem(leaf) }, async (path) => {
      const theirs = openssl(
        'verify',
        '-attime',
        String(testNow.getTime() / 1000),
        '-CAfile',
        path('root.pem'),
        '-untrusted',
        path('ca.pem'),
        path('leaf.pem'),
      );
      if (permitted) assert.match(await theirs, /OK/);
      else
        await assert.rejects(
          theirs,
          /permitted subtree violation|excluded subtree violation|unsupported or invalid name/,
        );
    });
  });
}

test('a wildcard is refused where a host it stands for is excluded, which is stricter than openssl', () => {
  assert.throws(() => ours({ exclude: [dns('host.example.com')], san: { dns: ['*.example.com'] } }), {
    code: 'pki.name-not-permitted',
  });
});

test('a URI without a host is refused under URI constraints (RFC 5280 s4.2.1.10)', () => {
  assert.throws(() => ours({ permit: [uri('.example.com')], san: { uri: ['urn:x:y'] } }), {
    code: 'pki.name-not-permitted',
  });
});

test('constraints of a kind not understood, and empty ones, end validation', () => {
  assert.throws(() => ours({ exclude: [email('example.com')] }), { code: 'pki.unknown-critical-extension' });
  assert.throws(() => ours({}), { code: 'pki.bad-extension' });
});
