import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { algorithmOf, readDetachedJws, readVexText, thumbprint, verifyDetached } from '@bulkhead/advisories';
import { Problem } from '@bulkhead/kernel';
import type { Command } from 'commander';
import { CliError } from '../error.ts';
import { addNotes } from '../notes.ts';
import { writeRecord } from '../output/record.ts';
import type { Format } from '../output/rows.ts';
import { type Environment, textOption } from './environment.ts';
import { outputOption } from './rows-command.ts';

/** `vex verify`: checks on this machine that a document is what the owner of a key signed; no platform is asked. */
export function addVexVerify({ terminal }: Environment, noun: Command): void {
  const command = noun
    .command('verify')
    .description('Check the detached signature of a VEX document, without asking a platform')
    .argument('<file>', 'The document, exactly as it was received')
    .requiredOption('--signature <file>', 'File with the detached JWS (RFC 7515 appendix F)')
    .requiredOption('--key <file>', 'Public key of the author in PEM: Ed25519 or P-256')
    .addOption(outputOption());
  addNotes(command, {
    examples: ['bulkhead vex verify ours.openvex.json --signature ours.jws --key bulkhead.pem'],
    more: {
      'What is proved': ['That the owner of the key signed these very bytes. Exit code 7 when it does not fit.'],
    },
  });
  command.action(async (file: string) => {
    const [bytes, jws] = [
      read(file),
      readDetachedJws(
        read(textOption(command, 'signature') ?? '')
          .toString()
          .trim(),
      ),
    ];
    const key = readKey(textOption(command, 'key') ?? '');
    const fault = jws
      ? faultOf(jws.keyId, key, verifyDetached(jws, bytes, key))
      : 'The signature is no detached JWS by EdDSA or ES256';
    const report = { ok: fault === null, fault, keyId: thumbprint(key), ...contentsOf(bytes) };
    const format = (textOption(command, 'output') ?? (terminal.outIsTerminal ? 'table' : 'json')) as Format;
    await writeRecord(terminal, format, reportSchema, report);
    if (fault !== null) throw new CliError('cli.policy', fault);
  });
}

const reportSchema = {
  type: 'object',
  properties: Object.fromEntries(['ok', 'fault', 'keyId', 'format', 'author', 'statements'].map((name) => [name, {}])),
};

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    throw new CliError('cli.usage', `The file ${path} cannot be read`);
  }
}

function readKey(path: string): KeyObject {
  try {
    const key = createPublicKey(read(path));
    if (algorithmOf(key)) return key;
  } catch (error) {
    if (error instanceof CliError) throw error;
  }
  throw new CliError('cli.usage', `${path} holds no Ed25519 or P-256 public key in PEM`);
}

function faultOf(keyId: string, key: KeyObject, isValid: boolean): string | null {
  if (isValid) return null;
  return keyId === thumbprint(key)
    ? 'The signature does not fit: the document is not what was signed'
    : `The signature names another key (${keyId.slice(0, 100)})`;
}

/** What the document says of itself; a signature may be good on what is no VEX. */
function contentsOf(bytes: Buffer) {
  try {
    const statements = readVexText(bytes, { author: 'unnamed', at: '1970-01-01T00:00:00.000Z' });
    return {
      format: statements[0]?.format ?? null,
      author: statements[0]?.author ?? null,
      statements: statements.length,
    };
  } catch (error) {
    if (error instanceof Problem) return { format: null, author: null, statements: 0 };
    throw error;
  }
}
