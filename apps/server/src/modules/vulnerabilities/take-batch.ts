import type { Db } from '../../platform/db/database.ts';
import type { SourceFault } from './domain/source-fault.ts';
import type { Intake } from './intake.ts';
import type { Batch, FileInHand } from './source-batch.ts';
import { createSourceFileStore, type OpenFile } from './source-file-store.ts';
import type { SourceRow } from './source-store.ts';

export interface TakenCounts {
  readonly changed: number;
  readonly unchanged: number;
  readonly removed: number;
  /** Files of which more is to be removed: take an empty batch with them again. */
  readonly unfinished: readonly FileInHand[];
  /** Set when a newer catalogue of exploited vulnerabilities was taken. */
  readonly released: string | undefined;
}

const recordsAtOnce = 300;
const removalsAtOnce = 500;

/**
 * Takes one batch in, in the caller's transaction: records, signals, problems, which file holds what, and what files that
 * were read to their end do not hold any more.
 */
export async function takeBatch(
  tx: Db,
  intake: Intake,
  source: SourceRow,
  batch: Batch,
  now: Date,
): Promise<TakenCounts> {
  const files = createSourceFileStore(tx);
  await openFiles(tx, source.id, batch.files);
  const counts = { changed: 0, unchanged: 0 };
  for (let i = 0; i < batch.advisories.length; i += recordsAtOnce) {
    const part = batch.advisories.slice(i, i + recordsAtOnce).map(({ advisory }) => advisory);
    const { changed, unchanged } = await intake.records(tx, source.id, part);
    counts.changed += changed;
    counts.unchanged += unchanged;
  }
  const marks = batch.advisories.map(({ advisory, file }) => ({ ref: advisory.id, ...openedOf(file) }));
  if (source.origin !== 'upload') await files.mark(source.id, marks);
  const { released, older } = await takeSignals(tx, intake, source, batch, counts);
  const faults = [...batch.faults, ...older].map(({ fault, file }) => ({ ...fault, ...openedOf(file) }));
  await files.setAside(source.id, faults, now);
  if (source.problem_count > 0 && batch.advisories.length > 0)
    await files.clear(
      source.id,
      marks.map(({ ref }) => ref),
      batch.files.map((file) => openedOf(file).fileId),
    );
  return { ...counts, released, ...(await closeFiles(tx, intake, source, batch.files, now)) };
}

const openedOf = ({ id = '', generation = 0 }: FileInHand) => ({ fileId: id, generation });

async function openFiles(tx: Db, sourceId: string, inHand: readonly FileInHand[]): Promise<void> {
  const unopened = inHand.filter(({ id }) => id === undefined);
  const key = ({ folder, name }: Pick<OpenFile, 'folder' | 'name'>) => `${folder}\0${name}`;
  const opened = new Map((await createSourceFileStore(tx).open(sourceId, unopened)).map((file) => [key(file), file]));
  for (const file of unopened) {
    const found = opened.get(key(file));
    if (found) Object.assign(file, { id: found.id, generation: found.generation });
  }
}

async function takeSignals(
  tx: Db,
  intake: Intake,
  source: SourceRow,
  { kev, epss }: Batch,
  counts: { changed: number; unchanged: number },
): Promise<{ released: string | undefined; older: { fault: SourceFault; file: FileInHand }[] }> {
  const older: { fault: SourceFault; file: FileInHand }[] = [];
  let known = typeof source.progress.released === 'string' ? source.progress.released : '';
  for (const { catalogue, file } of kev) {
    const { entries, setAside, released = '' } = catalogue;
    // one from a backup or a slow mirror must not take marks away
    if (released < known) {
      older.push({ fault: olderCatalogue(released, known), file });
      continue;
    }
    known = released;
    const rows = entries.map(({ cve, name, dateAdded, dueDate, ransomware }) => ({
      ref: cve,
      title: name,
      added: dateAdded,
      due: dueDate ?? null,
      ransomware,
    }));
    // an entry that could not be read is not one that is missing
    const changed = await intake.kev(tx, rows, setAside.length === 0);
    counts.changed += changed;
    counts.unchanged += Math.max(0, rows.length - changed);
  }
  for (const { on, rows } of epss) {
    const changed = await intake.epss(tx, on, rows);
    counts.changed += changed;
    counts.unchanged += rows.length - changed;
  }
  return { released: kev.length > 0 ? known : undefined, older };
}

const olderCatalogue = (released: string, known: string): SourceFault => ({
  record: 'catalogue',
  named: false,
  code: 'source.older',
  reason: `The catalogue is of ${released.slice(0, 10) || 'an unknown day'} and older than the one that is known, of ${known.slice(0, 10)}: not taken`,
  excerpt: '',
});

/** A record that is broken today may be one that was well before: from a file with nameless ones nothing is missing for sure. */
const isDefinite = ({ generation = 1, broken, nameless }: FileInHand) =>
  generation > 1 && broken === undefined && !nameless;

/** Closes files that were read to their end, once nothing is left that they do not hold any more. */
async function closeFiles(tx: Db, intake: Intake, source: SourceRow, inHand: readonly FileInHand[], now: Date) {
  const files = createSourceFileStore(tx);
  const ended = inHand.filter((file) => file.ended);
  const definite = source.origin === 'directory' || (source.origin === 'url' && source.remove_missing);
  const again = definite ? ended.filter(isDefinite) : [];
  let removed = 0;
  if (again.length > 0) {
    const gone = await files.takeGone(
      source.id,
      again.map((file) => openedOf(file).fileId),
      again.flatMap(({ setAside }) => setAside),
      removalsAtOnce,
    );
    if (gone.refs.length > 0) removed = await intake.removed(tx, source.id, gone.refs);
    if (gone.more) return { removed, unfinished: ended };
  }
  await files.close(
    ended.map((file) => ({
      ...file,
      id: openedOf(file).fileId,
      hash: file.broken && source.origin === 'url' ? null : file.hash,
    })),
    now,
  );
  return { removed, unfinished: [] };
}
