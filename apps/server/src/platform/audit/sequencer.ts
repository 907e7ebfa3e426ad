import type { KeyObject } from 'node:crypto';
import type { Clock } from '@bulkhead/kernel';
import { appendLeaf, type CompactRange, compactRange, type Hash, rootOf, signCheckpoint } from '@bulkhead/merkle';
import { sql } from 'kysely';
import type { Db } from '../db/database.ts';
import { type Log, silentLog } from '../db/log.ts';
import { contentColumns, type EntryContent, entryHash } from './leaf.ts';

export interface SequencerOptions {
  db: Db;
  /** Ed25519; signs the checkpoints. */
  privateKey: KeyObject;
  /** Names the log in its checkpoints, `fleet.example/audit`; no spaces and no plus sign. */
  origin: string;
  clock: Clock;
  log?: Log;
  /** Told after entries were taken into the tree. */
  onTaken?: () => void;
  /** Pause between looks for new entries. */
  interval?: number;
}

export interface Sequencer {
  /** Takes all committed entries into the tree and signs a checkpoint when one is due; returns how many were taken. */
  run(options?: { checkpoint?: 'due' | 'now' }): Promise<number>;
  start(): void;
  /** Ends the loop after signing for what has been taken. */
  stop(): Promise<void>;
}

/** "audt": one replica at a time extends the tree. */
const sequencerLock = 0x61756474;
const batchSize = 2_000;
const checkpointEvery = 1_000;

/**
 * Numbers committed audit entries and extends the tree. It looks for work twice a second instead of being notified:
 * a NOTIFY in each business transaction would make all their commits wait for one another (PostgreSQL, PreCommit_Notify).
 */
export function createSequencer(options: SequencerOptions): Sequencer {
  const { log = silentLog, interval = 500 } = options;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<unknown> = Promise.resolve();
  let stopped = true;

  const run = async ({ checkpoint = 'due' }: { checkpoint?: 'due' | 'now' } = {}) => {
    let taken = 0;
    for (;;) {
      const batch = await options.db.transaction().execute((tx) => takeBatch(tx, options, checkpoint));
      taken += batch;
      if (batch < batchSize) return taken;
    }
  };
  const tick = async () => {
    try {
      if ((await run()) > 0) options.onTaken?.();
    } catch (error) {
      log.error({ err: error }, 'the audit log could not be sequenced; trying again');
    }
    if (!stopped) timer = setTimeout(turn, interval);
  };
  const turn = () => {
    running = tick();
  };
  const start = () => {
    if (!stopped) return;
    stopped = false;
    turn();
  };
  const stop = async () => {
    if (stopped) return;
    stopped = true;
    clearTimeout(timer);
    await running;
    await run({ checkpoint: 'now' }).catch((error: unknown) => log.warn({ err: error }, 'no last audit checkpoint'));
  };
  return Object.freeze({ run, start, stop });
}

async function takeBatch(tx: Db, options: SequencerOptions, checkpoint: 'due' | 'now'): Promise<number> {
  const { rows } = await sql<{
    mine: boolean;
  }>`select pg_try_advisory_xact_lock(${sequencerLock}::bigint) as mine`.execute(tx);
  if (!rows[0]?.mine) return 0;
  const stored = await tx.selectFrom('platform_audit_tree').select(['size', 'range']).executeTakeFirstOrThrow();
  const before = compactRange(Number(stored.size), stored.range);
  const entries = await tx
    .selectFrom('platform_audit_entry')
    .select(contentColumns)
    .where('leaf_index', 'is', null)
    .orderBy('id')
    .limit(batchSize)
    .execute();
  const range = entries.length > 0 ? await extend(tx, before, entries) : before;
  await signWhenDue(tx, range, options, checkpoint);
  return entries.length;
}

async function extend(tx: Db, before: CompactRange, entries: readonly EntryContent[]): Promise<CompactRange> {
  const leaves: { id: string; index: number; hash: Hash }[] = [];
  let range = before;
  for (const entry of entries) {
    const hash = entryHash(entry, range.size);
    leaves.push({ id: entry.id, index: range.size, hash });
    range = appendLeaf(range, hash);
  }
  await sql`update platform_audit_entry as e set leaf_index = leaf.index, leaf_hash = leaf.hash
    from unnest(${leaves.map(({ id }) => id)}::uuid[], ${leaves.map(({ index }) => index)}::bigint[], ${leaves.map(({ hash }) => hash)}::bytea[])
      as leaf (id, index, hash)
    where e.id = leaf.id`.execute(tx);
  await sql`update platform_audit_tree set size = ${range.size}, range = ${[...range.hashes]}::bytea[]`.execute(tx);
  return range;
}

async function signWhenDue(
  tx: Db,
  range: CompactRange,
  { privateKey, origin, clock }: SequencerOptions,
  when: 'due' | 'now',
) {
  const last = await tx
    .selectFrom('platform_audit_checkpoint')
    .select(['size', 'at'])
    .orderBy('size', 'desc')
    .limit(1)
    .executeTakeFirst();
  const at = clock.now();
  if (range.size === Number(last?.size ?? 0)) return;
  if (when === 'due' && last && at.getTime() - last.at.getTime() < checkpointEvery) return;
  const root = Buffer.from(rootOf(range));
  const note = signCheckpoint({ origin, size: range.size, root }, privateKey);
  await tx
    .insertInto('platform_audit_checkpoint')
    .values({ size: String(range.size), root, note, at })
    .execute();
}
