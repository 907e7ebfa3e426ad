import type { Json } from '@bulkhead/kernel';
import type { Place } from '../json/place.ts';
import type { JsonObject } from '../json/read-json.ts';
import type { PublicKey } from '../keys/public-key.ts';
import type { DialectName, Signature, TopRole } from '../model/signed.ts';

/** Bytes of a file of each role that a client of the dialect takes. */
export interface Caps {
  readonly root: number;
  readonly timestamp: number;
  readonly snapshot: number;
  readonly directorTargets: number;
  readonly imageTargets: number;
  readonly manifest: number;
}

/** Everything in which the two dialects differ; what they share stands in the readers and writers of this folder. */
export interface Profile {
  readonly name: DialectName;
  readonly typeWords: Readonly<Record<TopRole, string>>;
  /** The version of the specification that payloads must name; none in dialect A. */
  readonly specVersion: string | undefined;
  /** Whether the hash of a file is taken over its canonical form (A) or over its bytes (B). */
  readonly hashesCanonicalForm: boolean;
  /** What a timestamp must say about the snapshot besides the version. */
  readonly timestampNeedsHash: boolean;
  readonly caps: Caps;
  canonical(value: Json): string;
  readSignature(signature: JsonObject, at: Place): Signature;
  writeSignature(signature: Signature): JsonObject;
  readKey(key: JsonObject, at: Place): PublicKey;
  writeKey(key: PublicKey): JsonObject;
  /** Where a repository serves a file of a role, below its metadata address. */
  path(role: string, version: number): string;
}
