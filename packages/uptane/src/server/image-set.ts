import { hash } from 'node:crypto';
import { compactJson } from '../canonical-json.ts';
import { type Dialect, dialectOf, publishCaps } from '../dialect.ts';
import { UptaneError } from '../error.ts';
import { noExtra } from '../json/fields.ts';
import type { Signer } from '../keys/signer.ts';
import type { KeyRing, RoleKeys, Root } from '../model/root.ts';
import type { Common, DialectName, SignedFile } from '../model/signed.ts';
import type { FileMeta, Snapshot } from '../model/snapshot.ts';
import type { Targets } from '../model/targets.ts';
import { signPayload } from '../signing/sign.ts';
import { requireThreshold } from '../signing/threshold.ts';
import { expiryOf, isExpired } from '../wire/common.ts';

export interface ImageSetInput {
  readonly dialect: DialectName;
  /** The repository's current root. */
  readonly root: Uint8Array;
  /** The targets files as their owners signed them offline: the repository's own, and one for each delegated role. */
  readonly targets: Uint8Array;
  readonly delegated: ReadonlyMap<string, Uint8Array>;
  /**
   * Delegated roles that may have expired: their files were published in time, and one supplier who is late must not
   * keep timestamp and snapshot of all others from being signed anew. Clients skip them.
   */
  readonly mayBeExpired?: ReadonlySet<string> | undefined;
  /** The snapshot published before; nothing it lists may disappear or go back. */
  readonly previous?: Uint8Array | undefined;
  readonly versions: Readonly<Record<'snapshot' | 'timestamp', number>>;
  readonly expires: Readonly<Record<'snapshot' | 'timestamp', Date>>;
  readonly now: Date;
  /** The online keys. */
  readonly keys: Readonly<Record<'snapshot' | 'timestamp', readonly Signer[]>>;
}

/** What an Image repository serves, by path below its metadata address. */
export type ImageSet = ReadonlyMap<string, Uint8Array>;

/**
 * Snapshot and timestamp over targets files that were signed offline (Uptane 5.3.1). Nothing is published that a client
 * would refuse: every file is read, its signatures counted, its expiry and size checked, and compared with what was
 * published before.
 * @throws UptaneError naming the file
 */
export function createImageSet(input: ImageSetInput): ImageSet {
  const dialect = dialectOf(input.dialect);
  const root = dialect.readRoot(input.root, publishCaps.root);
  requireThreshold(root, roleIn(root.signed, 'root'), root.signed.keys, 'root');
  requireUsable('root', root.signed, input.now);
  const files = collect(dialect, input, root.signed);
  const snapshot = snapshotOver(dialect, input, files);
  const snapshotBytes = sized('snapshot', signPayload(snapshot, dialect, input.keys.snapshot), publishCaps.snapshot);
  requireThreshold(dialect.readSnapshot(snapshotBytes), roleIn(root.signed, 'snapshot'), root.signed.keys, 'snapshot');
  const timestampBytes = timestampOver(dialect, input, snapshotBytes);
  requireThreshold(
    dialect.readTimestamp(timestampBytes),
    roleIn(root.signed, 'timestamp'),
    root.signed.keys,
    'timestamp',
  );
  return new Map([
    [dialect.path('root', root.signed.version), input.root],
    ...[...files].map(([role, { signed, bytes }]) => [dialect.path(role, signed.version), bytes] as const),
    [dialect.path('snapshot', input.versions.snapshot), snapshotBytes],
    [dialect.path('timestamp', input.versions.timestamp), timestampBytes],
  ]);
}

type TargetsFiles = ReadonlyMap<string, SignedFile<Targets>>;

function collect(dialect: Dialect, input: ImageSetInput, root: Root): TargetsFiles {
  const files = new Map<string, SignedFile<Targets>>();
  const read = (name: string, bytes: Uint8Array, role: RoleKeys, keys: KeyRing) => {
    const file = readTargets(dialect, name, bytes);
    requireThreshold(file, role, keys, name);
    if (!input.mayBeExpired?.has(name)) requireUsable(name, file.signed, input.now);
    files.set(name, file);
  };
  read('targets', input.targets, roleIn(root, 'targets'), root.keys);
  // A Map gives what is added while it is walked: delegatees of delegatees follow
  for (const [delegator, { signed }] of files) {
    for (const { roles } of signed.delegations?.list ?? []) {
      for (const role of roles) {
        requireStableName(role.name);
        const bytes = input.delegated.get(role.name);
        if (!bytes)
          throw new UptaneError(
            'uptane.missing-field',
            role.name,
            `${delegator} delegates to it; publish its targets file too, empty at first`,
          );
        read(role.name, bytes, role, signed.delegations?.keys ?? new Map());
      }
    }
  }
  const stray = [...input.delegated.keys()].find((name) => !files.has(name));
  if (stray === undefined) return files;
  // A role that lost its delegation stays listed (requirement C10), but no client asks for it.
  for (const [name, bytes] of input.delegated) if (!files.has(name)) files.set(name, readTargets(dialect, name, bytes));
  return files;
}

/** TUF clients that keep roles in an object put such names first, and then find another text than was signed (tuf-js). */
function requireStableName(name: string): void {
  if (/^\d+$/.test(name))
    throw new UptaneError(
      'uptane.wrong-value',
      name,
      'give the role a name that is not a number; some clients would reorder it',
    );
}

function readTargets(dialect: Dialect, name: string, bytes: Uint8Array): SignedFile<Targets> {
  try {
    const file = dialect.readTargets(bytes, publishCaps.imageTargets);
    // Dialect A's client hashes the canonical form, so that is what must be served, however the owner wrote the file
    return dialect.hashesCanonicalForm ? { ...file, bytes: Buffer.from(compactJson(file.received)) } : file;
  } catch (error) {
    if (!(error instanceof UptaneError)) throw error;
    const code = error.code === 'uptane.endless-data' ? 'uptane.too-large' : error.code;
    throw new UptaneError(code, name, error.message, error);
  }
}

function requireUsable(name: string, signed: Common, now: Date): void {
  if (isExpired(signed, now))
    throw new UptaneError('uptane.freeze', name, `expired at ${signed.expires}; have it signed anew`);
}

function roleIn(root: Root, role: 'root' | 'targets' | 'snapshot' | 'timestamp'): RoleKeys {
  return root.roles.get(role) as RoleKeys; // a root that was read has all four
}

function snapshotOver(dialect: Dialect, input: ImageSetInput, files: TargetsFiles): Snapshot {
  const meta = new Map(
    [...files].map(([name, { signed, bytes }]) => [`${name}.json`, metaOf(signed.version, bytes)] as const),
  );
  const version = input.versions.snapshot;
  if (input.previous) requireSuccessor(dialect.readSnapshot(input.previous).signed, version, meta);
  return { type: 'snapshot', version, expires: expiryOf(input.expires.snapshot), meta, extra: noExtra };
}

function requireSuccessor(previous: Snapshot, version: number, meta: ReadonlyMap<string, FileMeta>): void {
  if (version <= previous.version)
    throw new UptaneError('uptane.rollback', 'snapshot', `version ${version} does not follow ${previous.version}`);
  for (const [name, before] of previous.meta) {
    const after = meta.get(name);
    if (!after)
      throw new UptaneError(
        'uptane.rollback',
        name,
        'was published before and may not disappear; clients would refuse',
      );
    if (after.version < before.version)
      throw new UptaneError('uptane.rollback', name, `version ${after.version} does not follow ${before.version}`);
    if (
      after.version === before.version &&
      after.hashes?.get('sha256') !== (before.hashes?.get('sha256') ?? after.hashes?.get('sha256'))
    )
      throw new UptaneError(
        'uptane.mix-and-match',
        name,
        `another file was published as version ${before.version}; raise the version`,
      );
  }
}

function timestampOver(dialect: Dialect, input: ImageSetInput, snapshot: Uint8Array): Uint8Array {
  const { versions, expires, keys } = input;
  const meta = { ...metaOf(versions.snapshot, snapshot), length: snapshot.length };
  const common = { version: versions.timestamp, expires: expiryOf(expires.timestamp), extra: noExtra };
  const bytes = signPayload({ type: 'timestamp', ...common, snapshot: meta }, dialect, keys.timestamp);
  return sized('timestamp', bytes, publishCaps.timestamp);
}

function metaOf(version: number, bytes: Uint8Array): FileMeta {
  return { version, length: undefined, hashes: new Map([['sha256', hash('sha256', bytes, 'hex')]]), extra: noExtra };
}

function sized(name: string, bytes: Uint8Array, most: number): Uint8Array {
  if (bytes.length <= most) return bytes;
  throw new UptaneError('uptane.too-large', name, `${bytes.length} bytes; clients take ${most}`);
}
