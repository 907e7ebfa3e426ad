import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { systemClock } from '@bulkhead/kernel';
import { noteKey } from '@bulkhead/merkle';
import { createAudit } from '../../apps/server/src/platform/audit/audit.ts';
import { createSequencer } from '../../apps/server/src/platform/audit/sequencer.ts';
import { verifyAudit } from '../../apps/server/src/platform/audit/verify-audit.ts';
import { openDatabase } from '../../apps/server/src/platform/db/database.ts';
import { startEmbedded } from '../../apps/server/src/platform/db/embedded-postgres.ts';
import { migrate } from '../../apps/server/src/platform/db/migrate.ts';
import { platformMigrations } from '../../apps/server/src/platform/db/platform-migrations.ts';
import type { Run } from './harness/run.ts';

const perTransaction = 100;
const origin = 'bench/audit';

/** Audit entries appended a second, taken into the tree, and verified from the content of their rows. */
export async function benchAudit(run: Run): Promise<void> {
  const count = run.quick ? 2_000 : 200_000;
  const postgres = await startEmbedded({ dataDirectory: run.directory });
  run.after(() => postgres.stop());
  const database = await openDatabase({ url: postgres.url, maxConnections: 4 });
  run.after(() => database.close());
  const { db } = database;
  await migrate(db, platformMigrations);
  const { privateKey } = generateKeyPairSync('ed25519');
  const sequencer = createSequencer({ db, privateKey, origin, clock: systemClock });
  const by = { kind: 'system', id: 'bench', name: 'bench' } as const;

  const appending = performance.now();
  for (let i = 0; i < count; i += perTransaction) {
    const entries = Array.from({ length: perTransaction }, (_, k) => ({
      action: 'identity.enrol',
      subject: `bench-${i + k}`,
      by,
      at: new Date(),
      details: { vin: '1BHDEM0000T000000', ecuSerial: `TCU-${i + k}`, replaces: null },
    }));
    await db.transaction().execute((tx) => createAudit(tx).appendAll(entries));
  }
  const append = count / ((performance.now() - appending) / 1_000);
  const sequencing = performance.now();
  await sequencer.run({ checkpoint: 'now' });
  const sequence = count / ((performance.now() - sequencing) / 1_000);
  const verifying = performance.now();
  const verified = await verifyAudit(db, noteKey(origin, createPublicKey(privateKey)));
  const verify = count / ((performance.now() - verifying) / 1_000);
  if (!verified.ok || verified.entries !== count) throw new Error(`the audit log does not verify: ${verified.fault}`);

  run.add({
    bench: 'audit.append',
    value: append,
    unit: '1/s',
    note: `${count} entries, ${perTransaction} in one durable transaction`,
  });
  run.add({
    bench: 'audit.sequence',
    value: sequence,
    unit: '1/s',
    note: 'into the Merkle tree, in the background of the server',
  });
  run.add({
    bench: 'audit.verify',
    value: verify,
    unit: '1/s',
    note: 'every entry hashed again from its row, every checkpoint compared',
  });
}
