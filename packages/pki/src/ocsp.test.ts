import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { BasicOCSPResponse, OCSPResponse } from '@peculiar/asn1-ocsp';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import { type Certificate } from './certificate.ts';
import { oid, oids } from './der/oid.ts';
import { context, integer, nullValue, octetString, sequence } from './der/write.ts';
import { publicKeyBits } from './keys.ts';
import { parseOcspRequest } from './ocsp-request.ts';
import { type CertificateStatus, createOcspResponder, ocspError } from './ocsp-responder.ts';
import { encodeSerial } from './serial.ts';
import { createHierarchy, testNow } from './testing.ts';

const { root, sub, device, ocsp } = createHierarchy();
const responder = createOcspResponder({ issuer: sub.der, certificate: ocsp.der, key: ocsp.keys.privateKey });
const good = (): CertificateStatus => ({ status: 'good' });

function certId(issuer: Certificate, serial: string, hash: 'sha1' | 'sha256' = 'sha1'): Buffer {
  const of = (bytes: Uint8Array) => octetString(createHash(hash).update(bytes).digest());
  return sequence(
    sequence(oid(oids[hash]), nullValue),
    of(issuer.subjectDer),
    of(publicKeyBits(issuer.spki)),
    encodeSerial(serial),
  );
}
const nonceOf = (bytes: Uint8Array) => sequence(oid(oids.ocspNonce), octetString(octetString(bytes)));
const request = (ids: readonly Uint8Array[], ...extensions: Uint8Array[]) =>
  sequence(
    sequence(
      sequence(...ids.map((id) => sequence(id))),
      ...(extensions.length > 0 ? [context(2, sequence(...extensions))] : []),
    ),
  );

function answer(der: Uint8Array, lookup = good) {
  const outer = AsnConvert.parse(responder.respond(parseOcspRequest(der), lookup, testNow), OCSPResponse);
  assert.ok(outer.responseBytes);
  return AsnConvert.parse(outer.responseBytes.response.buffer, BasicOCSPResponse).tbsResponseData;
}

test('a good certificate is called good, by SHA-1 and by SHA-256 ids, and an independent reader agrees', () => {
  for (const hash of ['sha1', 'sha256'] as const) {
    const { responses, producedAt } = answer(request([certId(sub.certificate, device.certificate.serial, hash)]));
    assert.equal(responses[0]?.certStatus.good, null);
    assert.equal(producedAt.getTime(), testNow.getTime());
    assert.equal(responses[0]?.thisUpdate.getTime(), testNow.getTime());
    assert.equal(responses[0]?.nextUpdate?.getTime(), testNow.getTime() + 3_600_000);
  }
});

test('a revoked certificate is called revoked with time and reason, and an unissued one unknown', () => {
  const at = new Date('2026-11-19T10:00:00Z');
  const lookup = (serial: string): CertificateStatus =>
    serial === '0a' ? { status: 'revoked', at, reason: 'keyCompromise' } : { status: 'unknown' };

  const { responses } = answer(
    request([certId(sub.certificate, '0a'), certId(sub.certificate, '0b')]),
    lookup as typeof good,
  );

  assert.equal(responses[0]?.certStatus.revoked?.revocationTime.getTime(), at.getTime());
  assert.equal(responses[0]?.certStatus.revoked?.revocationReason?.reason, 1);
  assert.equal(responses[1]?.certStatus.unknown, null);
});

test('a nonce of 1 to 128 octets comes back unchanged, and any other is malformed (RFC 9654 s2.1)', () => {
  const id = certId(sub.certificate, '0a');
  for (const length of [1, 16, 32, 128]) {
    const nonce = Buffer.alloc(length, 0x5a);
    const [extension] = answer(request([id], nonceOf(nonce))).responseExtensions ?? [];
    assert.deepEqual(
      Buffer.from(AsnConvert.parse(extension?.extnValue.buffer as ArrayBuffer, OctetString).buffer),
      nonce,
    );
  }
  for (const length of [0, 129]) {
    assert.throws(() => parseOcspRequest(request([id], nonceOf(Buffer.alloc(length)))), { code: 'pki.malformed-der' });
  }
  assert.equal(answer(request([id])).responseExtensions, undefined);
});

test('a request about another issuer only is unauthorized, and within a mixed request it is unknown', () => {
  const foreign = certId(root.certificate, '0a');
  const parsed = parseOcspRequest(request([foreign]));
  assert.equal(responder.answersFor(parsed.certIds[0] as (typeof parsed.certIds)[0]), false);
  assert.deepEqual(responder.respond(parsed, good, testNow), ocspError('unauthorized'));
  const { responses } = answer(request([foreign, certId(sub.certificate, '0b')]));
  assert.equal(responses[0]?.certStatus.unknown, null);
  assert.equal(responses[1]?.certStatus.good, null);
});

test('at most 20 certificates, known hashes of the right length and no unknown critical extension', () => {
  const ids = (count: number) =>
    Array.from({ length: count }, (_, i) => certId(sub.certificate, (0x10 + i).toString(16)));
  assert.equal(parseOcspRequest(request(ids(20))).certIds.length, 20);
  assert.throws(() => parseOcspRequest(request(ids(21))), { code: 'pki.too-large' });
  assert.throws(() => parseOcspRequest(request([])), { code: 'pki.malformed-der' });
  const short = sequence(
    sequence(oid(oids.sha1)),
    octetString(Buffer.alloc(19)),
    octetString(Buffer.alloc(20)),
    integer(1),
  );
  assert.throws(() => parseOcspRequest(request([short])), { code: 'pki.malformed-der' });
  const md5 = sequence(
    sequence(oid('1.2.840.113549.2.5')),
    octetString(Buffer.alloc(16)),
    octetString(Buffer.alloc(16)),
    integer(1),
  );
  assert.throws(() => parseOcspRequest(request([md5])), { code: 'pki.unsupported-algorithm' });
  const critical = sequence(oid('1.2.3'), Buffer.from('0101ff', 'hex'), octetString(nullValue));
  assert.throws(() => parseOcspRequest(request(ids(1), critical)), { code: 'pki.unknown-critical-extension' });
});

test('errors are the five octets of RFC 6960 s4.2.1', () => {
  assert.deepEqual(Buffer.from(ocspError('malformedRequest')).toString('hex'), '30030a0101');
  assert.deepEqual(Buffer.from(ocspError('tryLater')).toString('hex'), '30030a0103');
  assert.deepEqual(Buffer.from(ocspError('unauthorized')).toString('hex'), '30030a0106');
});

test('a responder whose certificate is of another CA, another key or without ocspSigning is refused', () => {
  const make = (party: typeof ocsp, issuer = sub, key = party.keys.privateKey) =>
    createOcspResponder({ issuer: issuer.der, certificate: party.der, key });
  assert.throws(() => make(device), { code: 'pki.wrong-usage' });
  assert.throws(() => make(ocsp, root), { code: 'pki.bad-profile' });
  assert.throws(() => make(ocsp, sub, device.keys.privateKey), { code: 'pki.bad-profile' });
});
