import type { KeyObject } from 'node:crypto';
import { MerkleError } from './error.ts';
import { type Hash, hashLength } from './hash.ts';
import { type NoteKey, signNote, verifyNote } from './note.ts';

/** The head of a log at one moment (C2SP tlog-checkpoint). */
export interface Checkpoint {
  /** Names the log, as a URL without scheme: `fleet.example/audit`. */
  readonly origin: string;
  readonly size: number;
  readonly root: Hash;
  /** Further lines, such as a time. */
  readonly extensions?: readonly string[];
}

/** The text that is signed: origin, size in decimal, root in base64, then extension lines. */
export function formatCheckpoint({ origin, size, root, extensions = [] }: Checkpoint): string {
  const lines = [origin, ...extensions];
  const sound =
    Number.isSafeInteger(size) &&
    size >= 0 &&
    root.length === hashLength &&
    lines.every((line) => line !== '' && !line.includes('\n'));
  if (!sound)
    throw new MerkleError(
      'merkle.bad-checkpoint',
      'A checkpoint has an origin, a size, a root of 32 bytes and no empty lines',
    );
  return `${[origin, String(size), Buffer.from(root).toString('base64'), ...extensions].join('\n')}\n`;
}

/** @throws MerkleError `merkle.bad-checkpoint` */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin = '', size = '', root = '', ...extensions] = text.slice(0, -1).split('\n');
  const hash = Buffer.from(root, 'base64');
  const sound =
    text.endsWith('\n') &&
    origin !== '' &&
    /^(0|[1-9]\d{0,15})$/.test(size) &&
    Number.isSafeInteger(Number(size)) &&
    hash.length === hashLength &&
    hash.toString('base64') === root &&
    !extensions.includes('');
  if (!sound)
    throw new MerkleError(
      'merkle.bad-checkpoint',
      'This is no checkpoint: expected origin, size and root on lines of their own',
    );
  return { origin, size: Number(size), root: hash, extensions };
}

/** The checkpoint as a signed note; the signer's name is the origin, as tlog-checkpoint recommends. */
export function signCheckpoint(checkpoint: Checkpoint, privateKey: KeyObject): string {
  return signNote(formatCheckpoint(checkpoint), checkpoint.origin, privateKey);
}

/** The checkpoint in a note that the log's key has signed. @throws MerkleError also if it is of another log */
export function verifyCheckpoint(note: string, key: NoteKey): Checkpoint {
  const checkpoint = parseCheckpoint(verifyNote(note, key));
  if (checkpoint.origin !== key.name)
    throw new MerkleError('merkle.bad-checkpoint', `The checkpoint is of ${checkpoint.origin}, not of ${key.name}`);
  return checkpoint;
}
