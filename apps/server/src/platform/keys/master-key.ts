import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { writeDurably } from './durable-file.ts';
import { KeyStoreError } from './error.ts';

/** Encrypts and decrypts with the master key; the context (a file's name) is bound in, so that files cannot be swapped. */
export interface MasterKey {
  seal(plain: Uint8Array, context: string): Buffer;
  /** @throws Error when key, context or content do not fit. */
  open(sealed: Uint8Array, context: string): Buffer;
}

export interface MasterKeyOptions {
  readonly directory: string;
  readonly passphrase?: string;
  /** scrypt cost as a power of two; 17 (128 MiB, a third of a second) unless a test says less. */
  readonly cost?: number;
}

interface Header {
  readonly version: 1;
  readonly protection: 'file' | 'passphrase';
  readonly salt?: string;
  readonly cost?: number;
  /** A known text, sealed: tells a wrong passphrase from a damaged key. */
  readonly check: string;
}

const checkText = Buffer.from('bulkhead key store');
const ivBytes = 12;
const tagBytes = 16;

function masterKey(secret: Buffer): MasterKey {
  return Object.freeze({
    seal(plain: Uint8Array, context: string) {
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv('aes-256-gcm', secret, iv).setAAD(Buffer.from(context, 'utf8'));
      const body = Buffer.concat([cipher.update(plain), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), body]);
    },
    open(sealed: Uint8Array, context: string) {
      const bytes = Buffer.from(sealed);
      const decipher = createDecipheriv('aes-256-gcm', secret, bytes.subarray(0, ivBytes), { authTagLength: tagBytes });
      decipher.setAAD(Buffer.from(context, 'utf8')).setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
      return Buffer.concat([decipher.update(bytes.subarray(ivBytes + tagBytes)), decipher.final()]);
    },
  });
}

const derive = (passphrase: string, salt: Buffer, cost: number): Buffer =>
  scryptSync(passphrase.normalize('NFKC'), salt, 32, { N: 2 ** cost, r: 8, p: 1, maxmem: 2 ** cost * 1024 + 2 ** 20 });

/** A secret that others can read protects nothing; refusing is better than going on. */
export function assertPrivate(path: string): void {
  if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) {
    throw new KeyStoreError(
      'keys.exposed',
      `${path} can be read by others: run \`chmod 600 ${path}\` and consider the keys known`,
    );
  }
}

/** Who may write to the directory may put keys of his own in place of ours. */
export function assertNotShared(directory: string): void {
  if (process.platform !== 'win32' && (statSync(directory).mode & 0o002) !== 0) {
    throw new KeyStoreError(
      'keys.exposed',
      `Anyone can write to ${directory}: run \`chmod 700 ${directory}\` and check what is in it`,
    );
  }
}

function writeOnce(path: string, content: Uint8Array): void {
  try {
    writeDurably(path, content);
  } catch (cause) {
    // Another process on the same directory was first; what it wrote is what counts.
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return;
    throw new KeyStoreError('keys.unwritable', `${path} cannot be written: check the directory and its owner`, {
      cause,
    });
  }
}

function readHeader(path: string): Header {
  try {
    const header = JSON.parse(readFileSync(path, 'utf8')) as Header;
    if (header.version !== 1 || !['file', 'passphrase'].includes(header.protection)) throw new Error('unknown header');
    return header;
  } catch (cause) {
    throw new KeyStoreError('keys.damaged', `${path} cannot be read: restore the key directory from a backup`, {
      cause,
    });
  }
}

function createHeader({ passphrase, cost = 17 }: MasterKeyOptions, fileSecret: () => Buffer): Header {
  if (passphrase === undefined) {
    const check = masterKey(fileSecret()).seal(checkText, 'check').toString('base64');
    return { version: 1, protection: 'file', check };
  }
  const salt = randomBytes(16);
  const check = masterKey(derive(passphrase, salt, cost))
    .seal(checkText, 'check')
    .toString('base64');
  return { version: 1, protection: 'passphrase', salt: salt.toString('base64'), cost, check };
}

function secretOf(header: Header, { passphrase, directory }: MasterKeyOptions, fileSecret: () => Buffer): Buffer {
  if (header.protection === 'file') {
    if (passphrase !== undefined) {
      throw new KeyStoreError(
        'keys.passphrase-unexpected',
        `The key store in ${directory} was made without a passphrase: leave keys.passphrase empty`,
      );
    }
    return fileSecret();
  }
  if (passphrase === undefined) {
    throw new KeyStoreError(
      'keys.passphrase-missing',
      `The key store in ${directory} is protected by a passphrase: set keys.passphrase (or BULKHEAD__KEYS__PASSPHRASE_FILE)`,
    );
  }
  const { salt = '', cost = 0 } = header;
  if (!Number.isInteger(cost) || cost < 10 || cost > 20)
    throw new KeyStoreError(
      'keys.damaged',
      `The header of the key store in ${directory} is damaged: restore it from a backup`,
    );
  return derive(passphrase, Buffer.from(salt, 'base64'), cost);
}

/**
 * Opens the master key of a directory, or makes it at first use: a random key in `master.key` (mode 0600), or a key
 * derived from the passphrase by scrypt (RFC 7914), of which only salt and a check value are stored.
 */
export function openMasterKey(options: MasterKeyOptions): MasterKey {
  const { directory } = options;
  const headerPath = join(directory, 'keystore.json');
  const secretPath = join(directory, 'master.key');
  const fileSecret = (): Buffer => {
    if (!existsSync(secretPath)) {
      if (existsSync(headerPath))
        throw new KeyStoreError(
          'keys.damaged',
          `${secretPath} is missing: restore it from a backup, the keys cannot be read without it`,
        );
      writeOnce(secretPath, randomBytes(32));
    }
    assertPrivate(secretPath);
    const secret = readFileSync(secretPath);
    if (secret.length !== 32)
      throw new KeyStoreError('keys.damaged', `${secretPath} is damaged: restore it from a backup`);
    return secret;
  };
  if (!existsSync(headerPath)) writeOnce(headerPath, Buffer.from(JSON.stringify(createHeader(options, fileSecret))));
  const header = readHeader(headerPath);
  const key = masterKey(secretOf(header, options, fileSecret));
  try {
    if (key.open(Buffer.from(header.check, 'base64'), 'check').equals(checkText)) return key;
  } catch {
    // Answered below: AES-GCM says only that something does not fit.
  }
  throw header.protection === 'passphrase'
    ? new KeyStoreError('keys.passphrase-wrong', `The passphrase does not open the key store in ${directory}`)
    : new KeyStoreError('keys.damaged', `${secretPath} does not belong to this key store: restore it from a backup`);
}
