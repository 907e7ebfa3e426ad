import { constants, createPublicKey, verify } from 'node:crypto';

/** The parts of aktualizr below its update logic: JSON, keys, thresholds. Written apart from this package's own. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type Obj = { [key: string]: Json };

class Refused extends Error {}

export function demand(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Refused(message);
}

/** jsoncpp's compact writer: sorted keys, control characters escaped. */
export function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key] as Json)}`);
  return `{${members.join(',')}}`;
}

export function object(value: Json | undefined, what: string): Obj {
  demand(typeof value === 'object' && value !== null && !Array.isArray(value), `${what} is not an object`);
  return value;
}

/** As jsoncpp's asString: whatever stands there. */
export function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : value === undefined || value === null ? '' : canonical(value);
}

export interface Role {
  readonly keyids: readonly string[];
  readonly threshold: number;
}

export interface Keys {
  readonly keys: ReadonlyMap<string, Obj>;
  readonly roles: ReadonlyMap<string, Role>;
}

export function readKeys(wire: Obj): ReadonlyMap<string, Obj> {
  const keys = new Map<string, Obj>();
  for (const [id, value] of Object.entries(object(wire.keys, 'keys'))) {
    const key = object(value, 'key');
    const type = text(key.keytype).toLowerCase();
    demand(type === 'ed25519' || type === 'rsa', `Unsupported key type: ${type}`); // the whole file is lost
    demand(typeof object(key.keyval, 'keyval').public === 'string', 'key without public value');
    keys.set(id, key);
  }
  return keys;
}

export function readRole(value: Json | undefined): Role {
  const role = object(value, 'role');
  const { threshold, keyids } = role;
  demand(typeof threshold === 'number' && threshold >= 1 && threshold <= 1000, 'invalid threshold');
  demand(Array.isArray(keyids), 'role without keyids');
  return { keyids: keyids.map(text), threshold };
}

export function keysOf(root: Obj): Keys {
  const signed = object(root.signed, 'signed');
  const roles = Object.entries(object(signed.roles, 'roles')).map(([name, role]) => [name, readRole(role)] as const);
  return { keys: readKeys(signed), roles: new Map(roles) };
}

function verifies(key: Obj, method: string, message: Buffer, signature: Buffer): boolean {
  const value = text(object(key.keyval, 'keyval').public);
  if (method === 'ed25519') {
    const x = Buffer.from(value, 'hex').toString('base64url');
    return verify(null, message, createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' }), signature);
  }
  return verify(
    'sha256',
    message,
    { key: createPublicKey(value), padding: constants.RSA_PKCS1_PSS_PADDING },
    signature,
  );
}

/** It counts key ids, not keys. */
export function unpack(
  file: Obj,
  type: string,
  { keys, role }: { keys: ReadonlyMap<string, Obj>; role: Role | undefined },
): Obj {
  demand(role, `no role for ${type}`);
  const signed = object(file.signed, 'signed');
  const message = Buffer.from(canonical(signed));
  const used = new Set<string>();
  let valid = 0;
  demand(Array.isArray(file.signatures), 'Missing signatures');
  for (const entry of file.signatures) {
    const { keyid, method, sig } = object(entry, 'signature');
    demand(
      ['ed25519', 'rsassa-pss', 'rsassa-pss-sha256'].includes(text(method)),
      `Unsupported sign method: ${text(method)}`,
    );
    demand(!used.has(text(keyid)), 'Non-unique keyid in signatures');
    used.add(text(keyid));
    const key = keys.get(text(keyid));
    if (
      key &&
      role.keyids.includes(text(keyid)) &&
      verifies(key, text(method), message, Buffer.from(text(sig), 'base64'))
    )
      valid++;
  }
  demand(valid >= role.threshold, `The ${type} metadata had an unmet threshold`);
  demand(signed._type === type, `${type} metadata has type ${text(signed._type)}`);
  demand(
    typeof signed.expires === 'string' && signed.expires.length === 20 && signed.expires.endsWith('Z'),
    'Invalid timestamp',
  );
  demand(Number.isInteger(signed.version), 'metadata without version');
  return signed;
}

export const versionOf = (file: Obj | undefined): number => Number(object(file?.signed ?? {}, 'signed').version ?? 0);
