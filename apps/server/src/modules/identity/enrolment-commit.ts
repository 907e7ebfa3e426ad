import type { Actor, AuditRecord } from '../../platform/audit/audit.ts';
import { type Db, inTransaction } from '../../platform/db/database.ts';
import type { IdentityDeps } from './deps.ts';
import type { EnrolmentDecision, Requester } from './domain/enrolment.ts';
import type { Profile } from './domain/profiles.ts';
import type { DeviceNames } from './domain/subject.ts';
import { announceRevoked } from './revoking.ts';
import { createIdentityStore, type NewCertificate } from './store.ts';

/** A wish with what was read from it. */
export interface Wish {
  readonly names: DeviceNames;
  readonly spki: Uint8Array;
  readonly keyFingerprint: string;
  readonly keyAlgorithm: string;
  readonly requester: Requester;
}

export interface Planned {
  readonly index: number;
  readonly wish: Wish;
  readonly decision: Extract<EnrolmentDecision, { kind: 'issue' }>;
  readonly row: NewCertificate;
}

const actorOf = (requester: Requester): Actor =>
  requester.kind === 'claim'
    ? { kind: 'system', id: requester.certificateSerial, name: `plant ${requester.plant}` }
    : { kind: 'vehicle', id: requester.certificateSerial, name: requester.ecuId };

function auditOf({ wish, decision, row }: Planned): AuditRecord {
  const { vin, serial } = decision.ecu;
  return {
    action: decision.replaces ? 'identity.renew' : 'identity.enrol',
    subject: row.serial_number,
    by: actorOf(wish.requester),
    at: row.issued_at,
    details: {
      vin,
      ecuSerial: serial,
      replaces: decision.replaces ?? null,
      fingerprint: row.fingerprint,
      by: wish.requester.certificateSerial,
    },
  };
}

/** Spreads the running totals over their slots by the random octets of a serial number. */
const slotOf = (row: NewCertificate): number => Number.parseInt(row.serial_number.slice(-2), 16);

export type Commit = (planned: readonly Planned[]) => Promise<ReadonlySet<string>>;

/** Writes certificates with all that belongs to them: replacement, totals, audit entries, inventory marks. */
export function createCommit(deps: IdentityDeps, profile: Profile): Commit {
  /** Everything that one group of certificates changes, or nothing of it. Returns the serial numbers that hold. */
  const commit: Commit = (planned) =>
    inTransaction(deps.db, async (tx) => {
      const store = createIdentityStore(tx);
      const superseded = planned.filter((p) => p.decision.replaces && p.decision.revokeReplaced);
      const replaced = planned.filter((p) => p.decision.replaces);
      const gone = new Set(
        replaced.length === 0
          ? []
          : await store.markReplaced(
              replaced.map((p) => ({ serialNumber: p.decision.replaces as string, by: p.row.serial_number })),
            ),
      );
      // A certificate revoked a moment ago must not get a successor by a renewal that was already under way.
      const rest = planned.filter((p) => !p.decision.replaces || gone.has(p.decision.replaces));
      const held = new Set(rest.length === 0 ? [] : await store.insertCertificates(rest.map((p) => p.row)));
      const done = rest.filter((p) => held.has(p.row.serial_number));
      await recordIssued(tx, done);
      await supersede(
        tx,
        superseded.filter((p) => held.has(p.row.serial_number)),
      );
      return held;
    });

  const recordIssued = async (tx: Db, done: readonly Planned[]) => {
    const [first] = done;
    if (!first) return;
    const { authority } = first.row;
    await createIdentityStore(tx).addTotals(
      [{ profile: profile.name, authority, issued: done.length }],
      slotOf(first.row),
    );
    await deps.audit(tx).appendAll(done.map(auditOf));
    // One event per group, and nobody woken for it: it only refreshes lists.
    await deps.outbox(tx).publish({ type: 'identity.issued', payload: { count: done.length } }, { wake: false });
    await deps.inventory.markEnrolled(
      tx,
      done.map(({ decision, row }) => ({
        ecuId: decision.ecu.ecuId,
        notBefore: row.not_before,
        notAfter: row.not_after,
      })),
    );
  };

  const supersede = async (tx: Db, done: readonly Planned[]) => {
    const [first] = done;
    if (!first) return;
    const serials = done.map((p) => p.decision.replaces as string);
    const store = createIdentityStore(tx);
    await store.markRevoked(serials, deps.clock.now(), 'superseded');
    await store.addTotals(
      [{ profile: profile.name, authority: first.row.authority, revoked: serials.length }],
      slotOf(first.row),
    );
    await deps.audit(tx).appendAll(
      done.map(({ decision, wish, row }) => ({
        action: 'identity.revoke',
        subject: decision.replaces as string,
        by: actorOf(wish.requester),
        at: row.issued_at,
        details: { reason: 'superseded', replacedBy: row.serial_number },
      })),
    );
    await announceRevoked(deps, tx, serials, 'superseded');
  };

  return commit;
}
