import {
  appendLeaf,
  type CompactRange,
  emptyRange,
  type Hash,
  type NoteKey,
  rootOf,
  sameHash,
  verifyCheckpoint,
} from '@bulkhead/merkle';
import type { Db } from '../db/database.ts';
import { createAuditStore } from './audit-store.ts';
import { entryHash } from './leaf.ts';
import { readCheckpoints, readEntries, type SequencedEntry, type StoredCheckpoint } from './log-views.ts';

export interface AuditVerification {
  readonly ok: boolean;
  /** Entries whose hash was recomputed. */
  readonly entries: number;
  /** Signed checkpoints that fitted. */
  readonly checkpoints: number;
  /** Entries committed in the last moments, not yet in the tree. */
  readonly pending: number;
  /** What is wrong, naming the first bad entry. */
  readonly fault: string | null;
  readonly faultIndex: number | null;
}

interface Fault {
  readonly text: string;
  readonly index: number;
}

/**
 * Recomputes the tree from the content of every row, in bounded memory and on one snapshot, and compares it with every
 * signed checkpoint. `remembered` are checkpoints that the caller kept outside this database: only these can show that
 * the tail was removed together with its checkpoints.
 * @throws MerkleError when a remembered note is not signed by `key`
 */
export function verifyAudit(db: Db, key: NoteKey, remembered: readonly string[] = []): Promise<AuditVerification> {
  const own = remembered.map((note) => verifyCheckpoint(note, key)).sort((a, b) => a.size - b.size);
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (tx) => {
      const walk = { range: emptyRange, checkpoints: 0, lastGood: 0 };
      const fault = (await walkEntries(tx, key, own, walk)) ?? (await treeFault(tx, walk.range));
      return {
        ok: !fault,
        entries: walk.range.size,
        checkpoints: walk.checkpoints,
        pending: await createAuditStore(tx).countUnsequenced(),
        fault: fault?.text ?? null,
        faultIndex: fault?.index ?? null,
      };
    });
}

interface Walk {
  range: CompactRange;
  checkpoints: number;
  /** Size of the last checkpoint that fitted. */
  lastGood: number;
}

interface Head {
  readonly size: number;
  readonly root: Hash;
}

async function walkEntries(tx: Db, key: NoteKey, own: readonly Head[], walk: Walk): Promise<Fault | undefined> {
  const signed = readCheckpoints(tx);
  let next = await signed.next();
  const kept = [...own];
  for await (const entry of readEntries(tx, 0)) {
    const fault = entryFault(entry, walk.range.size);
    if (fault) return fault;
    walk.range = appendLeaf(walk.range, entry.leaf_hash ?? new Uint8Array());
    while (kept[0] && kept[0].size <= walk.range.size) {
      const head = kept.shift();
      if (head && head.size === walk.range.size && !fits(head, walk.range))
        return rootFault(walk, 'the checkpoint you kept');
    }
    while (!next.done && next.value.size <= walk.range.size) {
      const bad = checkpointFault(next.value, key, walk);
      if (bad) return bad;
      next = await signed.next();
    }
  }
  const beyond = kept[0] ?? (next.done ? undefined : next.value);
  return beyond && beyond.size > walk.range.size ? removedTail(walk.range.size, beyond.size) : undefined;
}

function entryFault(entry: SequencedEntry, expected: number): Fault | undefined {
  if (entry.index !== expected)
    return { index: expected, text: `Entry ${expected} is missing: the next one is ${entry.index}` };
  let intact = false;
  try {
    intact = entry.leaf_hash !== null && sameHash(entryHash(entry, entry.index), entry.leaf_hash);
  } catch {
    // Details that are no JSON any more.
  }
  return intact
    ? undefined
    : {
        index: expected,
        text: `Entry ${expected} (${entry.action}, id ${entry.id}) was altered: its content does not fit its hash`,
      };
}

function checkpointFault({ size, root, note }: StoredCheckpoint, key: NoteKey, walk: Walk): Fault | undefined {
  let signed: Head;
  try {
    signed = verifyCheckpoint(note, key);
  } catch (error) {
    return {
      index: size,
      text: `The checkpoint of ${size} entries is not signed by ${key.name}: ${(error as Error).message}`,
    };
  }
  if (signed.size !== size || !sameHash(signed.root, root))
    return { index: size, text: `The checkpoint of ${size} entries does not hold what was signed` };
  if (size !== walk.range.size)
    return { index: size, text: `The checkpoint of ${size} entries stands where no entry ends` };
  if (!fits(signed, walk.range)) return rootFault(walk, `the signed checkpoint of ${size} entries`);
  walk.checkpoints += 1;
  walk.lastGood = size;
  return undefined;
}

const fits = (head: Head, range: CompactRange) => sameHash(head.root, rootOf(range));

const rootFault = ({ range, lastGood }: Walk, what: string): Fault => ({
  index: lastGood,
  text: `An entry from ${lastGood} to ${range.size - 1} was altered, moved or inserted together with its hash: the tree does not fit ${what}`,
});

const removedTail = (size: number, promised: number): Fault => ({
  index: size,
  text: `Entry ${size} is missing: the log ends here, but a checkpoint of ${promised} entries was signed`,
});

/** Entries of the last second are covered by no checkpoint yet; the running tree must hold them all the same. */
async function treeFault(tx: Db, range: CompactRange): Promise<Fault | undefined> {
  const tree = await createAuditStore(tx).tree();
  const size = tree?.size ?? 0;
  if (size > range.size) return removedTail(range.size, size);
  if (size < range.size) return { index: size, text: `Entry ${size} was inserted: the tree has only ${size} entries` };
  const same =
    tree?.hashes.length === range.hashes.length &&
    range.hashes.every((hash, i) => sameHash(hash, tree.hashes[i] ?? new Uint8Array()));
  return same ? undefined : { index: size, text: 'The running tree does not fit its entries' };
}
