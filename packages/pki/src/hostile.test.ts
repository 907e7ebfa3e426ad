import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseCertificate } from './certificate.ts';
import { parseCertificationRequest } from './certification-request.ts';
import { certsOnly, readCertsOnly } from './certs-only.ts';
import { createCertificationRequest } from './create-certification-request.ts';
import { oid, oids } from './der/oid.ts';
import { context, integer, octetString, sequence } from './der/write.ts';
import { PkiError } from './error.ts';
import { describeKey } from './keys.ts';
import { parseName } from './name.ts';
import { parseOcspRequest } from './ocsp-request.ts';
import { createHierarchy } from './testing.ts';

const { sub, device } = createHierarchy();
const nonce = sequence(oid(oids.ocspNonce), octetString(octetString(Buffer.alloc(32, 7))));
const certId = sequence(
  sequence(oid(oids.sha1)),
  octetString(Buffer.alloc(20)),
  octetString(Buffer.alloc(20)),
  integer(5),
);
const samples: Record<string, [sample: Uint8Array, parse: (der: Uint8Array) => unknown]> = {
  certificate: [device.der, parseCertificate],
  request: [
    createCertificationRequest({
      subject: [{ type: 'CN', value: 'x' }],
      key: device.keys.privateKey,
      sans: { uri: ['urn:x:y'], ip: ['::1'] },
      challengePassword: 'pw',
    }),
    parseCertificationRequest,
  ],
  'certs-only message': [certsOnly([device.der, sub.der]), readCertsOnly],
  'OCSP request': [sequence(sequence(sequence(sequence(certId)), context(2, sequence(nonce)))), parseOcspRequest],
  'public key': [device.certificate.spki, describeKey],
  name: [device.certificate.subjectDer, parseName],
};

/** Nothing but a PkiError may come out, whatever goes in. */
function survives(parse: (der: Uint8Array) => unknown, der: Uint8Array, what: string): void {
  try {
    parse(der);
  } catch (error) {
    if (!(error instanceof PkiError)) assert.fail(`${what}: ${error instanceof Error ? error.stack : String(error)}`);
  }
}

for (const [name, [sample, parse]] of Object.entries(samples)) {
  test(`a ${name} is read when whole and refused when cut anywhere or followed by anything`, () => {
    parse(sample);
    for (let length = 0; length < sample.length; length++) {
      assert.throws(() => parse(sample.subarray(0, length)), PkiError, `cut to ${length}`);
    }
    assert.throws(() => parse(Buffer.concat([sample, Buffer.from([0])])), PkiError);
  });

  test(`a ${name} with any octet changed yields a result or a PkiError`, () => {
    for (let at = 0; at < sample.length; at++) {
      for (const value of [0x00, 0x30, 0x7f, 0x80, 0x84, 0xff]) {
        const changed = Buffer.from(sample);
        changed[at] = value;
        survives(parse, changed, `octet ${at} = ${value}`);
      }
    }
  });

  test(`random octets, deep nesting, wide nesting and oversize are no danger to the reader of a ${name}`, () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => survives(parse, bytes, 'random')));
    let deep: Uint8Array = new Uint8Array();
    for (let i = 0; i < 2000; i++) deep = sequence(deep);
    survives(parse, deep, 'deep');
    survives(parse, sequence(...Array.from({ length: 5000 }, () => sequence())), 'wide');
    survives(parse, Buffer.alloc(4096, 0x30), 'nested lengths');
    survives(parse, Buffer.alloc(4096, 0x80), 'indefinite');
    survives(parse, Buffer.from('3084ffffffff', 'hex'), 'huge');
    assert.throws(() => parse(sequence(new Uint8Array(1 << 20))), { code: 'pki.too-large' });
  });
}

test('random structures of valid DER yield a result or a PkiError', () => {
  const leaf = fc
    .tuple(fc.constantFrom(1, 2, 3, 4, 5, 6, 12, 19, 22, 23, 24), fc.uint8Array({ maxLength: 20 }))
    .map(([tag, body]) => Buffer.concat([Buffer.from([tag, body.length]), body]));
  const { tree } = fc.letrec<{ tree: Uint8Array }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc.array(tie('tree'), { maxLength: 5 }).map((parts) => sequence(...parts)),
      fc.array(tie('tree'), { maxLength: 3 }).map((parts) => context(0, ...parts)),
    ),
  }));
  fc.assert(
    fc.property(tree, (der) => {
      for (const [name, [, parse]] of Object.entries(samples)) survives(parse, der, name);
    }),
  );
});
