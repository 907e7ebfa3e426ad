import { type Db, inTransaction } from '../../platform/db/database.ts';
import type { CaseDeps } from './case-deps.ts';
import { createCaseStore } from './case-store.ts';
import { createCaseViews } from './case-views.ts';
import { createQueueStore } from './queue-store.ts';
import { dueVulnerabilities, syncCases } from './sync-cases.ts';

const lookEveryMs = 600_000;
const looksAtOnce = 50;

/** What happens to cases without a person. */
export const keeping = (deps: CaseDeps) => {
  const { db, clock, announce } = deps;
  return {
    /** Vehicles reported other versions of these programs. */
    programsReported: async (tx: Db, names: readonly string[]): Promise<void> => {
      await createCaseStore(tx).markDirty(names);
    },

    /** A statement of the supplier answers what was asked of it. */
    answered: async (tx: Db, vulnerabilityId: string, author: string, text: string): Promise<void> => {
      for (const one of await createCaseViews(tx).ofVulnerability(vulnerabilityId)) {
        if (one.supplier !== author) continue;
        const answers = await createCaseStore(tx).answer(one.id, text, clock.now());
        if (answers.length === 0) continue;
        await createCaseStore(tx).entry(one.id, clock.now(), author, 'answered', text);
        await createCaseStore(tx).update(one.id, { dirty: true });
      }
    },

    /** Looks at cases that wait, and reminds suppliers; run every minute by any replica. Answers how many vulnerabilities it looked at. */
    sweep: async (): Promise<number> => {
      const looked = await inTransaction(db, async (tx) => {
        await createQueueStore(tx).hold();
        const ids = await dueVulnerabilities(tx, clock.now(), lookEveryMs, looksAtOnce);
        for (const id of ids) await syncCases(tx, deps, id);
        await remind(tx, deps);
        return ids.length;
      });
      if (looked > 0) announce('cases');
      return looked;
    },
  };
};

async function remind(tx: Db, deps: CaseDeps): Promise<void> {
  const now = deps.clock.now();
  for (const request of await createCaseStore(tx).takeReminders(now)) {
    await createCaseStore(tx).entry(
      request.case_id,
      now,
      'case keeper',
      'reminded',
      `${request.supplier} has not answered in time`,
    );
    await deps.bind(tx).notify?.publish(tx, {
      topic: 'vulnerabilities.sla',
      severity: 'medium',
      subject: `${request.supplier} has not answered`,
      text: `${request.question}\nAsked ${request.sent_at.toISOString().slice(0, 10)}${request.contact ? `, contact ${request.contact}` : ''}.`,
      link: `/cases/${request.case_id}`,
      dedupeKey: `supplier-reminder ${request.id} ${now.toISOString().slice(0, 10)}`,
    });
  }
}
