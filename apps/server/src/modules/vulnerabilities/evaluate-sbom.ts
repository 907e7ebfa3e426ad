import { type ComponentIdentity, componentKeysOf } from '@bulkhead/advisories';
import type { Evaluation, FindingState } from '@bulkhead/contract';
import { contextOf, type EcuContext } from '@bulkhead/scoring';
import type { Db } from '../../platform/db/database.ts';
import { decisionAt } from './domain/finding-state.ts';
import { rankFinding } from './domain/rank-finding.ts';
import { judge, type PairMatch } from './match.ts';
import { type Candidate, createMatchViews, identityOf, type RankedVulnerability } from './match-views.ts';
import type { RecordCache } from './record-cache.ts';
import { createStateViews } from './state-views.ts';
import { createVulnerabilityViews } from './vulnerability-views.ts';

/** A component of a document that is only judged. */
export interface GivenComponent {
  readonly name: string;
  readonly version: string | null;
  readonly purl: string | null;
  readonly cpe: string | null;
  readonly supplier: string | null;
  readonly aliases: readonly Readonly<Record<string, string>>[];
  /** Its id in the inventory, when the same component version is known there: then its decisions hold. */
  readonly knownId: string | undefined;
}

const mostFindings = 10_000;
/** Without knowing where it will run: as on a telematics unit, the widest way in. */
const widest = { network: 'open', gateway: false, interfaces: ['cellular'] } as const;

function candidatesOf(
  identities: ReadonlyMap<string, ComponentIdentity>,
  under: readonly { readonly key: string; readonly recordId: string; readonly vulnerabilityId: string }[],
): Candidate[] {
  const byKey = Map.groupBy(under, ({ key }) => key);
  const pairs = new Map<string, Candidate>();
  for (const [componentId, identity] of identities)
    for (const key of new Set(componentKeysOf(identity)))
      for (const { recordId, vulnerabilityId } of byKey.get(key) ?? [])
        pairs.set(`${componentId} ${recordId} ${vulnerabilityId}`, { componentId, recordId, vulnerabilityId });
  return [...pairs.values()];
}

/** Judges the components of a document against every stored record and stores nothing: the gate before a release. */
export async function evaluateComponents(
  db: Db,
  cache: RecordCache,
  components: readonly GivenComponent[],
  options: { readonly function?: string; readonly software?: string },
): Promise<Evaluation> {
  const views = createMatchViews(db);
  const given = new Map(components.map((component, index) => [String(index), component]));
  const identities = new Map([...given].map(([id, component]) => [id, identityOf(component)]));
  const keys = new Set([...identities.values()].flatMap((identity) => componentKeysOf(identity)));
  const pairs = await judge(views, cache, candidatesOf(identities, await views.recordsUnder([...keys])), identities);
  const ids = [...new Set(pairs.map(({ vulnerabilityId }) => vulnerabilityId))];
  const [vulnerabilities, titles, decisions] = await Promise.all([
    views.ranked(ids),
    createVulnerabilityViews(db).titles(ids),
    createStateViews(db).activeDecisions(ids),
  ]);
  const context: EcuContext | undefined = options.function
    ? contextOf({ function: options.function, ...widest })
    : undefined;
  const stateOf = ({ vulnerabilityId, componentId, chosen }: PairMatch): FindingState => {
    const knownId = given.get(componentId)?.knownId;
    const place = {
      componentId: knownId ?? '',
      softwareId: '',
      softwareName: options.software ?? '',
      softwareCreatedAt: new Date(8.64e15),
      model: '',
      role: '',
      hashes: null,
    };
    const decided = knownId ? decisionAt(decisions.get(vulnerabilityId) ?? [], place)?.status : undefined;
    return decided ?? (chosen.verdict === 'not-affected' ? 'not-affected' : 'open');
  };
  const findings = pairs
    .flatMap((pair) => findingOf(pair, given, vulnerabilities, titles, context, stateOf(pair)))
    .toSorted((a, b) => b.rank - a.rank);
  return {
    components: components.length,
    unidentified: components.filter(({ purl, cpe, aliases }) => purl === null && cpe === null && aliases.length === 0)
      .length,
    findings: findings.slice(0, mostFindings).map(({ finding }) => finding),
    truncated: findings.length > mostFindings,
  };
}

function findingOf(
  { vulnerabilityId, componentId, chosen }: PairMatch,
  given: ReadonlyMap<string, GivenComponent>,
  vulnerabilities: ReadonlyMap<string, RankedVulnerability>,
  titles: ReadonlyMap<
    string,
    { readonly title: string; readonly severity: Evaluation['findings'][number]['severity'] }
  >,
  context: EcuContext | undefined,
  state: FindingState,
): { readonly finding: Evaluation['findings'][number]; readonly rank: number }[] {
  const [from, component, words] = [
    vulnerabilities.get(vulnerabilityId),
    given.get(componentId),
    titles.get(vulnerabilityId),
  ];
  const [proof] = chosen.proofs;
  if (!from || !component || !words || !proof) return [];
  const { outcome, rank, reason } = rankFinding(from, chosen.strength, context ? [context] : []);
  const { name, version, purl } = component;
  const finding = {
    ref: from.ref,
    ...words,
    cvss: from.cvss,
    epss: from.epss,
    kev: from.kevAdded !== null,
    component: { name, version, purl },
    verdict: chosen.verdict,
    strength: chosen.strength,
    outcome,
    reason,
    state,
    fixedIn: [...chosen.fixedIn],
    proof,
  };
  return [{ finding, rank }];
}
