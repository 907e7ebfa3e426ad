import { dialectOf, publishCaps } from '../dialect.ts';
import { UptaneError } from '../error.ts';
import { noExtra } from '../json/fields.ts';
import { keyIdOf } from '../keys/key-id.ts';
import type { PublicKey } from '../keys/public-key.ts';
import type { Signer } from '../keys/signer.ts';
import type { RoleKeys, Root } from '../model/root.ts';
import { type DialectName, type SignedFile, type TopRole, topRoles } from '../model/signed.ts';
import { addSignature } from '../signing/sign.ts';
import { meetsThreshold, type SignatureState, signatureState } from '../signing/threshold.ts';
import { expiryOf } from '../wire/common.ts';
import { envelopeBytes } from '../wire/envelope.ts';

export interface RolePlan {
  readonly keys: readonly PublicKey[];
  readonly threshold: number;
}

export interface RootPlan {
  readonly expires: Date;
  readonly roles: Readonly<Record<TopRole, RolePlan>>;
}

/**
 * The payload of a first root, still to be signed.
 * @throws UptaneError `uptane.wrong-value` when a threshold cannot be met or one key is meant for two roles
 */
export function createRoot(plan: RootPlan, dialect: DialectName): Uint8Array {
  return unsigned(rootOf(plan, 1), dialect);
}

export interface RootChange {
  readonly expires: Date;
  /** The roles whose keys or threshold change; the others stay. */
  readonly roles?: Partial<Readonly<Record<TopRole, RolePlan>>> | undefined;
}

/**
 * The payload of the next root, to be signed by a threshold of the keys of this one *and* of its own (Uptane 5.4.4.3).
 * @throws UptaneError as `createRoot`
 */
export function rotateRoot(current: SignedFile<Root>, change: RootChange): Uint8Array {
  const roles = Object.fromEntries(
    topRoles.map((role) => [role, change.roles?.[role] ?? planOf(current.signed, role)]),
  );
  const plan = { expires: change.expires, roles: roles as Record<TopRole, RolePlan> };
  const next = rootOf(plan, current.signed.version + 1);
  const { otherRoles, consistentSnapshot, extra } = current.signed;
  return unsigned({ ...next, otherRoles, consistentSnapshot, extra }, current.dialect);
}

function planOf(root: Root, role: TopRole): RolePlan {
  const { keyIds, threshold } = root.roles.get(role) as RoleKeys;
  return { keys: keyIds.map((keyId) => root.keys.get(keyId) as PublicKey), threshold };
}

function rootOf({ expires, roles }: RootPlan, version: number): Root {
  const owners = new Map<string, TopRole>();
  const keys = new Map<string, PublicKey>();
  const wired = topRoles.map((role) => {
    const plan = roles[role];
    for (const key of plan.keys) claim(key, role, owners);
    for (const key of plan.keys) keys.set(keyIdOf(key), key);
    if (!Number.isInteger(plan.threshold) || plan.threshold < 1 || plan.threshold > plan.keys.length)
      throw new UptaneError(
        'uptane.wrong-value',
        role,
        `a threshold of ${plan.threshold} does not fit ${plan.keys.length} keys`,
      );
    return [role, { keyIds: plan.keys.map(keyIdOf), threshold: plan.threshold, extra: noExtra }] as const;
  });
  const common = { version, expires: expiryOf(expires), otherRoles: noExtra, extra: noExtra };
  return { type: 'root', ...common, keys, roles: new Map(wired), consistentSnapshot: undefined };
}

/** One key is never used for two roles: its loss would cost both (Uptane deployment guidance on keys). */
function claim(key: PublicKey, role: TopRole, owners: Map<string, TopRole>): void {
  const owner = owners.get(key.identity);
  if (owner !== undefined)
    throw new UptaneError(
      'uptane.wrong-value',
      role,
      `the key ${keyIdOf(key).slice(0, 16)} is used for ${owner} already`,
    );
  owners.set(key.identity, role);
}

function unsigned(root: Root, dialect: DialectName): Uint8Array {
  const wire = dialectOf(dialect);
  const bytes = envelopeBytes(wire.payloadOf(root), []);
  if (bytes.length > publishCaps.root)
    throw new UptaneError('uptane.too-large', 'root', `${bytes.length} bytes; clients take ${publishCaps.root}`);
  wire.readRoot(bytes); // what the readers would refuse, such as an ECDSA key in dialect A, is refused here
  return bytes;
}

/**
 * Adds the signature of one person's key to a root, offline.
 * @param previous the root before it, if there is one: its keys must sign too
 * @throws UptaneError `uptane.not-authorised` when neither root lists the key for the role root
 */
export function signRoot(root: SignedFile<Root>, signer: Signer, previous?: SignedFile<Root>): Uint8Array {
  const keyId = [root, previous].map((file) => file && rootKeyIdOf(file.signed, signer)).find((id) => id !== undefined);
  if (keyId === undefined)
    throw new UptaneError(
      'uptane.not-authorised',
      'root',
      'this key is no root key, neither of this root nor of the one before',
    );
  return addSignature(root, { ...signer, keyId });
}

/** The id under which a root lists a key, which need not be the one this code would give it. */
function rootKeyIdOf(root: Root, { key }: Signer): string | undefined {
  return root.roles.get('root')?.keyIds.find((keyId) => root.keys.get(keyId)?.identity === key.identity);
}

export interface RootStatus {
  readonly version: number;
  readonly own: SignatureState;
  /** By the keys of the root before; undefined for the first. */
  readonly previous: SignatureState | undefined;
  /** Whether clients will take it. */
  readonly complete: boolean;
}

/** How far a ceremony has come. @throws UptaneError `uptane.mix-and-match` when `previous` is not the version before */
export function rootStatus(root: SignedFile<Root>, previous?: SignedFile<Root>): RootStatus {
  const { version } = root.signed;
  if (previous && previous.signed.version !== version - 1)
    throw new UptaneError(
      'uptane.mix-and-match',
      'root',
      `version ${version} does not follow version ${previous.signed.version}`,
    );
  const own = signatureState(root, rootRole(root.signed), root.signed.keys);
  const before = previous && signatureState(root, rootRole(previous.signed), previous.signed.keys);
  // Only a first root needs no signatures of one before it
  const followed = before ? meetsThreshold(before) : version === 1;
  return { version, own, previous: before, complete: meetsThreshold(own) && followed };
}

function rootRole(root: Root): RoleKeys {
  return root.roles.get('root') as RoleKeys;
}

/** The status in words: `2 of 3 signatures, missing 1a2b3c4d...`. */
export function describeSignatures({ count, threshold, missing, invalid }: SignatureState): string {
  const parts = [`${count} of ${threshold} signatures`];
  if (count < threshold && missing.length > 0) parts.push(`missing ${missing.map(shortId).join(', ')}`);
  if (invalid.length > 0) parts.push(`not valid: ${invalid.map(shortId).join(', ')}`);
  return parts.join(', ');
}

const shortId = (keyId: string): string => (keyId.length > 16 ? `${keyId.slice(0, 16)}...` : keyId);
