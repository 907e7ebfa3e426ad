import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CertificationRequest } from '@peculiar/asn1-csr';
import { AsnConvert } from '@peculiar/asn1-schema';
import { Certificate, CertificateList } from '@peculiar/asn1-x509';
import { createCertificationRequest } from './create-certification-request.ts';
import { createCrl } from './crl.ts';
import { createHierarchy, testNow } from './testing.ts';

/** An independent implementation reads what we write, and writes the same octets from what it read. */
const same = <T>(der: Uint8Array, type: new () => T): T => {
  const read = AsnConvert.parse(der, type);
  assert.deepEqual(Buffer.from(AsnConvert.serialize(read)), Buffer.from(der));
  return read;
};

test('certificates are the octets that the ASN.1 schema of RFC 5280 gives', () => {
  for (const { der, certificate } of Object.values(createHierarchy())) {
    const { tbsCertificate } = same(der, Certificate);
    assert.equal(Buffer.from(tbsCertificate.serialNumber).toString('hex'), certificate.serial);
    assert.equal(tbsCertificate.validity.notAfter.getTime().getTime(), certificate.notAfter.getTime());
  }
});

test('requests are the octets that the ASN.1 schema of RFC 2986 gives', () => {
  const { privateKey } = createHierarchy().device.keys;
  const request = createCertificationRequest({
    subject: [{ type: 'CN', value: 'x' }],
    key: privateKey,
    sans: { dns: ['a.b'] },
    challengePassword: 'p',
  });
  assert.equal(same(request, CertificationRequest).certificationRequestInfo.attributes.length, 2);
});

test('revocation lists are the octets that the ASN.1 schema of RFC 5280 gives', () => {
  const issuer = createHierarchy().sub.issuer;
  const entries = Array.from({ length: 300 }, (_, i) => ({
    serial: (0x1000 + i).toString(16),
    revokedAt: testNow,
    reason: 'superseded' as const,
  }));
  const nextUpdate = new Date(testNow.getTime() + 1000);
  const list = same(createCrl({ issuer, thisUpdate: testNow, nextUpdate, crlNumber: 1, entries }), CertificateList);
  assert.equal(list.tbsCertList.revokedCertificates?.length, 300);
});
