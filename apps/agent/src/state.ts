import { createPrivateKey, type KeyObject, randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { seal, unseal } from './sealing.ts';

/** Writes a file of mode 0600 completely or not at all, also when power is lost on the way. */
export function writeAtomically(path: string, content: Uint8Array, durable: boolean): void {
  const draft = `${path}.new`;
  const file = openSync(draft, 'w', 0o600);
  try {
    writeSync(file, content);
    if (durable) fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(draft, path);
  if (!durable) return;
  const directory = openSync(dirname(path), 'r');
  fsyncSync(directory);
  closeSync(directory);
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

/** What the agent keeps between boots: boot counter, identity. Everything secret is sealed. */
export function openState(options: StateOptions) {
  const { directory, durable = true } = options;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const key = sealingKeyOf(options);
  const path = (name: string) => join(directory, name);
  const read = (name: string) => (existsSync(path(name)) ? readFileSync(path(name)) : undefined);
  return Object.freeze({
    directory,
    durable,
    sealingKey: key,
    /** The next boot number, on the medium before it is used: it never repeats, which event identities rely on. */
    nextBoot: (): number => {
      const boot = Number(read('boot')?.toString() ?? 0) + 1;
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
      return { key: createPrivateKey({ key: Buffer.from(pkcs8, 'base64'), format: 'der', type: 'pkcs8' }), chain };
    },
    /** Key and certificate go in together: a renewal cut short leaves the old pair. */
    saveIdentity: ({ key: own, chain }: Identity): void => {
      const pkcs8 = own.export({ format: 'der', type: 'pkcs8' }).toString('base64');
      writeAtomically(path('identity'), seal(key, 'identity', Buffer.from(JSON.stringify({ pkcs8, chain }))), durable);
    },
  });
}
export type State = ReturnType<typeof openState>;
