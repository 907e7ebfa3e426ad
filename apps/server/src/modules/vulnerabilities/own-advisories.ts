import type { OwnAdvisory } from '@bulkhead/contract';
import { newId } from '@bulkhead/kernel';
import { type Db, inTransaction } from '../../platform/db/database.ts';
import type { Actor } from './deps.ts';
import { unknownVulnerability, VulnerabilityError } from './domain/error.ts';
import { ownAdvisory, ownNumber } from './domain/own-advisory.ts';
import { subjectsOf } from './domain/subjects.ts';
import { createIntake } from './intake.ts';
import type { Matcher } from './matcher.ts';
import { createOwnStore } from './own-store.ts';
import { createOwnViews } from './own-views.ts';
import type { SourceDeps } from './source-deps.ts';
import { createSourceStore } from './source-store.ts';

const ownSource = 'Own advisories';

/** Advisories that people write by hand: for what no public source tells of, such as a supplier's stack. */
export const createOwnAdvisories = (deps: SourceDeps, matcher: Pick<Matcher, 'hold' | 'matchNow'>) => ({
  /** Writes one or replaces it; answers after it is matched, with the number of its findings. */
  putOwn: (typed: OwnAdvisory, by: Actor): Promise<{ ref: string; findings: number }> =>
    inTransaction(deps.db, async (tx) => {
      await matcher.hold(tx);
      const now = deps.clock.now();
      const sourceId = await sourceOf(tx, now);
      const ref = typed.ref ?? (await freeNumber(tx, now));
      const before = await createOwnViews(tx).advisory(ref);
      if (before && before.sourceId !== sourceId)
        throw bad(`${ref} is a record of the source "${before.source}": take another ref, and name it in "aliases".`);
      const advisory = ownAdvisory(ref, typed, now, before?.published ?? now.toISOString());
      await createIntake(deps).records(tx, sourceId, [advisory]);
      const ids = await createOwnViews(tx).vulnerabilities([...subjectsOf(advisory), ...(before?.subjects ?? [])]);
      await matcher.matchNow(tx, ids);
      await settle(deps, tx, sourceId, now);
      await deps.bind(tx).audit.append({
        action: before ? 'vulnerabilities.replace-advisory' : 'vulnerabilities.write-advisory',
        subject: ref,
        by,
        details: { title: typed.title, affected: typed.affected.length },
        at: now,
      });
      return { ref, findings: await createOwnViews(tx).countFindings(subjectsOf(advisory)) };
    }),

  /** It stays readable with its number and matches nothing any more. */
  withdrawOwn: (ref: string, reason: string, by: Actor): Promise<{ ref: string }> =>
    inTransaction(deps.db, async (tx) => {
      await matcher.hold(tx);
      const now = deps.clock.now();
      const views = createOwnViews(tx);
      const before = await views.advisory(ref);
      if (!before) throw unknownVulnerability(ref);
      if (before.format !== 'own')
        throw bad(
          `${ref} comes from the source "${before.source}" and is withdrawn there. Decide "not affected" instead.`,
        );
      if (before.withdrawn) throw bad(`${ref} is withdrawn already.`);
      await createIntake(deps).records(tx, before.sourceId, [
        { ...before.stored, withdrawn: now.toISOString(), modified: now.toISOString() },
      ]);
      await matcher.matchNow(tx, await views.vulnerabilities(before.subjects));
      await settle(deps, tx, before.sourceId, now);
      await deps
        .bind(tx)
        .audit.append({ action: 'vulnerabilities.withdraw-advisory', subject: ref, by, details: { reason }, at: now });
      return { ref };
    }),
});
export type OwnAdvisories = ReturnType<typeof createOwnAdvisories>;

const bad = (detail: string) => new VulnerabilityError('vulnerabilities.bad-advisory', detail);

const sourceOf = (tx: Db, now: Date): Promise<string> =>
  createOwnStore(tx).source({
    id: newId(),
    name: ownSource,
    kind: 'advisories',
    origin: 'own',
    location: null,
    every_minutes: null,
    last_attempt_at: null,
    last_success_at: null,
    last_change_at: null,
    last_error: null,
    job_id: null,
    created_at: now,
  });

/** Numbers that somebody took by hand are passed over. */
async function freeNumber(tx: Db, now: Date): Promise<string> {
  const year = now.getUTCFullYear();
  for (;;) {
    const ref = ownNumber(year, await createOwnStore(tx).nextNumber(year));
    if (!(await createOwnViews(tx).advisory(ref))) return ref;
  }
}

async function settle(deps: SourceDeps, tx: Db, sourceId: string, now: Date): Promise<void> {
  const store = createSourceStore(tx);
  await store.update(sourceId, { last_attempt_at: now, last_success_at: now, last_change_at: now });
  await store.recount(sourceId);
  for (const list of ['sources', 'vulnerabilities', 'findings'] as const) deps.announce(list);
}
