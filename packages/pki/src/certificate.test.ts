import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { parseCertificate } from './certificate.ts';
import { issueCertificate } from './issue-certificate.ts';
import { issuerOf } from './issuer.ts';
import { describeKey, generateKey, spkiOf } from './keys.ts';
import { attributeOf, encodeName, nameText, parseName } from './name.ts';
import { fromPem, toPem } from './pem.ts';
import { createHierarchy, issueParty, testNow } from './testing.ts';

const { root, sub, device, ocsp } = createHierarchy();

test('what was asked for is what the certificate says', () => {
  const { certificate } = device;

  assert.match(certificate.serial, /^[0-9a-f]{32}$/);
  assert.equal(attributeOf(certificate.subject, 'CN'), 'device-1');
  assert.equal(nameText(certificate.issuer), 'O=Bulkhead Test, CN=Issuing CA');
  assert.deepEqual(certificate.san.uri, ['urn:bulkhead:ecu:WVWZZZ1JZXW000001:ABC']);
  assert.deepEqual(certificate.san.dns, ['device-1.example']);
  assert.deepEqual(certificate.san.ip, ['192.0.2.7', '2001:db8::1']);
  assert.deepEqual(certificate.basicConstraints, { ca: false });
  assert.deepEqual(certificate.keyUsage, ['digitalSignature']);
  assert.deepEqual(certificate.extendedKeyUsage, ['clientAuth']);
  assert.deepEqual(certificate.criticalExtensions, ['2.5.29.19', '2.5.29.15']);
  assert.equal(certificate.aki, sub.certificate.ski);
  assert.deepEqual(certificate.key, { type: 'ec', curve: 'P-256' });
  assert.equal(ocsp.certificate.ocspNoCheck, true);
});

test('Node reads the same certificate the same way', () => {
  const node = new X509Certificate(device.der);

  assert.equal(node.serialNumber.toLowerCase(), device.certificate.serial);
  assert.equal(node.fingerprint256.replaceAll(':', '').toLowerCase(), device.certificate.fingerprint);
  assert.equal(node.validToDate.getTime(), device.certificate.notAfter.getTime());
  assert.ok(node.verify(sub.keys.publicKey));
  assert.ok(node.checkIssued(new X509Certificate(sub.der)));
  assert.equal(
    node.subjectAltName,
    'URI:urn:bulkhead:ecu:WVWZZZ1JZXW000001:ABC, DNS:device-1.example, IP Address:192.0.2.7, IP Address:2001:DB8:0:0:0:0:0:1',
  );
});

test('a P-384 CA signs with SHA-384 and Ed25519 keys can be certified', () => {
  const ca = issueParty('P-384 CA', undefined, {}, generateKey('P-384'));
  assert.equal(ca.certificate.signed.algorithm, 'ecdsa-sha384');
  assert.deepEqual(ca.certificate.key, { type: 'ec', curve: 'P-384' });

  const party = issueParty('Ed25519', ca.issuer, {}, generateKeyPairSync('ed25519'));
  assert.deepEqual(party.certificate.key, { type: 'ed25519' });
  assert.equal(party.certificate.signed.algorithm, 'ecdsa-sha384');
});

test('the subject key identifier is SHA-1 over the key bits (RFC 5280 s4.2.1.2 method 1)', () => {
  const point = spkiOf(root.keys.publicKey).subarray(-65); // 04 | X | Y, the end of the SPKI of a P-256 key
  assert.equal(root.certificate.ski, createHash('sha1').update(point).digest('hex'));
});

test('a certificate of an ECU fits the 800 octets of ISO 15118-2', () => {
  assert.ok(device.der.length < 800, `${device.der.length} octets`);
});

test('a subject left out makes the alternative name critical (RFC 5280 s4.1.2.6)', () => {
  const nameless = issueParty('x', sub.issuer, {
    subject: [],
    san: { uri: ['urn:x:1'] },
    basicConstraints: { ca: false },
    keyUsage: ['digitalSignature'],
  });
  assert.ok(nameless.certificate.criticalExtensions.includes('2.5.29.17'));
});

test('profiles that contradict RFC 5280 are refused', () => {
  const base = { basicConstraints: { ca: false }, keyUsage: ['digitalSignature'] } as const;
  const refused = (change: object, code: string) =>
    assert.throws(() => issueParty('x', sub.issuer, { ...base, ...change }), { code });

  refused({ keyUsage: ['keyCertSign'] }, 'pki.bad-profile');
  refused({ basicConstraints: { ca: true } }, 'pki.bad-profile');
  refused({ basicConstraints: { ca: false, pathLength: 1 } }, 'pki.bad-profile');
  refused({ keyUsage: [] }, 'pki.bad-profile');
  refused({ extendedKeyUsage: [] }, 'pki.bad-profile');
  refused({ subject: [] }, 'pki.bad-profile');
  refused({ serial: '00' }, 'pki.bad-serial');
  refused({ notBefore: testNow, notAfter: new Date(testNow.getTime() - 1000) }, 'pki.bad-time');
  refused({ notAfter: new Date(Number.NaN) }, 'pki.bad-time');
  refused({ spki: Buffer.from('3000', 'hex') }, 'pki.malformed-der');
  refused({ subject: [{ type: 'CN', value: 'x'.repeat(65) }] }, 'pki.bad-name');
  refused({ subject: [{ type: 'CN', value: 'a\0b' }] }, 'pki.bad-name');
  refused({ subject: [{ type: 'serialNumber', value: 'a_b' }] }, 'pki.bad-name');
  refused({ san: { uri: ['no scheme'] } }, 'pki.bad-name');
  refused({ san: { ip: ['1.2.3.256'] } }, 'pki.bad-name');
  refused({ san: { dns: ['a..b'] } }, 'pki.bad-name');
  refused({ cdp: 'http://x/\u00e9' }, 'pki.bad-name');
});

test('an issuer is refused the key of another certificate', () => {
  assert.throws(() => issuerOf(root.certificate, sub.keys.privateKey), { code: 'pki.bad-profile' });
});

test('a certificate whose two signature algorithms differ is refused (RFC 5280 s4.1.1.2)', () => {
  const other = Buffer.from(device.der);
  other[other.lastIndexOf(Buffer.from('2a8648ce3d040302', 'hex')) + 7] = 3;
  assert.throws(() => parseCertificate(other), { code: 'pki.bad-signature' });
});

test('only version 3 is read', () => {
  const other = Buffer.from(device.der);
  other[other.indexOf(Buffer.from('a003020102', 'hex')) + 4] = 0;
  assert.throws(() => parseCertificate(other), { code: 'pki.bad-extension' });
});

test('a name keeps order, text and unknown types', () => {
  const name = [
    { type: 'C', value: 'DE' },
    { type: 'O', value: 'Müller, Söhne + Co' },
    { type: 'serialNumber', value: 'ECU-1' },
    { type: '2.5.4.12', value: 'Dr' },
    { type: 'CN', value: '車' },
  ];
  assert.deepEqual(parseName(encodeName(name)), name);
  assert.equal(nameText(name.slice(0, 2)), 'C=DE, O=Müller\\, Söhne \\+ Co');
});

test('PEM survives writing and reading, and broken PEM is refused', () => {
  const pem = toPem('CERTIFICATE', root.der) + toPem('CERTIFICATE', sub.der);
  assert.deepEqual(fromPem('CERTIFICATE', pem), [root.der, sub.der]);
  assert.equal(new X509Certificate(pem).serialNumber.toLowerCase(), root.certificate.serial);
  for (const text of [
    '',
    '-----BEGIN CERTIFICATE-----\nAAAA',
    '-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----',
  ]) {
    assert.throws(() => fromPem('CERTIFICATE', text), { code: 'pki.bad-pem' });
  }
});

test('issuing needs a private key and a describable public key', () => {
  const request = {
    subject: [],
    serial: '01',
    notBefore: testNow,
    notAfter: testNow,
    basicConstraints: { ca: false },
    keyUsage: ['digitalSignature'],
  } as const;
  const issuer = { name: root.issuer.name, ski: root.issuer.ski, key: root.keys.publicKey };
  assert.throws(() => issueCertificate({ ...request, san: { dns: ['a'] }, spki: device.certificate.spki, issuer }), {
    code: 'pki.bad-profile',
  });
  assert.deepEqual(describeKey(device.certificate.spki), { type: 'ec', curve: 'P-256' });
});
