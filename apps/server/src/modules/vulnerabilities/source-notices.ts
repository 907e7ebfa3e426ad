import { type Db, inTransaction } from '../../platform/db/database.ts';
import { alarmOf } from './domain/source-freshness.ts';
import type { SourceDeps, SourceMessage } from './source-deps.ts';
import { createSourceStore, type SourceRow } from './source-store.ts';
import { factsOf } from './source-views.ts';

type Alarm = NonNullable<ReturnType<typeof alarmOf>>;

/** Tells people when a source becomes unreliable and when it is well again, each once, in the transaction that finds it. */
export async function tellSource(tx: Db, deps: SourceDeps, id: string): Promise<void> {
  const row = await createSourceStore(tx).hold(id);
  if (row) await tellIfNew(tx, deps, row);
}

/** Time alone makes a source stale or quiet: looked at on every replica, told by one. */
export const tellAllSources = (deps: SourceDeps): Promise<void> =>
  inTransaction(deps.db, async (tx) => {
    for (const row of await createSourceStore(tx).forNotice()) await tellIfNew(tx, deps, row);
  });

async function tellIfNew(tx: Db, deps: SourceDeps, row: SourceRow): Promise<void> {
  const now = deps.clock.now();
  const alarm = alarmOf(factsOf(row), now);
  if (alarm === row.told) return;
  await createSourceStore(tx).update(row.id, { told: alarm });
  deps.announce('sources');
  // one that was switched off or is being removed is no good news
  if (alarm === null && (!row.enabled || row.removing)) return;
  await deps.reading.notify(tx, alarm === null ? recovered(row, now) : alarming(row, alarm, now));
}

const message = (row: SourceRow, what: string, now: Date): Pick<SourceMessage, 'topic' | 'link' | 'dedupeKey'> => ({
  topic: 'vulnerabilities.source',
  link: `/advisory-sources/${row.id}`,
  dedupeKey: `source ${row.id} ${what} ${now.toISOString()}`,
});

const recovered = (row: SourceRow, now: Date): SourceMessage => ({
  ...message(row, 'well', now),
  severity: 'info',
  subject: `Source "${row.name}" works again`,
  text: `It was read at ${(row.last_success_at ?? now).toISOString()} and is up to date.`,
});

function alarming(row: SourceRow, alarm: Alarm, now: Date): SourceMessage {
  const texts: Readonly<Record<Alarm, readonly [subject: string, text: string]>> = {
    failing: [
      `Source "${row.name}" cannot be read`,
      `${row.last_error ?? 'The reason is in the job'} New vulnerabilities are not seen.`,
    ],
    stale: [
      `Source "${row.name}" is out of date`,
      `It was last read at ${row.last_success_at?.toISOString() ?? 'no time'}, more than ${row.stale_after_hours} hours ago.${row.last_error ? ` ${row.last_error}` : ''}`,
    ],
    quiet: [
      `Source "${row.name}" brings nothing new`,
      `It answers, but nothing in it has changed since ${row.last_change_at?.toISOString() ?? 'its beginning'}, for more than ${row.quiet_after_days} days. Perhaps nobody keeps it up any more.`,
    ],
  };
  const [subject, text] = texts[alarm];
  return { ...message(row, alarm, now), severity: alarm === 'quiet' ? 'medium' : 'high', subject, text };
}
