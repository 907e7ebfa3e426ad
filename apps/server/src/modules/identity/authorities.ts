import { newId } from '@bulkhead/kernel';
import {
  type Certificate,
  type Issuer,
  issueCertificate,
  issuerOf,
  nameText,
  parseCertificate,
  randomSerial,
  selfIssuer,
  toPem,
} from '@bulkhead/pki';
import { inTransaction } from '../../platform/db/database.ts';
import type { StoredKey } from '../../platform/keys/index.ts';
import type { IdentityDeps } from './deps.ts';
import { IdentityStartError } from './domain/error.ts';
import { type AuthorityName, day, type IssuingName, keyAlgorithmOf, type PkiAddresses } from './domain/profiles.ts';
import { validityFrom } from './domain/validity.ts';
import { type AuthorityRow, createIdentityStore } from './store.ts';

/** An authority that can sign in this process. */
export interface Authority {
  readonly name: AuthorityName;
  readonly kind: 'root' | 'issuing';
  readonly certificate: Certificate;
  readonly der: Buffer;
  readonly pem: string;
  readonly issuer: Issuer;
}
export type Authorities = Readonly<Record<AuthorityName, Authority>>;

const rootSeconds = 20 * 365 * day;
const issuingSeconds = 10 * 365 * day;

/** An issuing CA names the purposes below it, so that the one for servers cannot make a vehicle and the other way round. */
const purposes = {
  vehicles: ['clientAuth', 'ocspSigning'],
  plants: ['clientAuth', 'ocspSigning'],
  services: ['serverAuth', 'ocspSigning'],
} as const satisfies Record<IssuingName, readonly string[]>;

const titles = { root: 'Root CA', vehicles: 'Vehicles CA', plants: 'Plants CA', services: 'Services CA' } as const;
const systemActor = { kind: 'system', id: 'identity', name: 'Identity' } as const;

interface Draft {
  readonly name: AuthorityName;
  readonly parent: Authority | undefined;
  /** Tells one installation's authorities from another's: two roots of equal name confuse path building. */
  readonly mark: string;
}

/** Makes key and certificate of one authority. The key gets a name of its own, so that no start ever overwrites a CA key. */
function draftAuthority(deps: IdentityDeps, addresses: PkiAddresses, { name, parent, mark }: Draft) {
  const id = newId(deps.clock.now().getTime());
  const keyName = `ca-${name}-${id.slice(-12)}`;
  const key = deps.keys.create(keyName);
  const subject = [
    { type: 'O', value: deps.organization ?? 'Bulkhead' },
    { type: 'CN', value: `${deps.organization ?? 'Bulkhead'} ${titles[name]} ${mark}` },
  ];
  const far = new Date(8.64e15);
  const seconds = parent ? issuingSeconds : rootSeconds;
  const der = issueCertificate({
    subject,
    spki: key.spki,
    serial: randomSerial(),
    ...validityFrom(deps.clock.now(), seconds, parent?.certificate.notAfter ?? far),
    issuer: parent?.issuer ?? selfIssuer(subject, signingKey(key)),
    // RFC 5280 s4.2.1.9: one issuing level below the root, none below that.
    basicConstraints: { ca: true, pathLength: parent ? 0 : 1 },
    keyUsage: parent ? ['keyCertSign', 'cRLSign', 'digitalSignature'] : ['keyCertSign', 'cRLSign'],
    ...(parent && name !== 'root'
      ? {
          extendedKeyUsage: purposes[name],
          cdp: addresses.crl('root'),
          aia: { caIssuers: addresses.certificate('root') },
        }
      : {}),
  });
  return rowOf(id, name, keyName, der, deps.clock.now());
}

function rowOf(id: string, name: AuthorityName, keyName: string, der: Buffer, now: Date): AuthorityRow {
  const certificate = parseCertificate(der);
  return {
    id,
    name,
    generation: 1,
    kind: name === 'root' ? 'root' : 'issuing',
    subject: nameText(certificate.subject),
    issuer: nameText(certificate.issuer),
    serial_number: certificate.serial,
    algorithm: keyAlgorithmOf(certificate.key),
    fingerprint: certificate.fingerprint,
    not_before: certificate.notBefore,
    not_after: certificate.notAfter,
    key_name: keyName,
    der,
    created_at: now,
  };
}

const signingKey = (key: StoredKey) => key.keyObject ?? key;

/** @throws IdentityStartError when the key store lacks the key or holds another one under its name. */
function openAuthority(row: AuthorityRow, deps: IdentityDeps): Authority {
  const key = deps.keys.load(row.key_name);
  if (!key) {
    throw new IdentityStartError(
      'identity.key-missing',
      `The key store has no key ${row.key_name} for the authority ${row.name}: give this replica the key directory of the others, or restore it from a backup`,
    );
  }
  const der = Buffer.from(row.der);
  const certificate = parseCertificate(der);
  if (!Buffer.from(key.spki).equals(certificate.spki)) {
    throw new IdentityStartError(
      'identity.key-mismatch',
      `The key ${row.key_name} does not belong to the certificate of the authority ${row.name}: database and key directory are from different installations`,
    );
  }
  return Object.freeze({
    name: row.name as AuthorityName,
    kind: row.kind,
    certificate,
    der,
    pem: toPem('CERTIFICATE', der),
    issuer: issuerOf(certificate, signingKey(key)),
  });
}

/**
 * Opens root and issuing CAs and makes the ones that are missing. Replicas that start together wait for one another on a
 * lock, so that exactly one hierarchy comes to be.
 */
export function openAuthorities(deps: IdentityDeps, addresses: PkiAddresses): Promise<Authorities> {
  return inTransaction(deps.db, async (tx) => {
    const store = createIdentityStore(tx);
    await store.lockBootstrap();
    const rows = await store.authorities();
    const mark = newId(deps.clock.now().getTime()).slice(-4);
    const ensure = async (name: AuthorityName, parent?: Authority): Promise<Authority> => {
      const known = rows.findLast((row) => row.name === name);
      if (known) return openAuthority(known, deps);
      const row = draftAuthority(deps, addresses, { name, parent, mark });
      await store.insertAuthority(row);
      const details = { serialNumber: row.serial_number, fingerprint: row.fingerprint, subject: row.subject };
      const at = deps.clock.now();
      await deps
        .audit(tx)
        .appendAll([{ action: 'identity.create-authority', subject: name, by: systemActor, at, details }]);
      deps.log.info({ authority: name, fingerprint: row.fingerprint }, 'created certificate authority');
      return openAuthority(row, deps);
    };
    const root = await ensure('root');
    const vehicles = await ensure('vehicles', root);
    const plants = await ensure('plants', root);
    return Object.freeze({ root, vehicles, plants, services: await ensure('services', root) });
  });
}
