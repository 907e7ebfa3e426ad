import type { QualityRule, SbomGate, SbomRuleResult } from '@bulkhead/contract';
import { gateFault, qualityRules, type QualityRule as Rule, type RuleResult } from '@bulkhead/sbom';
import { type Db, inTransaction } from '../../platform/db/database.ts';
import type { Actor, InventoryDeps } from './deps.ts';
import { InventoryError, unknownSbom } from './domain/error.ts';
import { createGateStore } from './gate-store.ts';
import { createGateViews } from './gate-views.ts';
import { readSbomDocument } from './read-sbom-document.ts';
import { createSbomStore } from './sbom-store.ts';
import { createSbomViews } from './sbom-views.ts';
import type { createSboms } from './sboms.ts';

const wordsOf = ({ id, standard, title, ask, weight, about }: Rule): QualityRule => ({
  id,
  standard,
  title,
  ask,
  weight,
  about,
});

const ruleIds = new Set(qualityRules.map(({ id }) => id));

export const createSbomQuality = (deps: InventoryDeps, sboms: Pick<ReturnType<typeof createSboms>, 'document'>) => ({
  rules: () => qualityRules.map(wordsOf),
  gates: () => createGateViews(deps.db).list(),
  putGate: (supplier: string, gate: { minimumScore: number; requiredRules?: string[] | undefined }, by: Actor) =>
    putGate(deps, supplier, gate, by),
  deleteGate: (supplier: string, by: Actor) => deleteGate(deps, supplier, by),

  /** Score and rules of one SBOM, in words. One stored before there were scores is rated now. */
  of: async (id: string) => {
    const { db } = deps;
    const stored = await createSbomViews(db).quality(id);
    if (!stored) throw unknownSbom(id);
    const quality =
      stored.score !== null
        ? { score: stored.score, rules: stored.rules as readonly RuleResult[] }
        : await rate(db, id, sboms);
    const gate = await createGateViews(db).gateOf(stored.supplier);
    const results = new Map(quality.rules.map((result) => [result.rule, result]));
    return {
      score: quality.score,
      items: qualityRules.flatMap((rule): SbomRuleResult[] => {
        const found = results.get(rule.id); // a rule that is newer than the rating has no result
        if (!found) return [];
        const { passed, failing, of, examples } = found;
        return [{ ...wordsOf(rule), passed, failing, of, examples: [...examples] }];
      }),
      gate: gate ?? null,
      gateFault: (gate && gateFault(quality, gate)) ?? null,
    };
  },

  /** Rates SBOMs that were stored before there were scores, some at a time; answers how many it rated. */
  rateOlder: async (limit: number): Promise<number> => {
    const ids = await createSbomViews(deps.db).unrated(limit);
    for (const id of ids) await rate(deps.db, id, sboms);
    return ids.length;
  },
});

/** A rating follows from the document alone; storing it is no change that somebody made. */
async function rate(db: Db, id: string, sboms: Pick<ReturnType<typeof createSboms>, 'document'>) {
  const { quality } = await readSbomDocument((await sboms.document(id)).bytes);
  await createSbomStore(db).rate(id, quality.score, JSON.stringify(quality.rules));
  return quality;
}

async function putGate(
  { db, clock, bind, notify }: InventoryDeps,
  supplier: string,
  { minimumScore, requiredRules = [] }: { minimumScore: number; requiredRules?: string[] | undefined },
  by: Actor,
): Promise<SbomGate> {
  const unknown = requiredRules.find((rule) => !ruleIds.has(rule));
  if (unknown !== undefined)
    throw new InventoryError('inventory.bad-gate', `There is no rule "${unknown}": GET /sbom-rules names them.`);
  return inTransaction(db, async (tx) => {
    const now = clock.now();
    const required_rules = [...new Set(requiredRules)];
    const row = { supplier, minimum_score: minimumScore, required_rules, updated_at: now, updated_by: by.name };
    await createGateStore(tx).put(row);
    const details = { minimumScore, requiredRules: required_rules };
    await bind(tx).audit.append({ action: 'inventory.put-sbom-gate', subject: supplier, by, details, at: now });
    await notify?.(tx, 'sboms');
    return { supplier, minimumScore, requiredRules: required_rules, updatedAt: now.toISOString(), updatedBy: by.name };
  });
}

async function deleteGate({ db, clock, bind, notify }: InventoryDeps, supplier: string, by: Actor): Promise<void> {
  await inTransaction(db, async (tx) => {
    if (!(await createGateStore(tx).remove(supplier)))
      throw new InventoryError('inventory.unknown-gate', `There is no gate for "${supplier}".`);
    await bind(tx).audit.append({ action: 'inventory.delete-sbom-gate', subject: supplier, by, at: clock.now() });
    await notify?.(tx, 'sboms');
  });
}
