import assert from 'node:assert/strict';
import { test } from 'node:test';
import { base32, matchTotp, totpCode } from './totp.ts';

const secret = Buffer.from('12345678901234567890');

test('codes equal the last six digits of the vectors of RFC 6238 appendix B', () => {
  const vectors: [seconds: number, code: string][] = [
    [59, '287082'],
    [1111111109, '081804'],
    [1234567890, '005924'],
    [20000000000, '353130'],
  ];

  for (const [seconds, code] of vectors) assert.equal(totpCode(secret, Math.floor(seconds / 30)), code);
});

test('base32 follows RFC 4648 section 10', () => {
  assert.equal(base32(Buffer.from('foobar')), 'MZXW6YTBOI');
  assert.equal(base32(Buffer.from('f')), 'MY');
});

test('a code is accepted one step early or late, and never twice', () => {
  const now = new Date(1111111109_000);
  const step = Math.floor(1111111109 / 30);

  assert.equal(matchTotp(secret, totpCode(secret, step - 1), now, 0), step - 1);
  assert.equal(matchTotp(secret, totpCode(secret, step + 1), now, 0), step + 1);
  assert.equal(matchTotp(secret, totpCode(secret, step + 2), now, 0), undefined);
  assert.equal(matchTotp(secret, totpCode(secret, step), now, step), undefined);
});
