import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { generateKey } from '@bulkhead/pki';
import { seal, unseal } from './sealing.ts';

/** What was renamed or removed in a directory is on the medium when this returns. */
export function syncDirectory(path: string): void {
  const directory = openSync(path, 'r');
  fsyncSync(directory);
  closeSync(directory);
}

/**
 * Writes a file of mode 0600 completely or not at all, also when power is lost on the way.
 * @param reached told of each step on the way; tests end the process there
 */
export function writeAtomically(
  path: string,
  content: Uint8Array,
  durable: boolean,
  reached: (step: 'begun' | 'drafted' | 'done') => void = () => {},
): void {
  const draft = `${path}.new`;
  const file = openSync(draft, 'w', 0o600);
  try {
    reached('begun');
    for (let at = 0; at < content.length; ) at += writeSync(file, content, at);
    if (durable) fsyncSync(file);
  } finally {
    closeSync(file);
  }
  reached('drafted');
  renameSync(draft, path);
  if (durable) syncDirectory(dirname(path));
  reached('done');
}

export interface Identity {
  readonly key: KeyObject;
  /** Own certificate first, then its issuers, in PEM. */
  readonly chain: string;
}

export interface StateOptions {
  readonly directory: string;
  /** Key that seals what lies in the directory, 32 bytes; from a TPM or HSM where there is one. Left out: a file of mode 0600. */
  readonly sealingKey?: Buffer;
  /** Flush to the medium, so that nothing is lost when power is; false is for simulators only. */
  readonly durable?: boolean;
}

function sealingKeyOf({ directory, sealingKey, durable = true }: StateOptions): Buffer {
  if (sealingKey) return sealingKey;
  const path = join(directory, 'sealing.key');
  if (!existsSync(path)) writeAtomically(path, randomBytes(32), durable);
  return readFileSync(path);
}

const pkcs8Of = (key: KeyObject) => key.export({ format: 'der', type: 'pkcs8' });
const keyOf = (pkcs8: Buffer) => createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });

/** What the agent keeps between boots: boot counter, identity. Everything secret is sealed. */
export function openState(options: StateOptions) {
  const { directory, durable = true } = options;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const key = sealingKeyOf(options);
  const path = (name: string) => join(directory, name);
  const read = (name: string) => (existsSync(path(name)) ? readFileSync(path(name)) : undefined);
  function keptKey(name: string, make: () => KeyObject): KeyObject {
    const sealed = read(name);
    if (sealed) return keyOf(unseal(key, name, sealed));
    const made = make();
    writeAtomically(path(name), seal(key, name, pkcs8Of(made)), durable);
    return made;
  }
  return Object.freeze({
    directory,
    durable,
    sealingKey: key,
    /** The next boot number, on the medium before it is used: it never repeats, which event identities rely on. */
    nextBoot: (): number => {
      const last = Number(read('boot')?.toString() ?? 0);
      // A counter that was changed to nonsense would have every event refused; the time is above every boot counted so far.
      const boot = Number.isInteger(last) && last >= 0 && last < 0xffff_ffff ? last + 1 : Math.floor(Date.now() / 1000);
      writeAtomically(path('boot'), Buffer.from(String(boot)), durable);
      return boot;
    },
    identity: (): Identity | undefined => {
      const sealed = read('identity');
      if (!sealed) return undefined;
      const { pkcs8, chain } = JSON.parse(unseal(key, 'identity', sealed).toString()) as {
        pkcs8: string;
        chain: string;
      };
      return { key: keyOf(Buffer.from(pkcs8, 'base64')), chain };
    },
    /**
     * The key that the next certificate is asked for. It is on the medium before anyone is asked: if the answer is lost,
     * the same key asks again and the platform repeats its answer, instead of refusing a second identity.
     */
    nextKey: (): KeyObject => keptKey('next-key', () => generateKey().privateKey),
    /** The key under which this ECU signs its version reports (requirement C4: a key of its own for that). */
    updateKey: (): KeyObject => keptKey('update-key', () => generateKeyPairSync('ed25519').privateKey),
    /** The key that images for this ECU alone are encrypted to. */
    decryptionKey: (): KeyObject => keptKey('decryption-key', () => generateKeyPairSync('x25519').privateKey),
    /** Key and certificate go in together: a renewal cut short leaves the old pair. */
    saveIdentity: ({ key: own, chain }: Identity): void => {
      const pkcs8 = pkcs8Of(own).toString('base64');
      writeAtomically(path('identity'), seal(key, 'identity', Buffer.from(JSON.stringify({ pkcs8, chain }))), durable);
      rmSync(path('next-key'), { force: true });
    },
  });
}
export type State = ReturnType<typeof openState>;
