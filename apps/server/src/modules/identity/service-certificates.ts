import { parseCertificate, toPem } from '@bulkhead/pki';
import { inTransaction } from '../../platform/db/database.ts';
import type { StoredKey } from '../../platform/keys/index.ts';
import type { Authorities } from './authorities.ts';
import type { IdentityDeps } from './deps.ts';
import type { Profile } from './domain/profiles.ts';
import { renewalState } from './domain/validity.ts';
import { type Issuing, keyFingerprint } from './issuing.ts';
import { issueDurably, type LeafOrder } from './leaf-issuing.ts';
import { createIdentityStore } from './store.ts';
import type { TlsMaterial } from './vehicle-routes.ts';

/** A certificate of the platform itself with the key that belongs to it. */
export interface ServiceCertificate {
  readonly der: Buffer;
  readonly key: StoredKey;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

export interface ServiceOrder extends Omit<LeafOrder, 'spki' | 'by'> {
  readonly keyName: string;
  /** Whether a certificate made earlier still fits, such as one whose names are those wanted now. */
  readonly fits?: (der: Buffer) => boolean;
}

const systemActor = { kind: 'system', id: 'identity', name: 'Identity' } as const;

/**
 * The certificate of a service: the one made earlier while it is young, else a new one with a new key. Under a lock, so that
 * replicas on one key directory do not replace each other's key.
 */
export function ensureServiceCertificate(
  deps: IdentityDeps,
  issuing: Issuing,
  order: ServiceOrder,
): Promise<ServiceCertificate> {
  return inTransaction(deps.db, async (tx) => {
    const store = createIdentityStore(tx);
    await store.lockBootstrap();
    const { keyName, fits, ...leaf } = order;
    const key = deps.keys.load(keyName);
    const known = key && (await store.certificateOfKey(keyFingerprint(key.spki), order.profile.name));
    if (key && known && !isDue(known, deps.clock.now()) && (fits?.(known.der) ?? true)) {
      return { der: known.der, key, notBefore: known.not_before, notAfter: known.not_after };
    }
    const fresh = deps.keys.create(keyName, { replace: true });
    const row = await issueDurably({ ...deps, db: tx }, issuing, { ...leaf, spki: fresh.spki, by: systemActor });
    return { der: row.der, key: fresh, notBefore: row.not_before, notAfter: row.not_after };
  });
}

const isDue = (row: { not_before: Date; not_after: Date }, now: Date): boolean =>
  renewalState({ notBefore: row.not_before, notAfter: row.not_after }, now) !== 'early';

export function tlsMaterialOf({ der, key }: ServiceCertificate, authorities: Authorities): TlsMaterial {
  if (!key.keyObject) throw new Error('the key of the TLS server must be in memory: use the file key store for it');
  return Object.freeze({
    key: key.keyObject.export({ format: 'pem', type: 'pkcs8' }) as string,
    cert: toPem('CERTIFICATE', der) + authorities.services.pem,
    ca: authorities.vehicles.pem + authorities.plants.pem + authorities.root.pem,
  });
}

export const serverNames = (hostnames: readonly string[]) => ({
  dns: [...new Set(['localhost', ...hostnames.filter((name) => !isAddress(name))])],
  ip: [...new Set(['127.0.0.1', '::1', ...hostnames.filter(isAddress)])],
});
const isAddress = (name: string): boolean => /^[0-9.]+$/.test(name) || name.includes(':');

export const tlsServerOrder = (profile: Profile, hostnames: readonly string[]) => {
  const san = serverNames(hostnames);
  return {
    keyName: 'tls-server',
    profile,
    subject: [{ type: 'CN', value: san.dns[1]?.slice(0, 64) ?? 'localhost' }],
    san,
  };
};

/** Whether a certificate made earlier names what is wanted now and was signed by the authority of today. */
export function namesFit(
  der: Buffer,
  san: { readonly dns: readonly string[]; readonly ip: readonly string[] },
  { services }: Authorities,
): boolean {
  const made = parseCertificate(der);
  const same = (a: readonly string[], b: readonly string[]) =>
    a.length === b.length && a.every((name) => b.includes(name));
  return same(made.san.dns, san.dns) && same(made.san.ip, san.ip) && made.aki === services.certificate.ski;
}
