import { hash } from 'node:crypto';
import type { Json } from '@bulkhead/kernel';
import { compactJson } from '../canonical-json.ts';
import { dialectOf, publishCaps } from '../dialect.ts';
import { UptaneError } from '../error.ts';
import type { Signer } from '../keys/signer.ts';
import type { DialectName } from '../model/signed.ts';
import { expiryOf, versionRange } from '../wire/common.ts';
import { type DirectorTarget, directorTargetsText } from './director-targets.ts';
import { createTextSigner, type TextSigner } from './sign-text.ts';

export type SetRole = 'targets' | 'snapshot' | 'timestamp';

export interface DirectorSetInput {
  readonly vehicleId: string;
  /** Empty: nothing to install. An update is cancelled by naming what is installed, not by an empty list. */
  readonly targets: readonly DirectorTarget[];
  readonly correlationId?: string | undefined;
  /** Further members of `signed.custom`, signed also where the targets are empty; whole numbers and ASCII only. */
  readonly custom?: Readonly<Record<string, Json>> | undefined;
  /** Each higher than at the vehicle's set before: a change without it is not stored by clients. */
  readonly versions: Readonly<Record<SetRole, number>>;
  readonly expires: Readonly<Record<SetRole, Date>>;
}

/** What a Director serves to one vehicle besides its root, ready as bytes. */
export type DirectorSet = Readonly<Record<SetRole, Buffer>>;

/** The online keys of a Director; all of those given for a role sign. */
export type DirectorKeys = Readonly<Record<SetRole, readonly Signer[]>>;

export interface Director {
  /**
   * One set for one vehicle (Uptane 5.3.2.1).
   * @throws UptaneError `uptane.too-large` above the size every client takes, `uptane.duplicate-ecu`,
   * `uptane.wrong-value`, `uptane.bad-text`
   */
  createSet(input: DirectorSetInput): DirectorSet;
}

/** Prepares a Director for one dialect; it then signs thousands of sets a second. @throws UptaneError `uptane.bad-key` */
export function createDirector(keys: DirectorKeys, dialect: DialectName): Director {
  const signers: SetSigners = {
    targets: createTextSigner(keys.targets, dialect),
    snapshot: createTextSigner(keys.snapshot, dialect),
    timestamp: createTextSigner(keys.timestamp, dialect),
  };
  return Object.freeze({
    createSet: (input: DirectorSetInput) => setOf(dialect, input, { body: bodyOf(input), signers }),
  });
}

/**
 * The same set in both dialects: what they share is written once.
 * @throws UptaneError as `createSet`
 */
export function createDirectorSet(
  input: DirectorSetInput,
  keys: DirectorKeys,
): Readonly<Record<DialectName, DirectorSet>> {
  return { a: createDirector(keys, 'a').createSet(input), b: createDirector(keys, 'b').createSet(input) };
}

type SetSigners = Readonly<Record<SetRole, TextSigner>>;

/** What both dialects sign, as canonical text. */
interface Body {
  readonly custom: string;
  readonly targets: string;
}

function bodyOf({ vehicleId, correlationId, custom: more, targets }: DirectorSetInput): Body {
  // The vehicle is always named, so that no targets of it can be replayed to another (requirement S6)
  const custom = compactJson({ ...more, ...(correlationId === undefined ? {} : { correlationId }), vehicleId });
  return { custom, targets: directorTargetsText(targets) };
}

/** Timestamp over snapshot over targets (Uptane 5.2.3 to 5.2.5). */
function setOf(
  dialect: DialectName,
  input: DirectorSetInput,
  { body, signers }: { body: Body; signers: SetSigners },
): DirectorSet {
  const { versions } = input;
  const text = ascii(payload(dialect, 'targets', input, { custom: body.custom, targets: body.targets }));
  const targets = signers.targets.sign(text);
  requireSize(targets, input);
  // The hash keeps a stolen targets key from changing what the snapshot already speaks of
  const listed = `{"targets.json":{"hashes":{"sha256":"${sha256(targets)}"},"version":${versions.targets}}}`;
  const snapshot = signers.snapshot.sign(payload(dialect, 'snapshot', input, { meta: listed }));
  const meta = `"hashes":{"sha256":"${sha256(snapshot)}"},"length":${snapshot.length},"version":${versions.snapshot}`;
  const timestamp = signers.timestamp.sign(
    payload(dialect, 'timestamp', input, { meta: `{"snapshot.json":{${meta}}}` }),
  );
  return { targets, snapshot, timestamp };
}

interface Members {
  readonly custom?: string;
  readonly meta?: string;
  readonly targets?: string;
}

/** A payload with its members in canonical order. */
function payload(
  dialect: DialectName,
  role: SetRole,
  input: DirectorSetInput,
  { custom, meta, targets }: Members,
): string {
  const { typeWords, specVersion } = dialectOf(dialect);
  const version = input.versions[role];
  if (!Number.isInteger(version) || version < versionRange.min || version > versionRange.max)
    throw new UptaneError('uptane.wrong-value', role, `the version must be from 1 to ${versionRange.max}`);
  let text = `{"_type":"${typeWords[role]}"`;
  if (custom !== undefined) text += `,"custom":${custom}`;
  text += `,"expires":"${expiryOf(input.expires[role])}"`;
  if (meta !== undefined) text += `,"meta":${meta}`;
  if (specVersion !== undefined) text += `,"spec_version":"${specVersion}"`;
  if (targets !== undefined) text += `,"targets":${targets}`;
  return `${text},"version":${version}}`;
}

const sha256 = (bytes: Uint8Array): string => hash('sha256', bytes, 'hex');

/** With anything else the two canonical forms would differ. */
function ascii(text: string): string {
  if (/^[ -~]*$/.test(text)) return text;
  throw new UptaneError('uptane.bad-text', 'targets', 'names and values must be printable ASCII');
}

function requireSize({ length }: Uint8Array, { targets }: DirectorSetInput): void {
  const most = publishCaps.directorTargets;
  if (length <= most) return;
  const ecus = targets.reduce((count, target) => count + target.ecus.size, 0);
  const detail = `${ecus} ECUs need ${length} bytes, clients take ${most}; list sha256 only, or update fewer ECUs at once`;
  throw new UptaneError('uptane.too-large', 'targets', detail);
}
