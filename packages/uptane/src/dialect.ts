import type { Json } from '@bulkhead/kernel';
import { profileA } from './dialect-a/profile.ts';
import { profileB } from './dialect-b/profile.ts';
import { objectAt, refuse, textAt } from './json/fields.ts';
import { inside, top } from './json/place.ts';
import { type JsonObject, readJsonObject } from './json/read-json.ts';
import type { EcuReport, Manifest } from './model/manifest.ts';
import type { Root } from './model/root.ts';
import type { DialectName, Signature, SignedFile } from './model/signed.ts';
import type { Snapshot, Timestamp } from './model/snapshot.ts';
import type { Targets } from './model/targets.ts';
import { signedPlace } from './wire/common.ts';
import { readEnvelope } from './wire/envelope.ts';
import { readManifest, writeManifest, writeReport } from './wire/manifest.ts';
import type { Caps, Profile } from './wire/profile.ts';
import { readRoot, writeRoot } from './wire/root.ts';
import { readSnapshot, readTimestamp, writeSnapshot, writeTimestamp } from './wire/snapshot.ts';
import { readTargets, writeTargets } from './wire/targets.ts';

export type Payload = Root | Targets | Snapshot | Timestamp | Manifest | EcuReport;

/** One wire form of the model. Every reader takes the most bytes it may read, else the cap of the role. */
export interface Dialect {
  readonly name: DialectName;
  readonly caps: Caps;
  readonly hashesCanonicalForm: boolean;
  readonly typeWords: Profile['typeWords'];
  readonly specVersion: string | undefined;
  readRoot(bytes: Uint8Array, maxBytes?: number): SignedFile<Root>;
  readTargets(bytes: Uint8Array, maxBytes?: number): SignedFile<Targets>;
  readSnapshot(bytes: Uint8Array, maxBytes?: number): SignedFile<Snapshot>;
  readTimestamp(bytes: Uint8Array, maxBytes?: number): SignedFile<Timestamp>;
  readManifest(bytes: Uint8Array, maxBytes?: number): SignedFile<Manifest>;
  /** The payload as JSON, before it is signed. */
  payloadOf(payload: Payload): JsonObject;
  /** The bytes that are signed. */
  canonical(value: Json): string;
  signatureJson(signature: Signature): JsonObject;
  /** Where a repository serves a file of a role, below its metadata address. Role names need no percent-encoding. */
  path(role: string, version: number): string;
}

function createDialect(profile: Profile): Dialect {
  const { caps } = profile;
  const reader =
    <T>(cap: number, rule: 'ascii' | 'nfc', read: (payload: JsonObject, profile: Profile) => T) =>
    (bytes: Uint8Array, maxBytes = cap) =>
      readEnvelope(bytes, { maxBytes: Math.min(cap, maxBytes), rule, profile }, (payload) => read(payload, profile));
  return Object.freeze({
    name: profile.name,
    caps,
    hashesCanonicalForm: profile.hashesCanonicalForm,
    typeWords: profile.typeWords,
    specVersion: profile.specVersion,
    readRoot: reader(caps.root, 'ascii', readRoot),
    readTargets: reader(caps.imageTargets, 'ascii', readTargets),
    readSnapshot: reader(caps.snapshot, 'ascii', readSnapshot),
    readTimestamp: reader(caps.timestamp, 'ascii', readTimestamp),
    // What a vehicle says about itself may be in its user's language.
    readManifest: reader(caps.manifest, 'nfc', readManifest),
    payloadOf: (payload: Payload) => writePayload(payload, profile),
    canonical: profile.canonical,
    signatureJson: profile.writeSignature,
    path: profile.path,
  });
}

function writePayload(payload: Payload, profile: Profile): JsonObject {
  if (!('type' in payload)) return writeReport(payload);
  switch (payload.type) {
    case 'root':
      return writeRoot(payload, profile);
    case 'targets':
      return writeTargets(payload, profile);
    case 'snapshot':
      return writeSnapshot(payload, profile);
    case 'timestamp':
      return writeTimestamp(payload, profile);
    case 'manifest':
      return writeManifest(payload);
  }
}

/** aktualizr's JSON. */
export const dialectA: Dialect = createDialect(profileA);
/** TUF 1.0. */
export const dialectB: Dialect = createDialect(profileB);

export function dialectOf(name: DialectName): Dialect {
  return name === 'a' ? dialectA : dialectB;
}

/**
 * The dialect a file is written in, by its `_type`; the file is still to be read.
 * @throws UptaneError when it is no metadata at all
 */
export function detectDialect(bytes: Uint8Array): DialectName {
  const json = readJsonObject(bytes, profileA.caps.imageTargets, 'ascii');
  const type = textAt(objectAt(json, 'signed', top), '_type', signedPlace);
  if (Object.values(profileA.typeWords).includes(type)) return 'a';
  if (Object.values(profileB.typeWords).includes(type)) return 'b';
  throw refuse(inside(signedPlace, '_type'), 'is no role of a repository', 'uptane.wrong-role');
}

/** The largest file of each role that every client takes: the lower of the two dialects' caps. */
export const publishCaps: Caps = Object.freeze({
  root: Math.min(profileA.caps.root, profileB.caps.root),
  timestamp: Math.min(profileA.caps.timestamp, profileB.caps.timestamp),
  snapshot: Math.min(profileA.caps.snapshot, profileB.caps.snapshot),
  directorTargets: Math.min(profileA.caps.directorTargets, profileB.caps.directorTargets),
  imageTargets: Math.min(profileA.caps.imageTargets, profileB.caps.imageTargets),
  manifest: Math.min(profileA.caps.manifest, profileB.caps.manifest),
});
