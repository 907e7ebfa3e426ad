import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { MerkleError } from './error.ts';

/** Signature type of Ed25519 in C2SP signed-note. */
const ed25519Type = 0x01;
const longestNote = 64 * 1024;
const mostSignatures = 16;

/** Verifies notes of one signer: `name+hash+key`, as Go's sumdb/note and C2SP write it. */
export interface NoteKey {
  readonly name: string;
  readonly id: number;
  readonly publicKey: KeyObject;
}

/** @throws MerkleError `merkle.bad-key` for a name with spaces or `+`, or a key that is not Ed25519 */
export function noteKey(name: string, key: KeyObject): NoteKey {
  if (!/^[^\s+\u2014]{1,200}$/u.test(name))
    throw new MerkleError('merkle.bad-key', `"${name}" cannot name a signer: no spaces and no plus sign`);
  if (key.asymmetricKeyType !== 'ed25519')
    throw new MerkleError('merkle.bad-key', 'Notes are signed with Ed25519: use such a key');
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return Object.freeze({ name, id: keyId(name, rawKey(publicKey)), publicKey });
}

/** The text form in which a verifier key is handed to others: `<name>+<hash>+<base64(0x01 || key)>`. */
export function formatNoteKey({ name, id, publicKey }: NoteKey): string {
  const typed = Buffer.concat([Uint8Array.of(ed25519Type), rawKey(publicKey)]);
  return `${name}+${id.toString(16).padStart(8, '0')}+${typed.toString('base64')}`;
}

/** @throws MerkleError `merkle.bad-key` */
export function parseNoteKey(text: string): NoteKey {
  const match = /^([^\s+]{1,200})\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})$/.exec(text.trim());
  const typed = Buffer.from(match?.[3] ?? '', 'base64');
  if (!match?.[1] || typed.length !== 33 || typed[0] !== ed25519Type) {
    throw new MerkleError('merkle.bad-key', 'This is no verifier key of the form name+hash+base64 for Ed25519');
  }
  const x = typed.subarray(1).toString('base64url');
  const key = noteKey(match[1], createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' }));
  if (key.id !== Number.parseInt(match[2] ?? '', 16))
    throw new MerkleError('merkle.bad-key', 'The hash in the verifier key does not fit: copy it again');
  return key;
}

/** Signs a text that ends in a newline (C2SP signed-note): text, empty line, `— name base64(key id || signature)`. */
export function signNote(text: string, name: string, privateKey: KeyObject): string {
  assertText(text);
  const { id } = noteKey(name, privateKey);
  const signature = sign(null, Buffer.from(text), privateKey);
  return `${text}\n\u2014 ${name} ${Buffer.concat([uint32(id), signature]).toString('base64')}\n`;
}

/**
 * Returns the text of a note that the key has signed. Signatures of others are ignored, as the specification asks.
 * @throws MerkleError `merkle.bad-note`, `merkle.bad-signature`
 */
export function verifyNote(note: string, key: NoteKey): string {
  if (note.length > longestNote) throw new MerkleError('merkle.bad-note', 'The note is longer than 64 KiB');
  const split = note.lastIndexOf('\n\n');
  if (split < 0 || !note.endsWith('\n'))
    throw new MerkleError('merkle.bad-note', 'The note has no signatures after an empty line');
  const text = note.slice(0, split + 1);
  assertText(text);
  const lines = note.slice(split + 2, -1).split('\n');
  if (lines.length > mostSignatures)
    throw new MerkleError('merkle.bad-note', `The note has more than ${mostSignatures} signatures`);
  const signatures = lines.map(parseSignature).filter(({ name, id }) => name === key.name && id === key.id);
  if (signatures.length === 0)
    throw new MerkleError('merkle.bad-signature', `The note carries no signature of ${key.name}`);
  if (!signatures.every(({ signature }) => verify(null, Buffer.from(text), key.publicKey, signature))) {
    throw new MerkleError('merkle.bad-signature', `The signature of ${key.name} does not fit the note`);
  }
  return text;
}

function parseSignature(line: string): { name: string; id: number; signature: Uint8Array } {
  const match = /^\u2014 ([^\s+]{1,200}) ([A-Za-z0-9+/]{8,20000}={0,2})$/u.exec(line);
  const bytes = Buffer.from(match?.[2] ?? '', 'base64');
  if (!match?.[1] || bytes.length < 5) throw new MerkleError('merkle.bad-note', 'A signature line is malformed');
  return { name: match[1], id: bytes.readUInt32BE(0), signature: bytes.subarray(4) };
}

/** No control characters but newline; the text ends in one. */
function assertText(text: string): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (!text.endsWith('\n') || /[\u0000-\u0009\u000b-\u001f]/.test(text) || !text.isWellFormed()) {
    throw new MerkleError('merkle.bad-note', 'The text of a note ends in a newline and has no control characters');
  }
}

/** The first four bytes of SHA-256(name || 0x0A || type || key). */
function keyId(name: string, raw: Uint8Array): number {
  return createHash('sha256')
    .update(`${name}\n`)
    .update(Uint8Array.of(ed25519Type))
    .update(raw)
    .digest()
    .readUInt32BE(0);
}

function rawKey(publicKey: KeyObject): Uint8Array {
  return Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
}

function uint32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
