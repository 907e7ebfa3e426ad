import type { revocationReasons } from '@bulkhead/contract';
import type { Actor } from '../../platform/audit/audit.ts';
import { type Db, inTransaction } from '../../platform/db/database.ts';
import type { IdentityDeps } from './deps.ts';
import { endsIdentity } from './domain/enrolment.ts';
import { IdentityError } from './domain/error.ts';
import { keyFingerprint } from './issuing.ts';
import { type Revocations, revokedTopic } from './revocations.ts';
import { type CertificateRow, createIdentityStore } from './store.ts';

export type Reason = (typeof revocationReasons)[number];

export interface RevokeRequest {
  readonly reason: Reason;
  readonly by: Actor;
  readonly comment?: string | undefined;
}

const serialsPerMessage = 100;

/** Tells the other modules by the outbox, and every replica by the bus; the bus message stays below what NOTIFY carries. */
export async function announceRevoked(
  deps: Pick<IdentityDeps, 'bus' | 'outbox'>,
  tx: Db,
  serialNumbers: readonly string[],
  reason: string,
) {
  await deps
    .outbox(tx)
    .publishAll(serialNumbers.map((serialNumber) => ({ type: 'identity.revoked', payload: { serialNumber, reason } })));
  for (let i = 0; i < serialNumbers.length; i += serialsPerMessage) {
    await deps.bus.publish(tx, revokedTopic, { serialNumbers: serialNumbers.slice(i, i + serialsPerMessage) });
  }
}

export interface Revoking {
  /**
   * Revokes one certificate. When it is the current one of an ECU, earlier ones that are still valid go with it, or they
   * would keep the ECU connected; after `keyCompromise` later ones go too, since who has a key can renew with it.
   * @throws IdentityError `identity.unknown-serial`, `identity.already-revoked`, `identity.not-permitted`
   */
  revoke(serialNumber: string, request: RevokeRequest): Promise<CertificateRow>;
  /**
   * Lets an ECU whose identity was taken away enrol once more.
   * @throws IdentityError `identity.unknown-serial`, `identity.not-permitted`
   */
  release(serialNumber: string, request: Pick<RevokeRequest, 'by' | 'comment'>): Promise<CertificateRow>;
  /** Revokes every certificate of ECUs that left the fleet, in the caller's transaction; returns the serial numbers. */
  revokeEcus(tx: Db, ecuIds: readonly string[], request: RevokeRequest): Promise<readonly string[]>;
}

function totalsOf(rows: readonly CertificateRow[]) {
  const totals = new Map<string, { profile: string; authority: string; revoked: number }>();
  for (const { profile, authority } of rows) {
    const total = totals.get(profile + authority) ?? { profile, authority, revoked: 0 };
    total.revoked += 1;
    totals.set(profile + authority, total);
  }
  return [...totals.values()];
}

async function lockKnown(tx: Db, serialNumber: string): Promise<CertificateRow> {
  const found = await createIdentityStore(tx).lockCertificate(serialNumber);
  if (found) return found;
  throw new IdentityError('identity.unknown-serial', `No certificate here has the serial number ${serialNumber}`);
}

/** Revoking what the platform answers with now would make vehicles refuse it, and nobody would be told. */
function assertNotInUse(
  keys: IdentityDeps['keys'],
  { profile, authority, key_fingerprint, serial_number }: CertificateRow,
) {
  const name = profile === 'tls-server' ? profile : profile === 'ocsp-signer' ? `ocsp-${authority}` : undefined;
  const key = name && keys.load(name);
  if (!key || keyFingerprint(key.spki) !== key_fingerprint) return;
  throw new IdentityError(
    'identity.not-permitted',
    `The platform itself uses the certificate ${serial_number} (${profile}). Replace it first: stop the server, take ${name}.key out of the key directory, start it, and revoke the old certificate then`,
  );
}

export function createRevoking(deps: IdentityDeps, revocations: Revocations): Revoking {
  const revokeRows = async (tx: Db, rows: readonly CertificateRow[], { reason, by, comment }: RevokeRequest) => {
    if (rows.length === 0) return;
    const at = deps.clock.now();
    const store = createIdentityStore(tx);
    const serialNumbers = rows.map((row) => row.serial_number);
    await store.markRevoked(serialNumbers, at, reason);
    await store.addTotals(totalsOf(rows), 0);
    await deps.audit(tx).appendAll(
      rows.map((row) => ({
        action: 'identity.revoke',
        subject: row.serial_number,
        by,
        at,
        details: { reason, comment, subject: row.subject, vin: row.vin, ecuSerial: row.ecu_serial },
      })),
    );
    // An ECU that still holds another certificate, such as the successor of this one, keeps its identity.
    const current = rows
      .filter((row) => row.ecu_id !== null && row.replaced_by === null)
      .map((row) => row.ecu_id as string);
    if (current.length > 0) await deps.inventory.markRevoked(tx, current);
    await announceRevoked(deps, tx, serialNumbers, reason);
  };

  const revokeOthers = async (tx: Db, ecuId: string, request: RevokeRequest) => {
    // Again until nothing is left: a renewal that was under way may have committed meanwhile.
    for (;;) {
      const others = await createIdentityStore(tx).certificatesOfEcus([ecuId]);
      if (others.length === 0) return;
      await revokeRows(tx, others, request);
    }
  };

  return Object.freeze({
    async revoke(serialNumber: string, request: RevokeRequest) {
      const row = await inTransaction(deps.db, async (tx) => {
        const found = await lockKnown(tx, serialNumber);
        if (found.revoked_at) {
          throw new IdentityError(
            'identity.already-revoked',
            `The certificate ${serialNumber} was revoked at ${found.revoked_at.toISOString()}`,
          );
        }
        assertNotInUse(deps.keys, found);
        await revokeRows(tx, [found], request);
        if (found.ecu_id !== null && (found.replaced_by === null || request.reason === 'keyCompromise'))
          await revokeOthers(tx, found.ecu_id, request);
        return { ...found, revoked_at: deps.clock.now(), revocation_reason: request.reason };
      });
      // This replica need not wait for its own notification.
      await revocations.refresh();
      return row;
    },
    release: (serialNumber: string, { by, comment }: Pick<RevokeRequest, 'by' | 'comment'>) =>
      inTransaction(deps.db, async (tx) => {
        const found = await lockKnown(tx, serialNumber);
        if (found.ecu_id === null || !found.revocation_reason || !endsIdentity(found.revocation_reason)) {
          throw new IdentityError(
            'identity.not-permitted',
            `The certificate ${serialNumber} keeps no ECU from enrolling: there is nothing to release`,
          );
        }
        const at = deps.clock.now();
        const details = { comment, reason: found.revocation_reason, vin: found.vin, ecuSerial: found.ecu_serial };
        await deps.audit(tx).appendAll([{ action: 'identity.release', subject: serialNumber, by, at, details }]);
        return createIdentityStore(tx).markReleased(serialNumber, at);
      }),
    async revokeEcus(tx: Db, ecuIds: readonly string[], request: RevokeRequest) {
      const rows = await createIdentityStore(tx).certificatesOfEcus(ecuIds);
      await revokeRows(tx, rows, request);
      return rows.map((row) => row.serial_number);
    },
  });
}
