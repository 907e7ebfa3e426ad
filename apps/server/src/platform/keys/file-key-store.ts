import { createPrivateKey, type KeyObject } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateKey, signerOf } from '@bulkhead/pki';
import { writeDurably } from './durable-file.ts';
import { KeyStoreError } from './error.ts';
import type { KeyStore, StoredKey } from './key-store.ts';
import { assertNotShared, assertPrivate, type MasterKey, type MasterKeyOptions, openMasterKey } from './master-key.ts';

const suffix = '.key';
const namePattern = /^[a-z0-9]+(?:[-.][a-z0-9]+)*$/;

function pathOf(directory: string, name: string): string {
  if (name.length > 64 || name === 'master' || !namePattern.test(name)) {
    throw new KeyStoreError('keys.bad-name', 'A key is named by small letters, digits, hyphens and dots, at most 64');
  }
  return join(directory, `${name}${suffix}`);
}

function storedKey(name: string, keyObject: KeyObject): StoredKey {
  return Object.freeze({ name, keyObject, ...signerOf(keyObject) });
}

function readKey(path: string, name: string, master: MasterKey): StoredKey {
  assertPrivate(path);
  let der: Buffer | undefined;
  try {
    der = master.open(readFileSync(path), `key:${name}`);
    return storedKey(name, createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
  } catch (cause) {
    throw new KeyStoreError('keys.damaged', `${path} cannot be decrypted: restore it from a backup`, { cause });
  } finally {
    der?.fill(0);
  }
}

function writeKey(path: string, name: string, key: KeyObject, master: MasterKey, replace: boolean): void {
  const der = key.export({ format: 'der', type: 'pkcs8' });
  try {
    writeDurably(path, master.seal(der, `key:${name}`), { replace });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST')
      throw new KeyStoreError('keys.exists', `The key ${name} exists already in ${path}`, { cause });
    throw new KeyStoreError(
      'keys.unwritable',
      `${path} cannot be written: check the directory, its owner and free space`,
      { cause },
    );
  } finally {
    der.fill(0);
  }
}

/** Private keys in files of mode 0600, each encrypted by AES-256-GCM under the master key of the directory. */
export function createKeyStore(options: MasterKeyOptions): KeyStore {
  const { directory } = options;
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new KeyStoreError('keys.unwritable', `The key directory ${directory} cannot be made: check its parent`, {
      cause,
    });
  }
  assertNotShared(directory);
  const master = openMasterKey(options);
  const cache = new Map<string, StoredKey>();

  const load = (name: string): StoredKey | undefined => {
    const path = pathOf(directory, name);
    const found = cache.get(name) ?? (existsSync(path) ? readKey(path, name, master) : undefined);
    if (found) cache.set(name, found);
    return found;
  };

  return Object.freeze({
    load,
    create(name, { curve = 'P-256', replace = false } = {}) {
      const { privateKey } = generateKey(curve);
      writeKey(pathOf(directory, name), name, privateKey, master, replace);
      const made = storedKey(name, privateKey);
      cache.set(name, made);
      return made;
    },
    list: () =>
      readdirSync(directory)
        .filter((file) => file.endsWith(suffix) && file !== 'master.key')
        .map((file) => file.slice(0, -suffix.length))
        .sort(),
    sign(name, data) {
      const key = load(name);
      if (!key) throw new KeyStoreError('keys.bad-name', `There is no key ${name} in ${directory}`);
      return key.sign(data);
    },
  } satisfies KeyStore);
}
