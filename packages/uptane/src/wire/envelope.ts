import { compactJson } from '../canonical-json.ts';
import { asObject, listAt, objectAt, objectOf, refuse } from '../json/fields.ts';
import { inside, type Place, top } from '../json/place.ts';
import { type JsonObject, readJsonObject } from '../json/read-json.ts';
import type { TextRule } from '../json/scan-json.ts';
import type { Signature, SignedFile } from '../model/signed.ts';
import type { Profile } from './profile.ts';

const mostSignatures = 256;

/** Reads payload and signatures of a document; the payload by the reader of its role. */
export function readEnvelope<T>(
  bytes: Uint8Array,
  { maxBytes, rule, profile }: { maxBytes: number; rule: TextRule; profile: Profile },
  readPayload: (payload: JsonObject) => T,
): SignedFile<T> {
  return openEnvelope(readJsonObject(bytes, maxBytes, rule), top, profile, readPayload, bytes);
}

/** The same for a document inside another: the reports in a manifest. */
export function openEnvelope<T>(
  received: JsonObject,
  at: Place,
  profile: Profile,
  readPayload: (payload: JsonObject) => T,
  bytes?: Uint8Array,
): SignedFile<T> {
  const payload = objectAt(received, 'signed', at);
  return {
    dialect: profile.name,
    signed: readPayload(payload),
    signatures: readSignatures(received, at, profile),
    message: Buffer.from(profile.canonical(payload)),
    received,
    bytes: bytes ?? Buffer.from(compactJson(received)),
  };
}

function readSignatures(received: JsonObject, at: Place, profile: Profile): readonly Signature[] {
  const place = inside(at, 'signatures');
  const seen = new Set<string>();
  return listAt(received, 'signatures', at, mostSignatures).map((entry, i) => {
    const here = inside(place, i);
    const signature = profile.readSignature(asObject(entry, here), here);
    // Dialect A's client refuses the whole file, and so do the TUF reference clients: nobody may count it twice.
    if (seen.has(signature.keyId)) throw refuse(inside(here, 'keyid'), 'this key id has signed before in this file');
    seen.add(signature.keyId);
    return signature;
  });
}

/** The document of a payload and its signatures: compact, sorted, so that in dialect A the bytes are the canonical form. */
export function envelopeBytes(payload: JsonObject, signatures: readonly JsonObject[]): Uint8Array {
  return Buffer.from(
    compactJson(
      objectOf([
        ['signatures', signatures],
        ['signed', payload],
      ]),
    ),
  );
}
