import type { CaseDetail, SlaPolicy } from '@bulkhead/contract';
import { inTransaction } from '../../platform/db/database.ts';
import { type Change, careOf, remedyOf } from './case-actions.ts';
import { badCase, type CaseDeps, unknownCase } from './case-deps.ts';
import { keeping } from './case-keeper.ts';
import { shippingOf } from './case-shipping.ts';
import { createCaseStore } from './case-store.ts';
import { createCaseViews } from './case-views.ts';
import type { Actor } from './deps.ts';
import { programsOf } from './domain/case-state.ts';
import { unknownVulnerability } from './domain/error.ts';
import { openCase, placesOf } from './sync-cases.ts';
import { createVulnerabilityViews } from './vulnerability-views.ts';

/** Work on vulnerabilities: from the finding to the last vehicle that reports a version without it. */
export const createCases = (deps: CaseDeps) => {
  const { db, clock, announce } = deps;
  const views = createCaseViews(db);

  const detail = (id: string) => detailOf(deps, id);

  /** One change of a person: under the lock of the case, with its timeline entry and audit entry. */
  const change: Change = async (id, verb, by, work) => {
    await inTransaction(db, async (tx) => {
      const one = await createCaseStore(tx).hold(id);
      if (!one) throw unknownCase(id);
      const now = clock.now();
      const text = await work(tx, one);
      await createCaseStore(tx).entry(id, now, by.name, verb, text);
      const details = { ref: one.ref, software: one.software_name, number: one.number, text: text.slice(0, 1000) };
      await deps
        .bind(tx)
        .audit.append({ action: `vulnerabilities.${verb}-case`, subject: one.ref, by, details, at: now });
    });
    announce('cases');
    return detail(id);
  };

  return Object.freeze({
    list: views.list,
    get: detail,
    policy: views.policy,
    previewPolicy: (policy: SlaPolicy) => views.policyEffect(policy, clock.now()),
    ...careOf(deps, change),
    ...remedyOf(deps, change),

    open: async (ref: string, software: string, by: Actor): Promise<CaseDetail> => {
      const id = await createVulnerabilityViews(db).idOf(ref);
      if (id === undefined) throw unknownVulnerability(ref);
      const opened = await inTransaction(db, async (tx) => {
        const inside = createCaseViews(tx);
        const known = (await inside.ofVulnerability(id)).find((one) => one.software_name === software);
        if (known) return known.id;
        const facts = programsOf(await placesOf(tx, deps.fleet, id)).find((one) => one.software === software);
        if (!facts || facts.affected.length === 0)
          throw badCase(`No version of "${software.slice(0, 100)}" carries ${ref}: there is nothing to work on`);
        const vulnerability = { id, ref, title: (await inside.vulnerability(id))?.title ?? '' };
        return openCase(tx, deps, vulnerability, facts, await inside.policy(), by);
      });
      announce('cases');
      if (opened === undefined) throw badCase('Somebody opened it at this moment: load the list again');
      return detail(opened);
    },

    savePolicy: async (policy: SlaPolicy, by: Actor): Promise<SlaPolicy> => {
      await inTransaction(db, async (tx) => {
        const store = createCaseStore(tx);
        const before = await createCaseViews(tx).policy();
        await store.savePolicy(policy);
        await store.markAllDirty();
        const details = { before, after: policy };
        await deps
          .bind(tx)
          .audit.append({ action: 'vulnerabilities.save-sla', subject: 'sla', by, details, at: clock.now() });
      });
      return policy;
    },

    ...keeping(deps),
    ...shippingOf(deps),
  });
};
export type Cases = ReturnType<typeof createCases>;

async function detailOf({ db, fleet }: CaseDeps, id: string): Promise<CaseDetail> {
  const views = createCaseViews(db);
  const found = await views.byId(id);
  if (!found) throw unknownCase(id);
  const { vulnerabilityId, ...one } = found;
  const [versions, places, history] = await Promise.all([
    views.versions(one.software),
    placesOf(db, fleet, vulnerabilityId),
    views.history(id),
  ]);
  const affected = new Set(programsOf(places).find(({ software }) => software === one.software)?.affected);
  const vehicles = await fleet.vehiclesPerSoftware(versions.map((version) => version.id));
  const row = (version: { id: string; version: string }) => ({
    softwareId: version.id,
    version: version.version,
    vehicles: vehicles.get(version.id) ?? 0,
  });
  return {
    ...one,
    affectedVersions: versions.filter((version) => affected.has(version.id)).map(row),
    fixedVersions: versions.filter((version) => !affected.has(version.id)).map(row),
    ...history,
  };
}
