import assert from 'node:assert/strict';
import { test } from 'node:test';
import { oneTimeCode } from './totp.ts';

test('codes are those of RFC 6238 appendix B, cut to six digits', () => {
  const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'; // "12345678901234567890"
  const known = [
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_234_567_890, '005924'],
    [20_000_000_000, '353130'],
  ] as const;
  for (const [seconds, code] of known) assert.equal(oneTimeCode(secret, new Date(seconds * 1_000)), code);
});
