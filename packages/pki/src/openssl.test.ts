import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { parseCertificationRequest } from './certification-request.ts';
import { certsOnly, readCertsOnly } from './certs-only.ts';
import { createCertificationRequest } from './create-certification-request.ts';
import { createCrl } from './crl.ts';
import { generateKey } from './keys.ts';
import { parseOcspRequest } from './ocsp-request.ts';
import { type CertificateStatus, createOcspResponder } from './ocsp-responder.ts';
import { toPem } from './pem.ts';
import { createHierarchy, openssl, testNow, withFiles, withoutOpenssl } from './testing.ts';

const skip = withoutOpenssl;
const { root, sub, device, ocsp } = createHierarchy();
const pem = (der: Uint8Array) => toPem('CERTIFICATE', der);
const files = {
  'root.pem': pem(root.der),
  'sub.pem': pem(sub.der),
  'device.pem': pem(device.der),
  'ocsp.pem': pem(ocsp.der),
};
const attime = ['-attime', String(testNow.getTime() / 1000)];
const nextUpdate = new Date(testNow.getTime() + 86_400_000);

function crlOf(issuer: typeof sub, revoked: readonly string[]): string {
  const entries = revoked.map((serial) => ({
    serial,
    revokedAt: new Date('2026-11-19T08:00:00Z'),
    reason: 'keyCompromise' as const,
  }));
  return toPem(
    'X509 CRL',
    createCrl({ issuer: issuer.issuer, thisUpdate: testNow, nextUpdate, crlNumber: 258, entries }),
  );
}

test('openssl x509 prints our certificate with every extension in its place', { skip }, () =>
  withFiles(files, async (path) => {
    const text = await openssl('x509', '-in', path('device.pem'), '-noout', '-text', '-nameopt', 'RFC2253');
    for (const line of [
      'Version: 3 (0x2)',
      'Signature Algorithm: ecdsa-with-SHA256',
      'Issuer: CN=Issuing CA,O=Bulkhead Test',
      'X509v3 Basic Constraints: critical\n                CA:FALSE',
      'X509v3 Key Usage: critical\n                Digital Signature\n',
      'TLS Web Client Authentication',
      'URI:http://crl.example/issuing.crl',
      'OCSP - URI:http://ocsp.example',
      'CA Issuers - URI:http://crl.example/issuing.cer',
      'URI:urn:bulkhead:ecu:WVWZZZ1JZXW000001:ABC, DNS:device-1.example, IP Address:192.0.2.7, IP Address:2001:DB8:0:0:0:0:0:1',
    ]) {
      assert.ok(text.includes(line), `${line}\nnot in\n${text}`);
    }
  }),
);

test('openssl verify accepts the chain strictly, and with our CRLs until the device is revoked', { skip }, () => {
  const crls = {
    'clean.pem': crlOf(root, []) + crlOf(sub, ['01']),
    'revoked.pem': crlOf(root, []) + crlOf(sub, [device.certificate.serial]),
  };
  return withFiles({ ...files, ...crls }, async (path) => {
    const verify = (...more: string[]) =>
      openssl(
        'verify',
        '-x509_strict',
        ...attime,
        '-CAfile',
        path('root.pem'),
        '-untrusted',
        path('sub.pem'),
        ...more,
        path('device.pem'),
      );
    assert.match(await verify('-purpose', 'sslclient'), /OK/);
    assert.match(await verify('-crl_check_all', '-CRLfile', path('clean.pem')), /OK/);
    await assert.rejects(verify('-crl_check_all', '-CRLfile', path('revoked.pem')), /certificate revoked/);
    await assert.rejects(
      verify('-purpose', 'sslserver'),
      /unsuitable certificate purpose|unsupported certificate purpose/,
    );
  });
});

test('openssl crl reads our CRL, its number, distribution point, entries and signature', { skip }, () => {
  const entries = [
    { serial: '7f00', revokedAt: testNow, reason: 'superseded' },
    { serial: 'ff01', revokedAt: testNow },
  ] as const;
  const crl = createCrl({
    issuer: sub.issuer,
    thisUpdate: testNow,
    nextUpdate,
    crlNumber: 258,
    distributionPoint: 'http://crl.example/x.crl',
    entries,
  });
  return withFiles({ ...files, 'x.crl': crl }, async (path) => {
    const text = await openssl(
      'crl',
      '-inform',
      'DER',
      '-in',
      path('x.crl'),
      '-noout',
      '-text',
      '-CAfile',
      path('sub.pem'),
    );
    for (const line of [
      'verify OK',
      'Version 2',
      'X509v3 CRL Number: \n                258',
      'URI:http://crl.example/x.crl',
      'Serial Number: 7F00',
      'Serial Number: FF01',
      'Superseded',
    ]) {
      assert.ok(text.includes(line), `${line}\nnot in\n${text}`);
    }
  });
});

for (const curve of ['P-256', 'P-384'] as const) {
  test(`openssl req verifies our ${curve} request and shows what it asks for`, { skip }, () => {
    const subject = [{ type: 'CN', value: 'ecu-1' }];
    const der = createCertificationRequest({
      subject,
      key: generateKey(curve).privateKey,
      sans: { uri: ['urn:x:y'] },
      challengePassword: 'once',
    });
    return withFiles({ 'r.csr': der }, async (path) => {
      const text = await openssl('req', '-inform', 'DER', '-in', path('r.csr'), '-noout', '-verify', '-text');
      for (const line of ['verify OK', 'CN=ecu-1', 'URI:urn:x:y', 'challengePassword', curve])
        assert.ok(text.includes(line), `${line}\nnot in\n${text}`);
    });
  });
}

test('a request made by openssl is read with subject, names and key', { skip }, () =>
  withFiles({}, async (path) => {
    const arguments_ = [
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-keyout',
      path('key.pem'),
      '-subj',
      '/O=Plant/serialNumber=SN 7/CN=ecu',
    ];
    await openssl(
      'req',
      '-new',
      ...arguments_,
      '-addext',
      'subjectAltName=URI:urn:x:y,DNS:a.example,IP:10.0.0.1',
      '-outform',
      'DER',
      '-out',
      path('r.csr'),
    );

    const request = parseCertificationRequest(await readFile(path('r.csr')));

    assert.deepEqual(
      request.subject.map(({ type, value }) => `${type}=${value}`),
      ['O=Plant', 'serialNumber=SN 7', 'CN=ecu'],
    );
    assert.deepEqual([request.san.uri, request.san.dns, request.san.ip], [['urn:x:y'], ['a.example'], ['10.0.0.1']]);
    assert.deepEqual(request.key, { type: 'ec', curve: 'P-256' });
  }),
);

test('openssl pkcs7 and cms print our certs-only message in order, and we read what openssl makes', { skip }, () =>
  withFiles({ ...files, 'ours.p7': certsOnly([device.der, sub.der]) }, async (path) => {
    const subjects = (text: string) => [...text.matchAll(/^subject=(.*)$/gm)].map((match) => match[1]);
    const expected = ['O=Bulkhead Test, CN=device-1', 'O=Bulkhead Test, CN=Issuing CA'];
    assert.deepEqual(
      subjects(await openssl('pkcs7', '-inform', 'DER', '-in', path('ours.p7'), '-print_certs', '-noout')),
      expected,
    );
    assert.match(
      await openssl('cms', '-cmsout', '-inform', 'DER', '-in', path('ours.p7'), '-print', '-noout'),
      /pkcs7-signedData/,
    );
    await openssl(
      'crl2pkcs7',
      '-nocrl',
      '-certfile',
      path('device.pem'),
      '-certfile',
      path('sub.pem'),
      '-outform',
      'DER',
      '-out',
      path('theirs.p7'),
    );
    assert.deepEqual(readCertsOnly(await readFile(path('theirs.p7'))), [device.der, sub.der]);
  }),
);

for (const hash of ['sha1', 'sha256']) {
  test(
    `openssl ocsp asks with ${hash} ids, checks our signed answer and its nonce, and reads good and revoked`,
    { skip },
    () =>
      withFiles(files, async (path) => {
        const responder = createOcspResponder({ issuer: sub.der, certificate: ocsp.der, key: ocsp.keys.privateKey });
        await openssl(
          'ocsp',
          `-${hash}`,
          '-issuer',
          path('sub.pem'),
          '-cert',
          path('device.pem'),
          '-nonce',
          '-reqout',
          path('q.der'),
        );
        const request = parseOcspRequest(await readFile(path('q.der')));
        assert.ok(request.nonce);
        const answer = async (status: CertificateStatus) => {
          const lookup = (serial: string): CertificateStatus =>
            serial === device.certificate.serial ? status : { status: 'unknown' };
          await writeFile(path('a.der'), responder.respond(request, lookup, testNow));
          const asked = [
            `-${hash}`,
            '-issuer',
            path('sub.pem'),
            '-cert',
            path('device.pem'),
            '-reqin',
            path('q.der'),
            '-no_nonce',
          ];
          const trust = ['-CAfile', path('root.pem'), '-verify_other', path('sub.pem'), ...attime];
          return openssl('ocsp', ...asked, '-respin', path('a.der'), ...trust, '-validity_period', '999999999');
        };

        const good = await answer({ status: 'good' });
        assert.match(good, /Response verify OK/);
        assert.doesNotMatch(good, /[Nn]once|WARNING/);
        assert.match(good, /device\.pem: good/);
        const revoked = await answer({ status: 'revoked', at: testNow, reason: 'keyCompromise' });
        assert.match(revoked, /device\.pem: revoked/);
        assert.match(revoked, /Reason: keyCompromise/);
        assert.match(await answer({ status: 'unknown' }), /device\.pem: unknown/);
      }),
  );
}
