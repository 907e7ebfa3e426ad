import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { test } from 'node:test';
import { parseCertificationRequest } from './certification-request.ts';
import { createCertificationRequest } from './create-certification-request.ts';
import { oid, oids } from './der/oid.ts';
import { bitString, context, integer, octetString, sequence, setOf, tlv, utf8String } from './der/write.ts';
import { generateKey, spkiOf } from './keys.ts';
import { encodeName } from './name.ts';
import { type Signer, signatureAlgorithm, signerOf } from './signature.ts';

const subject = [
  { type: 'CN', value: 'ecu-1' },
  { type: 'serialNumber', value: 'SN-1' },
];

/** A request put together by hand, so that each part can be wrong. */
function handMade(
  key: KeyObject,
  parts: {
    attributes?: Uint8Array[];
    spki?: Uint8Array;
    version?: number;
    signature?: 'ecdsa-sha256' | 'rsa-sha256';
  } = {},
): Buffer {
  const spki = parts.spki ?? spkiOf(key);
  const info = sequence(
    integer(parts.version ?? 0),
    encodeName(subject),
    spki,
    context(0, ...(parts.attributes ?? [])),
  );
  return sequence(info, signatureAlgorithm(parts.signature ?? 'ecdsa-sha256'), bitString(sign('sha256', info, key)));
}
const attribute = (type: string, ...values: Uint8Array[]) => sequence(oid(type), setOf(values));
const refused = (der: Uint8Array, code: string) =>
  assert.throws(() => parseCertificationRequest(der), { name: 'PkiError', code });

for (const [label, keys] of Object.entries({
  'P-256': generateKey(),
  'P-384': generateKey('P-384'),
  Ed25519: generateKeyPairSync('ed25519'),
  'RSA-3072': generateKeyPairSync('rsa', { modulusLength: 3072 }),
})) {
  test(`a request with a ${label} key is read back as it was made`, () => {
    const sans = { uri: ['urn:bulkhead:ecu:1'], dns: ['ecu.example'], ip: ['10.0.0.1'] };
    const der = createCertificationRequest({ subject, key: keys.privateKey, sans, challengePassword: 'once' });

    const request = parseCertificationRequest(der);

    assert.deepEqual(request.subject, subject);
    assert.deepEqual(Buffer.from(request.spki), spkiOf(keys.publicKey));
    assert.deepEqual([request.san.uri, request.san.dns, request.san.ip], [sans.uri, sans.dns, sans.ip]);
    assert.equal(request.challengePassword, 'once');
    assert.deepEqual(request.requestedExtensions, ['2.5.29.17']);
  });
}

test('a key that never leaves its chip can sign a request', () => {
  const { privateKey } = generateKey();
  const inner = signerOf(privateKey);
  let calls = 0;
  const chip: Signer = { ...inner, sign: (message) => (calls++, inner.sign(message)) };

  const request = parseCertificationRequest(createCertificationRequest({ subject, key: chip }));

  assert.deepEqual(request.key, { type: 'ec', curve: 'P-256' });
  assert.equal(calls, 1);
});

test('RSA keys say their size, and those below 2048 bits are refused', () => {
  const rsa = (modulusLength: number, publicExponent = 65_537) =>
    generateKeyPairSync('rsa', { modulusLength, publicExponent }).privateKey;
  assert.deepEqual(parseCertificationRequest(handMade(rsa(2048), { signature: 'rsa-sha256' })).key, {
    type: 'rsa',
    bits: 2048,
  });
  refused(handMade(rsa(1024), { signature: 'rsa-sha256' }), 'pki.weak-key');
  refused(handMade(rsa(2048, 3), { signature: 'rsa-sha256' }), 'pki.weak-key');
});

test('unknown curves and points off the curve are refused', () => {
  refused(handMade(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey), 'pki.unsupported-algorithm');
  refused(handMade(generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey), 'pki.unsupported-algorithm');
  const { privateKey } = generateKey();
  const spki = Buffer.from(spkiOf(privateKey));
  spki[spki.length - 1] = (spki[spki.length - 1] as number) ^ 1;
  refused(handMade(privateKey, { spki }), 'pki.bad-signature');
});

test('a request signed with another key than its own is refused', () => {
  refused(handMade(generateKey().privateKey, { spki: spkiOf(generateKey().privateKey) }), 'pki.bad-signature');
});

test('a signature algorithm that does not fit the key is refused', () => {
  refused(handMade(generateKey().privateKey, { signature: 'rsa-sha256' }), 'pki.bad-signature');
});

test('an octet changed after signing is noticed, whether or not the structure still reads', () => {
  const der = createCertificationRequest({ subject, key: generateKey().privateKey });
  const changed = Buffer.from(der);
  changed[changed.indexOf('ecu-1')] = 0x45;
  refused(changed, 'pki.bad-signature');
});

test('the signature counts over the octets as sent, also when their order is not what we would write', () => {
  // SET OF members out of order: BER that OpenSSL and others let pass; re-serialising would break the signature.
  const attributes = [
    attribute('1.3.6.1.4.1.99999.2', utf8String('zz')),
    attribute(oids.challengePassword, utf8String('a')),
  ];
  assert.equal(parseCertificationRequest(handMade(generateKey().privateKey, { attributes })).challengePassword, 'a');
});

test('attributes that occur twice, hold several values or are of a wrong shape are refused', () => {
  const { privateKey } = generateKey();
  const password = attribute(oids.challengePassword, utf8String('a'));
  const withAttributes = (...attributes: Uint8Array[]) => handMade(privateKey, { attributes });
  refused(withAttributes(password, password), 'pki.bad-extension');
  refused(withAttributes(attribute(oids.challengePassword, utf8String('a'), utf8String('b'))), 'pki.malformed-der');
  refused(withAttributes(attribute(oids.challengePassword, octetString(Buffer.from('a')))), 'pki.bad-extension');
  refused(withAttributes(attribute(oids.extensionRequest, sequence())), 'pki.bad-extension');
  refused(withAttributes(octetString(Buffer.from('a'))), 'pki.malformed-der');
  const many = Array.from({ length: 17 }, (_, i) => attribute(`1.2.3.${i}`, integer(1)));
  refused(withAttributes(...many), 'pki.too-large');
  refused(handMade(privateKey, { version: 1 }), 'pki.malformed-der');
  refused(tlv(0x30, Buffer.alloc(17_000)), 'pki.too-large');
});
