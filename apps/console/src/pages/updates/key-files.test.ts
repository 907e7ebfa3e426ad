import { expect, test } from 'vitest';
import { endOfDay, readKeyFile } from './key-files.ts';

const good = { keyid: 'k1', keytype: 'ed25519', scheme: 'ed25519', keyval: { public: 'abcd' } };

test('a public key file is taken as it is, without what does not belong in it', () => {
  expect(readKeyFile(JSON.stringify({ ...good, comment: 'Ada' }))).toEqual(good);
});

test('a private key is refused in whatever form it comes', () => {
  const pem = '-----BEGIN ENCRYPTED PRIVATE KEY-----';
  expect(() => readKeyFile(pem)).toThrow('must never leave its holder');
  expect(() => readKeyFile(JSON.stringify({ ...good, keyval: { public: 'a', private: 'b' } }))).toThrow('private key');
});

test('what is no key file says what one has', () => {
  expect(() => readKeyFile('hello')).toThrow('not a public key file');
  expect(() => readKeyFile('null')).toThrow('keyval.public');
  expect(() => readKeyFile(JSON.stringify({ ...good, keyval: { public: 'x'.repeat(3_000) } }))).toThrow(
    'keyval.public',
  );
});

test('a day is the moment it begins, in UTC', () => {
  expect(['2027-11-20', '2027-13-40', 'soon', ''].map(endOfDay)).toEqual([
    '2027-11-20T00:00:00Z',
    undefined,
    undefined,
    undefined,
  ]);
});
