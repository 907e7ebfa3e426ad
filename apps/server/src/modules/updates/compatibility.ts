import type { Compatibility } from '@bulkhead/contract';
import type { Db } from '../../platform/db/database.ts';
import { createCompatibilityViews } from './compatibility-views.ts';
import { unknownRelease } from './domain/error.ts';
import { incompatibilityText } from './domain/incompatibility.ts';
import { createReleaseViews } from './release-views.ts';
import { targetCondition } from './target-filter-views.ts';

/** Vehicles per statement: some seconds of work, so that no statement comes near the time limit of queries. */
const sliceSize = 50_000;
const firstId = '00000000-0000-0000-0000-000000000000';

/**
 * Compares a release with the last known configuration of every vehicle of a filter (UN R156 7.1.1.7), grouped by the
 * first thing that speaks against it. Stops when `signal` aborts.
 */
export async function checkCompatibility(
  db: Db,
  releaseId: string,
  filter: string,
  signal?: AbortSignal,
): Promise<Compatibility> {
  const views = createReleaseViews(db);
  const release = await views.byId(releaseId);
  if (!release) throw unknownRelease(releaseId);
  const { models, rules } = release;
  const own = createCompatibilityViews(db);
  const check = await own.checkOf({ models, rules, items: await views.items(releaseId) });
  const condition = targetCondition(filter);
  const groups = new Map<string, Compatibility['groups'][number]>();
  let [vehicles, compatible] = [0, 0];
  for (let after = firstId, seen = sliceSize; seen === sliceSize && !signal?.aborted; ) {
    const rows = await own.groups(check, { condition, after, limit: sliceSize });
    seen = rows.reduce((sum, row) => sum + Number(row.vehicles), 0);
    after = rows.reduce((last, row) => (row.last > last ? row.last : last), after);
    vehicles += seen;
    for (const row of rows) {
      if (row.reason === null) compatible += Number(row.vehicles);
      else addGroup(groups, { ...row, reason: row.reason, subject: row.subject ?? '' });
    }
  }
  return { vehicles, compatible, groups: [...groups.values()].sort((a, b) => b.vehicles - a.vehicles) };
}

type Group = Compatibility['groups'][number];

function addGroup(
  groups: Map<string, Group>,
  row: Pick<Group, 'reason' | 'subject' | 'examples'> & { vehicles: string },
): void {
  const { reason, subject, examples } = row;
  const key = JSON.stringify([reason, subject]);
  const known = groups.get(key);
  if (known) known.vehicles += Number(row.vehicles);
  else
    groups.set(key, {
      reason,
      subject,
      text: incompatibilityText(reason, subject),
      vehicles: Number(row.vehicles),
      examples,
    });
}
