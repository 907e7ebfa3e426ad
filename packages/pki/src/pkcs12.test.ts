import assert from 'node:assert/strict';
import { randomBytes, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { createPkcs12 } from './pkcs12.ts';
import { createHierarchy, openssl, withFiles, withoutOpenssl } from './testing.ts';

async function opened(password: string, given = password) {
  const { root, device } = createHierarchy();
  const bytes = createPkcs12({
    key: device.keys.privateKey,
    certificates: [device.der, root.der],
    password,
    random: randomBytes,
  });
  const read = (...more: string[]) =>
    withFiles({ 'a.p12': bytes }, (file) =>
      openssl('pkcs12', '-in', file('a.p12'), '-passin', `pass:${given}`, '-nodes', ...more),
    );
  return { device, text: await read(), own: await read('-clcerts', '-nokeys') };
}

for (const password of ['', 'secret'])
  test(`openssl reads what a PKCS#12 file with ${password ? 'a' : 'an empty'} password holds`, {
    skip: withoutOpenssl,
  }, async () => {
    const { device, text, own } = await opened(password);

    assert.equal(text.match(/BEGIN CERTIFICATE/g)?.length, 2);
    assert.ok(new X509Certificate(own).raw.equals(device.der), 'the certificate of the key is marked as such');
    const [pem = ''] = /-----BEGIN PRIVATE KEY-----[^]*?-----END PRIVATE KEY-----\n/.exec(text) ?? [];
    assert.equal(pem, device.keys.privateKey.export({ format: 'pem', type: 'pkcs8' }));
  });

test('a PKCS#12 file does not open with another password', { skip: withoutOpenssl }, async () => {
  await assert.rejects(opened('secret', 'other'), /mac verify|invalid password/i);
});

test('a PKCS#12 file has a certificate at least, and a password that every reader spells alike', () => {
  const { device } = createHierarchy();
  const content = { key: device.keys.privateKey, certificates: [device.der], password: '', random: randomBytes };

  assert.throws(() => createPkcs12({ ...content, certificates: [] }), { code: 'pki.bad-profile' });
  assert.throws(() => createPkcs12({ ...content, password: 'pä' }), { code: 'pki.bad-profile' });
});
