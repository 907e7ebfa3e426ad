import type { RevocationReason } from '@bulkhead/pki';
import { type Db, inTransaction } from '../../platform/db/database.ts';
import type { IdentityDeps } from './deps.ts';
import type { AuthorityName } from './domain/profiles.ts';
import { createRevokedSet, type Revoked, type RevokedSet } from './domain/revoked-set.ts';
import { createRevocationStore, type RevocationLine } from './revocation-store.ts';

export const revokedTopic = 'identity.revoked';

export interface Revocations {
  readonly set: RevokedSet;
  /** Calls back once per newly known revocation batch, after `set` has it; returns how to stop. */
  onRevoked(listener: (serialNumbers: readonly string[]) => void): () => void;
  /** Reads what was committed since the last look. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}

const pageSize = 20_000;
/** Should a notification get lost with its connection, this look finds what it announced. */
const pollMs = 5_000;

const revokedOf = (row: RevocationLine): Revoked => ({
  serialNumber: row.serial_number,
  authority: row.authority as AuthorityName,
  revokedAt: new Date(row.revoked_at * 1000),
  reason: row.reason as RevocationReason,
  notAfter: new Date(row.not_after * 1000),
});

/** Everything there is, and the watermark from which to go on. */
function loadAll(db: Db, set: RevokedSet): Promise<string> {
  return inTransaction(db, async (tx) => {
    const store = createRevocationStore(tx);
    // Before the scan takes its own, later snapshot: what lies between the two is read twice, never not at all.
    const watermark = await store.revocationWatermark();
    for await (const rows of store.allRevocations(pageSize)) for (const row of rows) set.add(revokedOf(row));
    return watermark;
  });
}

/**
 * This replica's copy of all revocations: loaded at start, then kept up by notifications and by a look every few seconds.
 * The watermark is a transaction id below which everything had ended, so that no late commit is skipped.
 */
export async function openRevocations(
  deps: Pick<IdentityDeps, 'db' | 'bus' | 'log' | 'metrics'>,
): Promise<Revocations> {
  const { db, bus, log, metrics } = deps;
  const store = createRevocationStore(db);
  const set = createRevokedSet();
  const listeners = new Set<(serialNumbers: readonly string[]) => void>();
  let watermark = await loadAll(db, set);

  const take = (rows: readonly Revoked[]) => {
    const fresh = rows.filter((row) => set.add(row)).map((row) => row.serialNumber);
    metrics.gauge('identity_revoked_certificates', set.size);
    if (fresh.length > 0) for (const listener of listeners) listener(fresh);
  };
  const look = async () => {
    const next = await store.revocationWatermark();
    take((await store.revocationsSince(watermark)).map(revokedOf));
    watermark = next;
  };
  let running: Promise<void> | undefined;
  let again = false;
  // One look at a time; a call during a look starts another after it, since the first may have read too early.
  const refresh = (): Promise<void> => {
    if (running) {
      again = true;
      return running;
    }
    running = (async () => {
      do {
        again = false;
        await look();
      } while (again);
    })().finally(() => {
      running = undefined;
    });
    return running;
  };
  const refreshOrLog = () => {
    refresh().catch((error: unknown) => log.warn({ err: error }, 'could not read new revocations'));
  };
  metrics.gauge('identity_revoked_certificates', set.size);
  const unsubscribe = bus.subscribe(revokedTopic, refreshOrLog, refreshOrLog);
  const timer = setInterval(refreshOrLog, pollMs);
  timer.unref();
  return Object.freeze({
    set,
    onRevoked: (listener: (serialNumbers: readonly string[]) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    refresh,
    close: async () => {
      clearInterval(timer);
      unsubscribe();
      await running?.catch(() => undefined);
    },
  });
}
