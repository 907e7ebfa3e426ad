import { hash } from 'node:crypto';
import { type Dialect, dialectOf } from './dialect.ts';
import { UptaneError } from './error.ts';
import { noExtra } from './json/fields.ts';
import type { JsonObject } from './json/read-json.ts';
import { generateSigningKey, type Signer, signerOf } from './keys/signer.ts';
import type { RoleKeys, Root } from './model/root.ts';
import { type DialectName, type TopRole, topRoles } from './model/signed.ts';
import type { Hashes, Target, TargetCustom, Targets } from './model/targets.ts';
import { signatureBy } from './signing/sign.ts';
import { envelopeBytes } from './wire/envelope.ts';

export const now = new Date('2026-11-20T10:00:00Z');
export const later = '2027-11-20T10:00:00Z';
export const earlier = '2026-11-19T10:00:00Z';

export const newSigner = (): Signer => signerOf(generateSigningKey());

export function roleOf(signers: readonly Signer[], threshold = signers.length): RoleKeys {
  return { keyIds: signers.map(({ keyId }) => keyId), threshold, extra: noExtra };
}

export type RoleSigners = Readonly<Record<TopRole, readonly Signer[]>>;

/** One fresh key for each role, two for root. */
export function newRoleSigners(): RoleSigners {
  return {
    root: [newSigner(), newSigner()],
    targets: [newSigner()],
    snapshot: [newSigner()],
    timestamp: [newSigner()],
  };
}

export function rootFor(signers: RoleSigners, more: Partial<Root> = {}): Root {
  return {
    type: 'root',
    version: 1,
    expires: later,
    keys: new Map(topRoles.flatMap((role) => signers[role]).map(({ keyId, key }) => [keyId, key])),
    roles: new Map(topRoles.map((role) => [role, roleOf(signers[role])])),
    otherRoles: noExtra,
    consistentSnapshot: undefined,
    extra: noExtra,
    ...more,
  };
}

export function hashesOf(content: string): Hashes {
  return new Map([
    ['sha256', hash('sha256', content, 'hex')],
    ['sha512', hash('sha512', content, 'hex')],
  ]);
}

export function customOf(more: Partial<TargetCustom> = {}): TargetCustom {
  return {
    hardwareIds: undefined,
    ecus: undefined,
    releaseCounter: undefined,
    uri: undefined,
    targetFormat: undefined,
    shallMatch: undefined,
    extra: noExtra,
    ...more,
  };
}

export function targetOf(content: string, custom?: Partial<TargetCustom>): Target {
  return { length: content.length, hashes: hashesOf(content), custom: custom && customOf(custom), extra: noExtra };
}

export function targetsOf(targets: Readonly<Record<string, Target>>, more: Partial<Targets> = {}): Targets {
  return {
    type: 'targets',
    version: 1,
    expires: later,
    targets: new Map(Object.entries(targets)),
    delegations: undefined,
    custom: undefined,
    extra: noExtra,
    ...more,
  };
}

/** Signs any JSON, also what no writer of this package would write: for what an attacker or another producer sends. */
export function signJson(payload: JsonObject, dialect: DialectName, signers: readonly Signer[]): Uint8Array {
  const wire: Dialect = dialectOf(dialect);
  const message = Buffer.from(wire.canonical(payload));
  return envelopeBytes(
    payload,
    signers.map((signer) => wire.signatureJson(signatureBy(signer, message, dialect))),
  );
}

/** For `assert.throws`: an error of this code, at this place if one is given. */
export function refusedAs(code: UptaneError['code'], place?: string): (error: unknown) => boolean {
  return (error) => {
    if (!(error instanceof UptaneError)) throw error;
    if (error.code !== code || (place !== undefined && error.place !== place))
      throw new Error(`refused as ${error.code} at ${error.place} (${error.message}), expected ${code} at ${place}`);
    return true;
  };
}
