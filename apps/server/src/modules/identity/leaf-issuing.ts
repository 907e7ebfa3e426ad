import type { AlternativeNames, Name } from '@bulkhead/pki';
import type { Actor } from '../../platform/audit/audit.ts';
import { inTransaction } from '../../platform/db/database.ts';
import type { IdentityDeps } from './deps.ts';
import type { AuthorityName, Profile } from './domain/profiles.ts';
import type { Issuing } from './issuing.ts';
import { createIdentityStore, type NewCertificate } from './store.ts';

export interface LeafOrder {
  readonly profile: Profile;
  readonly authority?: AuthorityName;
  readonly subject: Name;
  readonly san?: AlternativeNames;
  readonly spki: Uint8Array;
  readonly validitySeconds?: number;
  readonly by: Actor;
}

/** Issues one certificate outside the enrolment path and commits row, total and audit entry together. */
export function issueDurably(
  deps: IdentityDeps,
  issuing: Issuing,
  { by, ...order }: LeafOrder,
): Promise<NewCertificate> {
  const now = deps.clock.now();
  const row = issuing.issue(order, now);
  return inTransaction(deps.db, async (tx) => {
    const store = createIdentityStore(tx);
    await store.insertCertificates([row]);
    const { profile, authority, serial_number: serialNumber } = row;
    await store.addTotals([{ profile, authority, issued: 1 }], 0);
    const details = { profile, authority, subject: row.subject, fingerprint: row.fingerprint };
    await deps.audit(tx).appendAll([{ action: 'identity.issue', subject: serialNumber, by, at: now, details }]);
    await deps.outbox(tx).publish({ type: 'identity.issued', payload: { count: 1 } }, { wake: false });
    return row;
  });
}
