import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import {
  emptyRoot,
  formatCheckpoint,
  formatNoteKey,
  leafHash,
  noteKey,
  parseCheckpoint,
  parseNoteKey,
  signCheckpoint,
  signNote,
  verifyCheckpoint,
  verifyNote,
} from './index.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const key = noteKey('fleet.example/audit', publicKey);

test('the note of the Go documentation (golang.org/x/mod/sumdb/note) is read, verified and written alike', () => {
  const verifier = parseNoteKey('PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW');
  // The secret key of the same documentation: PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz
  const seed = Buffer.from('AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz', 'base64').subarray(1);
  const secret = createPrivateKey({
    key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]),
    format: 'der',
    type: 'pkcs8',
  });
  const text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
  const signed = `${text}\n\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`;

  assert.equal(verifyNote(signed, verifier), text);
  assert.equal(signNote(text, 'PeterNeumann', secret), signed);
  assert.equal(
    formatNoteKey(noteKey('PeterNeumann', secret)),
    'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
  );
});

test('a checkpoint survives formatting, signing and verification', () => {
  const checkpoint = {
    origin: 'fleet.example/audit',
    size: 42,
    root: leafHash('x'),
    extensions: ['2026-01-01T00:00:00Z'],
  };

  const read = verifyCheckpoint(signCheckpoint(checkpoint, privateKey), parseNoteKey(formatNoteKey(key)));

  assert.deepEqual({ ...read, root: Buffer.from(read.root) }, { ...checkpoint, root: Buffer.from(checkpoint.root) });
  assert.equal(
    formatCheckpoint({ origin: 'o', size: 0, root: emptyRoot() }),
    'o\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n',
  );
});

test('a changed text, another key, another log and a missing signature are refused', () => {
  const note = signCheckpoint({ origin: key.name, size: 42, root: leafHash('x') }, privateKey);
  const stranger = generateKeyPairSync('ed25519');

  assert.throws(() => verifyCheckpoint(note.replace('\n42\n', '\n41\n'), key), { code: 'merkle.bad-signature' });
  assert.throws(() => verifyCheckpoint(note, noteKey(key.name, stranger.publicKey)), { code: 'merkle.bad-signature' });
  assert.throws(
    () =>
      verifyCheckpoint(
        signNote('other.example/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n', key.name, privateKey),
        key,
      ),
    { code: 'merkle.bad-checkpoint' },
  );
  assert.throws(() => verifyNote('text without signature\n', key), { code: 'merkle.bad-note' });
  assert.throws(() => verifyNote('text\n\nno dash\n', key), { code: 'merkle.bad-note' });
});

test('signatures of witnesses beside that of the log are ignored', () => {
  const note = signCheckpoint({ origin: key.name, size: 1, root: leafHash('x') }, privateKey);
  const witness = signNote(
    note.slice(0, note.indexOf('\n\n') + 1),
    'witness.example',
    generateKeyPairSync('ed25519').privateKey,
  );
  const both = `${note}${witness.slice(witness.indexOf('\n\n') + 2)}`;

  assert.equal(verifyCheckpoint(both, key).size, 1);
});

test('malformed checkpoints and keys are refused', () => {
  for (const text of [
    '',
    'o\n1\n',
    'o\n01\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n',
    'o\n-1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n',
    'o\n1\nAAAA\n',
    'o\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\nx\n',
  ]) {
    assert.throws(() => parseCheckpoint(text), { code: 'merkle.bad-checkpoint' }, JSON.stringify(text));
  }
  assert.throws(() => parseNoteKey('PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'), {
    code: 'merkle.bad-key',
  });
  assert.throws(() => noteKey('two words', publicKey), { code: 'merkle.bad-key' });
  assert.throws(() => noteKey('name', generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey), {
    code: 'merkle.bad-key',
  });
});
