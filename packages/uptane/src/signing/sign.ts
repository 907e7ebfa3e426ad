import { compactJson } from '../canonical-json.ts';
import { type Dialect, dialectOf, type Payload } from '../dialect.ts';
import { UptaneError } from '../error.ts';
import { type Extra, noExtra } from '../json/fields.ts';
import type { JsonObject } from '../json/read-json.ts';
import type { Signer } from '../keys/signer.ts';
import type { DialectName, Signature, SignedFile } from '../model/signed.ts';
import { envelopeBytes } from '../wire/envelope.ts';

/** One signature over the bytes of a payload, as the dialect writes it. */
export function signatureBy(
  signer: Signer,
  message: Uint8Array,
  dialect: DialectName,
  extra: Extra = noExtra,
): Signature {
  return { keyId: signer.keyId, method: methodOf(signer, dialect), bytes: signer.sign(message), extra };
}

export function methodOf({ key }: Signer, dialect: DialectName): string | undefined {
  if (dialect === 'b') return undefined;
  if (key.type === 'ed25519') return 'ed25519';
  if (key.type === 'rsa') return 'rsassa-pss';
  throw new UptaneError('uptane.bad-key', '', 'dialect A has no signatures of ECDSA keys; use ed25519');
}

/**
 * Writes and signs a payload. The bytes are what is served, in dialect A also the canonical form that hashes are taken over.
 * @throws UptaneError `uptane.bad-text` when a signed string is not printable ASCII, `uptane.bad-key`
 */
export function signPayload(payload: Payload, dialect: Dialect, signers: readonly Signer[]): Uint8Array {
  const json = dialect.payloadOf(payload);
  const message = Buffer.from(dialect.canonical(json));
  const signatures = signers.map((signer) => dialect.signatureJson(signatureBy(signer, message, dialect.name)));
  return envelopeBytes(json, signatures);
}

/**
 * Adds a signature to a document as it was received: nothing that this code does not know is lost. A signature of the
 * same key id is replaced.
 */
export function addSignature<T>(file: SignedFile<T>, signer: Signer): Uint8Array {
  const dialect = dialectOf(file.dialect);
  const kept = file.signatures.filter(({ keyId }) => keyId !== signer.keyId);
  const all = [...kept, signatureBy(signer, file.message, file.dialect)];
  return withSignatures(file.received, all.map(dialect.signatureJson));
}

function withSignatures(received: JsonObject, signatures: readonly JsonObject[]): Uint8Array {
  return Buffer.from(compactJson(Object.fromEntries([...Object.entries(received), ['signatures', signatures]])));
}
