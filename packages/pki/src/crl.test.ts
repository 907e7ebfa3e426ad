import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCrl, createCrlBuilder, type RevokedEntry } from './crl.ts';
import { expect, inside, membersOf, optional, rawOf, readBitString, readWhole } from './der/read.ts';
import { tags } from './der/write.ts';
import { randomSerial, readSerial } from './serial.ts';
import { signatureAlgorithm, verifySignature } from './signature.ts';
import { createHierarchy, testNow } from './testing.ts';

const { sub } = createHierarchy();
const content = {
  issuer: sub.issuer,
  thisUpdate: testNow,
  nextUpdate: new Date(testNow.getTime() + 86_400_000),
  crlNumber: 7n,
};

function readCrl(der: Uint8Array) {
  const outer = inside(readWhole(der, tags.sequence, 1 << 26, 'The CRL'));
  const tbs = expect(outer, tags.sequence, 'tbs');
  const algorithm = expect(outer, tags.sequence, 'algorithm');
  const signature = readBitString(expect(outer, tags.bitString, 'signature'), 'signature');
  assert.deepEqual(Buffer.from(rawOf(algorithm)), signatureAlgorithm('ecdsa-sha256'));
  assert.ok(verifySignature(sub.certificate.spki, { message: rawOf(tbs), algorithm: 'ecdsa-sha256', signature }));
  const cursor = inside(tbs);
  for (const tag of [tags.integer, tags.sequence, tags.sequence, tags.utcTime, tags.utcTime])
    expect(cursor, tag, 'header');
  const list = optional(cursor, tags.sequence);
  expect(cursor, 0xa0, 'extensions');
  return {
    list,
    serials: list
      ? membersOf(list, 1 << 20, 'list').map((entry) => readSerial(expect(inside(entry), tags.integer, 'serial')))
      : [],
  };
}

test('a CRL without entries leaves the list out (RFC 5280 s5.1.2.6)', () => {
  assert.equal(readCrl(createCrl({ ...content, entries: [] })).list, undefined);
});

test('a CRL holds all entries in the order given, across its internal chunks, for any number of them', () => {
  for (const count of [1, 2, 3, 100, 30_000]) {
    const entries: RevokedEntry[] = Array.from({ length: count }, () => ({
      serial: randomSerial(),
      revokedAt: testNow,
      reason: 'keyCompromise',
    }));

    const { serials } = readCrl(createCrl({ ...content, entries }));

    assert.deepEqual(
      serials,
      entries.map((entry) => entry.serial),
    );
  }
});

test('a builder fed in batches writes what a single call writes, save the signature', () => {
  const entries: RevokedEntry[] = Array.from({ length: 50 }, () => ({ serial: randomSerial(), revokedAt: testNow }));
  const builder = createCrlBuilder(content);
  builder.add(entries.slice(0, 20));
  builder.add(entries.slice(20));
  assert.deepEqual(readCrl(builder.finish()).serials, readCrl(createCrl({ ...content, entries })).serials);
});

test('serials and reasons that cannot be are refused', () => {
  const build = (entry: object) => createCrl({ ...content, entries: [entry as RevokedEntry] });
  assert.throws(() => build({ serial: '00', revokedAt: testNow }), { code: 'pki.bad-serial' });
  assert.throws(() => build({ serial: '01', revokedAt: testNow, reason: 'removeFromCRL' }), {
    code: 'pki.bad-profile',
  });
  assert.throws(() => build({ serial: '01', revokedAt: new Date(Number.NaN) }), { code: 'pki.bad-time' });
  assert.throws(() => createCrl({ ...content, nextUpdate: testNow, entries: [] }), { code: 'pki.bad-time' });
});
