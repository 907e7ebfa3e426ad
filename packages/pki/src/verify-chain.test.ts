import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCertificate } from './certificate.ts';
import { sequence } from './der/write.ts';
import { createHierarchy, issueParty, type Party, testNow } from './testing.ts';
import { type ChainOptions, verifyChain } from './verify-chain.ts';

const { root, sub, device, ocsp } = createHierarchy();
const certificatesOf = (parties: readonly Party[]) => parties.map((party) => party.certificate);
const verify = (
  leaf: Party,
  between: readonly Party[],
  roots: readonly Party[],
  options: ChainOptions = {},
  at = testNow,
) => verifyChain(leaf.certificate, certificatesOf(between), certificatesOf(roots), at, options);
const endEntity = {
  basicConstraints: { ca: false },
  keyUsage: ['digitalSignature'],
  extendedKeyUsage: ['clientAuth'],
} as const;

test('a device is followed over its issuing CA to the root, whatever else is offered', () => {
  const stranger = issueParty('Root', undefined);
  const path = verify(device, [ocsp, stranger, sub, sub], [stranger, root], { eku: 'clientAuth' });
  assert.deepEqual(
    path.map((c) => c.fingerprint),
    certificatesOf([device, sub, root]).map((c) => c.fingerprint),
  );
});

test('without the issuing CA, or with a root of the same name and another key, there is no path', () => {
  const impostor = issueParty('Root', undefined);
  assert.throws(() => verify(device, [], [root]), { code: 'pki.no-path' });
  assert.throws(() => verify(device, [sub], [impostor]), { code: 'pki.no-path' });
  assert.throws(() => verify(device, [sub], []), { code: 'pki.no-path' });
});

test('every certificate of the path must be valid at the time asked about', () => {
  const day = 86_400_000;
  const { notBefore, notAfter } = device.certificate;
  verify(device, [sub], [root], {}, notBefore);
  verify(device, [sub], [root], {}, notAfter);
  assert.throws(() => verify(device, [sub], [root], {}, new Date(notBefore.getTime() - 1000)), {
    code: 'pki.not-yet-valid',
  });
  assert.throws(() => verify(device, [sub], [root], {}, new Date(notAfter.getTime() + 1000)), { code: 'pki.expired' });
  const shortSub = issueParty('Short', root.issuer, {
    notAfter: new Date(testNow.getTime() + day),
    basicConstraints: { ca: true },
  });
  const leaf = issueParty('leaf', shortSub.issuer, endEntity);
  assert.throws(() => verify(leaf, [shortSub], [root], {}, new Date(testNow.getTime() + 2 * day)), {
    code: 'pki.expired',
  });
});

test('the purpose must be named by the leaf and by each CA that limits purposes', () => {
  assert.throws(() => verify(device, [sub], [root], { eku: 'serverAuth' }), { code: 'pki.wrong-usage' });
  verify(ocsp, [sub], [root], { eku: 'ocspSigning' });
  const none = issueParty('none', sub.issuer, { basicConstraints: { ca: false }, keyUsage: ['digitalSignature'] });
  assert.throws(() => verify(none, [sub], [root], { eku: 'clientAuth' }), { code: 'pki.wrong-usage' });
  const serverOnly = issueParty('Server CA', root.issuer, { extendedKeyUsage: ['serverAuth'] });
  const leaf = issueParty('leaf', serverOnly.issuer, endEntity);
  assert.throws(() => verify(leaf, [serverOnly], [root], { eku: 'clientAuth' }), { code: 'pki.wrong-usage' });
});

test('an end entity cannot issue and a CA cannot stand for a device', () => {
  const forged = issueParty('forged', device.issuer, endEntity);
  assert.throws(() => verify(forged, [device, sub], [root]), { code: 'pki.not-a-ca' });
  assert.throws(() => verify(sub, [], [root]), { code: 'pki.wrong-usage' });
  assert.equal(verify(sub, [], [root], { allowCaLeaf: true }).length, 2);
});

test('a CA below one with path length 0 is refused (RFC 5280 s4.2.1.9)', () => {
  const below = issueParty('Below', sub.issuer);
  const leaf = issueParty('leaf', below.issuer, endEntity);
  assert.throws(() => verify(leaf, [below, sub], [root]), { code: 'pki.path-too-long' });
});

test('the longest path has eight certificates below the root, and loops of crossed CAs end', () => {
  const free = issueParty('Free', undefined);
  const line = [free];
  for (let i = 0; i < 9; i++) line.push(issueParty(`CA ${i}`, (line.at(-1) as Party).issuer));
  const leaf = issueParty('leaf', (line.at(-1) as Party).issuer, endEntity);
  assert.throws(() => verify(leaf, line.slice(1), [free]), { code: 'pki.no-path' });

  const a = issueParty('A', undefined);
  const crossed = Array.from({ length: 12 }, () => issueParty('A', a.issuer, {}, a.keys));
  const lost = issueParty('lost', a.issuer, endEntity);
  assert.throws(() => verify(lost, crossed, [root]), { code: 'pki.too-large' });
});

test('a root that is expired or no CA is no anchor', () => {
  const old = issueParty('Old', undefined, { notAfter: new Date(testNow.getTime() - 1000) });
  const leaf = issueParty('leaf', old.issuer, endEntity);
  assert.throws(() => verify(leaf, [], [old]), { code: 'pki.expired' });
  assert.throws(() => verify(issueParty('x', device.issuer, endEntity), [], [device]), { code: 'pki.not-a-ca' });
});

const withForeignExtension = (critical: boolean): Party =>
  issueParty('odd', sub.issuer, {
    ...endEntity,
    extensions: [{ oid: '1.3.6.1.4.1.99999.1', critical, value: sequence() }],
  });

test('an extension not understood is refused when critical and passed over when not', () => {
  verify(withForeignExtension(false), [sub], [root]);
  assert.throws(() => verify(withForeignExtension(true), [sub], [root]), { code: 'pki.unknown-critical-extension' });
});

test('key identifiers that are missing or do not fit are refused', () => {
  const verifyAs = (change: object, ca: object = {}) =>
    verifyChain({ ...device.certificate, ...change }, [{ ...sub.certificate, ...ca }], [root.certificate], testNow);
  assert.equal(verifyAs({}).length, 3);
  assert.throws(() => verifyAs({ aki: undefined }), { code: 'pki.bad-extension' });
  assert.throws(() => verifyAs({}, { ski: undefined }), { code: 'pki.bad-extension' });
  assert.throws(() => verifyAs({ aki: '00' }), { code: 'pki.no-path' });
});

test('certificates that were changed after signing have no path', () => {
  const changed = Buffer.from(device.der);
  changed[changed.indexOf('device-1')] = 0x44;
  assert.throws(() => verifyChain(parseCertificate(changed), [sub.certificate], [root.certificate], testNow), {
    code: 'pki.no-path',
  });
});
