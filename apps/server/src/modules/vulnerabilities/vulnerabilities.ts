import type { FindingDetail, Portfolio } from '@bulkhead/contract';
import type { Db } from '../../platform/db/database.ts';
import { inTransaction } from '../../platform/db/database.ts';
import { createCompiledFiles } from './compiled-files.ts';
import { createDecisions } from './decisions.ts';
import type { VulnerabilityDeps } from './deps.ts';
import { unknownFinding, unknownVulnerability, VulnerabilityError } from './domain/error.ts';
import { evaluateComponents, type GivenComponent } from './evaluate-sbom.ts';
import { createFigures } from './figures.ts';
import { createFindingViews } from './finding-views.ts';
import { createIntake } from './intake.ts';
import { createMatcher, enqueue } from './matcher.ts';
import { createOccurrenceViews } from './occurrence-views.ts';
import { createOccurrences } from './occurrences.ts';
import { createRecordCache } from './record-cache.ts';
import { createVex } from './vex.ts';
import { createVulnerabilityViews } from './vulnerability-views.ts';

const mostOccurrences = 200;

/** Rule 4, first half: from a published record to the exact vehicles, with proof and priority. The only writer of vulnerabilities_*. */
export const createVulnerabilities = (deps: VulnerabilityDeps) => {
  const { db, clock, fleet } = deps;
  const views = createVulnerabilityViews(db);
  const findings = createFindingViews(db);
  const figures = createFigures(deps);
  const matcher = createMatcher(deps, figures.refreshSoon);
  const cache = createRecordCache();
  return Object.freeze({
    intake: createIntake(deps),
    decisions: createDecisions(deps),
    compiledFiles: createCompiledFiles(deps, cache),
    vex: createVex(deps),
    matcher,
    /** What changes with the fleet; every few minutes. */
    refreshFigures: figures.refresh,
    stopFigures: figures.stop,
    ...reading(deps, views, findings),

    /** An SBOM was stored or accepted: its components are matched. */
    softwareChanged: (tx: Db, softwareIds: readonly string[]) => enqueue(tx, deps, 'software', softwareIds),

    /** Components have other confirmed names than before. */
    namesChanged: (tx: Db, softwareIds: readonly string[]) => enqueue(tx, deps, 'software', softwareIds),

    /** SBOMs that this module has not seen, as after a restore: queued. Call once at the start. */
    catchUp: async (): Promise<number> => {
      const known = await createOccurrenceViews(db).knownSboms();
      const missing = (await fleet.softwareWithSbom()).filter(
        ({ softwareId, sbomId }) => known.get(softwareId) !== sbomId,
      );
      const ids = missing.map(({ softwareId }) => softwareId);
      await inTransaction(db, (tx) => enqueue(tx, deps, 'software', ids));
      return ids.length;
    },

    evaluate: (components: readonly GivenComponent[], options: { function?: string; software?: string }) =>
      evaluateComponents(db, cache, components, options),

    portfolio: async (): Promise<Portfolio> => {
      const read = async () => findings.portfolio(await fleet.modelSizes(), await fleet.softwareWithoutSbom());
      const known = await read();
      if (known) return known;
      await figures.refresh();
      return (await read()) ?? emptyPortfolio(clock.now());
    },
  });
};
export type Vulnerabilities = ReturnType<typeof createVulnerabilities>;

const emptyPortfolio = (now: Date): Portfolio => ({
  models: [],
  totals: { immediate: 0, outOfCycle: 0, scheduled: 0, defer: 0, unsure: 0 },
  unidentifiedComponents: 0,
  softwareWithoutSbom: 0,
  countedAt: now.toISOString(),
});

function reading(
  { db, fleet }: VulnerabilityDeps,
  views: ReturnType<typeof createVulnerabilityViews>,
  findings: ReturnType<typeof createFindingViews>,
) {
  const occurrences = createOccurrences(db, fleet);
  return {
    list: views.list,
    get: async (ref: string) => (await views.detail(ref)) ?? unknown(ref),
    listFindings: findings.list,
    openRefs: findings.openRefs,

    finding: async (id: string): Promise<FindingDetail> => {
      const found = await findings.byId(id);
      if (!found) throw unknownFinding(id);
      const { vulnerabilityId, ...finding } = found;
      const places = await occurrences.page({ column: 'id', id }, vulnerabilityId, { limit: mostOccurrences });
      return { ...finding, occurrences: places };
    },

    occurrences: async (ref: string, { limit = 100, cursor }: { limit?: number; cursor?: string }) => {
      const id = (await views.idOf(ref)) ?? unknown(ref);
      const after = cursor === undefined ? undefined : readCursor(cursor);
      const page = { limit: limit + 1, ...(after ? { after } : {}) };
      const found = await occurrences.page({ column: 'vulnerability_id', id }, id, page);
      const items = found.slice(0, limit);
      const last = items.at(-1);
      return { items, next: found.length > limit && last ? `${last.findingId}.${last.software.id}` : null };
    },
  };
}

function unknown(ref: string): never {
  throw unknownVulnerability(ref);
}

const cursorForm = /^([0-9a-f-]{36})\.([0-9a-f-]{36})$/;
function readCursor(text: string): readonly [string, string] {
  const match = cursorForm.exec(text);
  if (match?.[1] && match[2]) return [match[1], match[2]];
  const detail = 'The cursor cannot be used: it is not one that this server gave out. Start again from the first page.';
  throw new VulnerabilityError('vulnerabilities.unknown-vulnerability', detail);
}
