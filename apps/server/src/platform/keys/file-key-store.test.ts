import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { chmodSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createKeyStore } from './file-key-store.ts';

const cost = 12;

function directoryFor(t: { after(fn: () => void): void }): string {
  const directory = mkdtempSync(join(tmpdir(), 'bulkhead-keys-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return join(directory, 'keys');
}

test('a key survives a restart and still signs', (t) => {
  const directory = directoryFor(t);
  const made = createKeyStore({ directory }).create('root');

  const again = createKeyStore({ directory });
  const signature = again.sign('root', Buffer.from('hello'));

  const publicKey = createPublicKey({ key: Buffer.from(made.spki), format: 'der', type: 'spki' });
  assert.ok(verify('sha256', Buffer.from('hello'), publicKey, signature));
  assert.deepEqual(again.list(), ['root']);
  assert.equal(again.load('other'), undefined);
});

test('files are readable by their owner only and hold no key in clear', (t) => {
  const directory = directoryFor(t);
  const made = createKeyStore({ directory }).create('root');
  const pkcs8 = made.keyObject?.export({ format: 'der', type: 'pkcs8' }) as Buffer;
  const secret = pkcs8.subarray(36, 68); // the private scalar of a P-256 key in PKCS#8

  for (const file of readdirSync(directory)) {
    const path = join(directory, file);
    assert.equal(statSync(path).mode & 0o077, 0, file);
    assert.equal(readFileSync(path).includes(secret), false, file);
    assert.doesNotMatch(file, /tmp$/);
  }
});

test('creating a key twice is refused unless it replaces', (t) => {
  const store = createKeyStore({ directory: directoryFor(t) });
  const first = store.create('tls');

  assert.throws(() => store.create('tls'), { code: 'keys.exists' });
  const second = store.create('tls', { replace: true, curve: 'P-384' });

  assert.notDeepEqual(second.spki, first.spki);
  assert.equal(store.load('tls')?.signature, 'ecdsa-sha384');
});

test('a passphrase is needed, must be the right one, and leaves no master key on disk', (t) => {
  const directory = directoryFor(t);
  createKeyStore({ directory, passphrase: 'correct horse', cost }).create('root');

  assert.equal(readdirSync(directory).includes('master.key'), false);
  assert.throws(() => createKeyStore({ directory }), { code: 'keys.passphrase-missing' });
  assert.throws(() => createKeyStore({ directory, passphrase: 'wrong' }), { code: 'keys.passphrase-wrong' });
  assert.ok(createKeyStore({ directory, passphrase: 'correct horse' }).load('root'));
});

test('a passphrase for a store made without one is refused', (t) => {
  const directory = directoryFor(t);
  createKeyStore({ directory });

  assert.throws(() => createKeyStore({ directory, passphrase: 'x', cost }), { code: 'keys.passphrase-unexpected' });
});

test('a changed byte, a swapped file and a lost master key are told from one another', (t) => {
  const directory = directoryFor(t);
  const store = createKeyStore({ directory });
  store.create('a');
  store.create('b');
  const path = join(directory, 'a.key');
  const original = readFileSync(path);

  writeFileSync(path, readFileSync(join(directory, 'b.key')));
  assert.throws(() => createKeyStore({ directory }).load('a'), { code: 'keys.damaged' });
  original[20] = (original[20] as number) ^ 1;
  writeFileSync(path, original);
  assert.throws(() => createKeyStore({ directory }).load('a'), { code: 'keys.damaged' });
  rmSync(join(directory, 'master.key'));
  assert.throws(() => createKeyStore({ directory }), /master\.key is missing/);
});

test('a master key that others can read stops the store', (t) => {
  const directory = directoryFor(t);
  createKeyStore({ directory });
  chmodSync(join(directory, 'master.key'), 0o644);

  assert.throws(() => createKeyStore({ directory }), { code: 'keys.exposed' });
});

test('two processes that start on one empty directory end with the same master key', (t) => {
  const directory = directoryFor(t);
  const stores = [createKeyStore({ directory }), createKeyStore({ directory })];
  stores[0]?.create('root');

  assert.ok(stores[1]?.load('root'));
  assert.throws(() => stores[1]?.create('root'), { code: 'keys.exists' });
});

test('names that could leave the directory are refused', (t) => {
  const directory = directoryFor(t);
  const store = createKeyStore({ directory });

  for (const name of ['../x', 'a/b', '', 'A', 'master', '.', 'a..b', 'x'.repeat(65)]) {
    assert.throws(() => store.create(name), { code: 'keys.bad-name' }, name);
  }
  cpSync(directory, `${directory}-copy`, { recursive: true }); // a copied directory is a backup
  assert.deepEqual(createKeyStore({ directory: `${directory}-copy` }).list(), []);
});
