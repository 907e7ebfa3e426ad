import type { KeyObject } from 'node:crypto';
import type { Clock } from '@bulkhead/kernel';
import { appendLeaf, type CompactRange, compactRange, rootOf, signCheckpoint } from '@bulkhead/merkle';
import type { Db } from '../db/database.ts';
import { type Log, silentLog } from '../db/log.ts';
import { type AuditStore, createAuditStore, type Leaf } from './audit-store.ts';
import { type EntryContent, entryHash } from './leaf.ts';

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
  const store = createAuditStore(tx);
  if (!(await store.lockTree())) return 0;
  const tree = await store.tree();
  if (!tree) throw new Error('platform_audit_tree has lost its row: restore the database from a backup');
  const entries = await store.unsequenced(batchSize);
  const before = compactRange(tree.size, tree.hashes);
  const range = entries.length > 0 ? await extend(store, before, entries) : before;
  await signWhenDue(store, range, options, checkpoint);
  return entries.length;
}

async function extend(
  store: AuditStore,
  before: CompactRange,
  entries: readonly EntryContent[],
): Promise<CompactRange> {
  const leaves: Leaf[] = [];
  let range = before;
  for (const entry of entries) {
    const hash = entryHash(entry, range.size);
    leaves.push({ id: entry.id, index: range.size, hash });
    range = appendLeaf(range, hash);
  }
  await store.saveTree(range, leaves);
  return range;
}

async function signWhenDue(
  store: AuditStore,
  range: CompactRange,
  { privateKey, origin, clock }: SequencerOptions,
  when: 'due' | 'now',
) {
  const last = await store.newestCheckpoint();
  const at = clock.now();
  if (range.size === (last?.size ?? 0)) return;
  if (when === 'due' && last && at.getTime() - last.at.getTime() < checkpointEvery) return;
  const root = Buffer.from(rootOf(range));
  const note = signCheckpoint({ origin, size: range.size, root }, privateKey);
  await store.insertCheckpoint({ size: String(range.size), root, note, at });
}
