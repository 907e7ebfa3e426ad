import { type ComponentIdentity, matchAdvisory } from '@bulkhead/advisories';
import { newId } from '@bulkhead/kernel';
import { type ChosenMatch, chooseMatch, type RecordMatch } from './domain/choose-match.ts';
import { rankFinding } from './domain/rank-finding.ts';
import type { NewFinding } from './finding-store.ts';
import type { Candidate, MatchedComponent, MatchViews, RankedVulnerability } from './match-views.ts';
import type { RecordCache } from './record-cache.ts';

/** What one component is met by. */
export interface PairMatch {
  readonly vulnerabilityId: string;
  readonly componentId: string;
  readonly chosen: ChosenMatch;
}

/** An advisory of a distribution (OSV ecosystem with a release) judges its own packages, backports included. */
const isDistribution = (affected: readonly { readonly ecosystem?: string }[]) =>
  affected.some(({ ecosystem }) => ecosystem?.includes(':') === true);

/** Judges every candidate pair; each (record, component) is judged once, however many vulnerabilities the record is about. */
export async function judge(
  views: MatchViews,
  cache: RecordCache,
  candidates: readonly Candidate[],
  identities: ReadonlyMap<string, ComponentIdentity>,
): Promise<PairMatch[]> {
  const versions = await views.recordVersions([...new Set(candidates.map(({ recordId }) => recordId))]);
  const advisories = await cache.advisories(views, versions);
  const meta = new Map(versions.map((version) => [version.id, version]));
  const judged = new Map<string, RecordMatch | undefined>();
  const verdictOf = ({ recordId, componentId }: Candidate): RecordMatch | undefined => {
    const key = `${recordId} ${componentId}`;
    if (judged.has(key)) return judged.get(key);
    const [advisory, identity, version] = [advisories.get(recordId), identities.get(componentId), meta.get(recordId)];
    const verdict =
      advisory && identity && version
        ? {
            ref: advisory.id,
            source: version.source,
            match: matchAdvisory(advisory, identity),
            distribution: isDistribution(advisory.affected),
          }
        : undefined;
    judged.set(key, verdict);
    return verdict;
  };
  const pairs = new Map<string, { vulnerabilityId: string; componentId: string; records: RecordMatch[] }>();
  for (const candidate of candidates) {
    const verdict = verdictOf(candidate);
    if (!verdict) continue;
    const { vulnerabilityId, componentId } = candidate;
    const key = `${vulnerabilityId} ${componentId}`;
    const pair = pairs.get(key) ?? { vulnerabilityId, componentId, records: [] };
    pair.records.push(verdict);
    pairs.set(key, pair);
  }
  return [...pairs.values()].flatMap(({ records, ...pair }) => {
    const chosen = chooseMatch(records);
    return chosen ? [{ ...pair, chosen }] : [];
  });
}

/** A match with its priority, in the form of its row. */
export function findingOf(
  { vulnerabilityId, componentId, chosen }: PairMatch,
  vulnerability: RankedVulnerability,
  component: MatchedComponent,
): NewFinding {
  const { outcome, rank, reason } = rankFinding(vulnerability, chosen.strength, component.contexts);
  return {
    id: newId(),
    vulnerabilityId,
    componentId,
    verdict: chosen.verdict,
    strength: chosen.strength,
    proofs: chosen.proofs,
    fixedIn: chosen.fixedIn,
    outcome,
    rank,
    reason,
    ref: vulnerability.ref,
    name: component.name,
    cvss: vulnerability.cvss,
    epss: vulnerability.epss,
    softwareCount: component.softwareCount,
    vehicleCount: component.vehicleCount,
  };
}
