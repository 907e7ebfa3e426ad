import type { CaseDetail } from '@bulkhead/contract';
import { newId } from '@bulkhead/kernel';
import type { Db } from '../../platform/db/database.ts';
import { badCase, type CaseDeps } from './case-deps.ts';
import { createCaseStore } from './case-store.ts';
import { createCaseViews } from './case-views.ts';
import type { Actor } from './deps.ts';
import { programsOf } from './domain/case-state.ts';
import { placesOf } from './sync-cases.ts';

const dayMs = 86_400_000;
type HeldCase = NonNullable<Awaited<ReturnType<ReturnType<typeof createCaseStore>['hold']>>>;

/** One change of a person: under the lock of the case; `work` answers the words for the timeline. */
export type Change = (
  id: string,
  verb: string,
  by: Actor,
  work: (tx: Db, one: HeldCase) => Promise<string>,
) => Promise<CaseDetail>;

/** Who owns a case, what is said about it, and whether its clock runs. */
export const careOf = (deps: CaseDeps, change: Change) => {
  const { clock } = deps;
  return {
    assign: (id: string, operatorId: string | null, by: Actor) =>
      change(id, 'assign', by, async (tx, one) => {
        const name = operatorId === null ? null : await deps.operatorName(operatorId);
        if (name === undefined) throw badCase('There is no such operator who can own a case');
        await createCaseStore(tx).update(one.id, { owner_id: operatorId, owner_name: name });
        return name === null ? 'Nobody owns it any more' : `Owned by ${name}`;
      }),

    pause: (id: string, reason: string, by: Actor) =>
      change(id, 'pause', by, async (tx, one) => {
        if (one.state === 'closed') throw badCase('The case is closed: its clock does not run');
        if (one.paused_at) throw badCase('The clock stands already');
        await createCaseStore(tx).update(one.id, { paused_at: clock.now(), paused_reason: reason, state: 'paused' });
        return `Clock stopped: ${reason}`;
      }),

    resume: (id: string, by: Actor) =>
      change(id, 'resume', by, async (tx, one) => {
        if (!one.paused_at) throw badCase('The clock runs already');
        const seconds = Math.max(0, Math.round((clock.now().getTime() - one.paused_at.getTime()) / 1_000));
        const due_at = one.due_at === null ? null : new Date(one.due_at.getTime() + seconds * 1_000);
        const paused_seconds = one.paused_seconds + seconds;
        await createCaseStore(tx).update(one.id, {
          paused_at: null,
          paused_reason: null,
          paused_seconds,
          due_at,
          state: 'open',
          dirty: true,
        });
        return `Clock runs again after ${Math.round(seconds / 3_600)} h`;
      }),

    comment: (id: string, text: string, by: Actor) => change(id, 'comment', by, async () => text),
  };
};

/** What brings a case to its end: a version that fixes it, an answer of the supplier. */
export const remedyOf = (deps: CaseDeps, change: Change) => {
  const { clock } = deps;
  return {
    linkFix: (id: string, softwareId: string, campaign: string | undefined, by: Actor) =>
      change(id, 'link-fix', by, async (tx, one) => {
        const version = (await createCaseViews(tx).versions(one.software_name)).find(
          (known) => known.id === softwareId,
        );
        if (!version)
          throw badCase(
            `The fix must be a version of ${one.software_name} with an SBOM: without one nobody can see that it is fixed`,
          );
        const places = await placesOf(tx, deps.fleet, one.vulnerability_id);
        const facts = programsOf(places).find(({ software }) => software === one.software_name);
        if (facts?.affected.includes(softwareId))
          throw badCase(`${one.software_name} ${version.version} still carries ${one.ref}: see its findings`);
        const shipped = campaign === undefined ? {} : { campaign, campaign_id: null };
        const fix = { fix_software_id: softwareId, fix_version: version.version, campaign: one.campaign, ...shipped };
        await createCaseStore(tx).update(one.id, {
          ...fix,
          dirty: true,
          ...(one.paused_at ? {} : { state: fix.campaign ? 'shipping' : 'fix-available' }),
        });
        return `Fixed by ${one.software_name} ${version.version}${campaign ? `, shipped by ${campaign}` : ''}`;
      }),

    request: (id: string, ask: { question: string; contact?: string; days: number }, by: Actor) =>
      change(id, 'ask-supplier', by, async (tx, one) => {
        if (one.state === 'closed') throw badCase('The case is closed: there is nothing to ask');
        const now = clock.now();
        const store = createCaseStore(tx);
        await store.ask({
          id: newId(),
          case_id: one.id,
          supplier: one.supplier,
          contact: ask.contact ?? null,
          question: ask.question,
          due_at: new Date(now.getTime() + ask.days * dayMs),
          sent_at: now,
          reminded_at: null,
          answered_at: null,
          answer: null,
        });
        if (!one.paused_at && one.fix_software_id === null)
          await store.update(one.id, { state: 'waiting-for-supplier' });
        return `Asked ${one.supplier}, answer due in ${ask.days} days: ${ask.question}`;
      }),
  };
};
