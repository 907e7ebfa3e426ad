import type { Sbom, SbomComponent } from '../model.ts';
import { type DocumentFacts, type QualityRule, qualityRules } from './rules.ts';

export interface RuleResult {
  readonly rule: string;
  readonly passed: boolean;
  /** Components that break it; 0 or 1 for a rule about the document. */
  readonly failing: number;
  readonly of: number;
  /** Names of some of the components that break it. */
  readonly examples: readonly string[];
}

export interface SbomQuality {
  /** 0 to 100: the share of each rule that is kept, by weight; rounded down, so that 100 means everything. */
  readonly score: number;
  readonly rules: readonly RuleResult[];
}

const mostExamples = 5;
const longestName = 120;

/** Rates a document. What is excluded (sources, tools of the build) is not on the vehicle and is not judged. */
export function rateSbom(sbom: Sbom): SbomQuality {
  const components = sbom.components.filter(({ scope }) => scope !== 'excluded');
  const facts: DocumentFacts = { related: relatedRefs(sbom) };
  const rules = qualityRules.map((rule) => judge(rule, sbom, components, facts));
  const weights = qualityRules.reduce((sum, { weight }) => sum + weight, 0);
  const kept = qualityRules.reduce((sum, { weight }, i) => sum + weight * shareOf(rules[i] as RuleResult), 0);
  return { score: Math.floor((100 * kept) / weights + 1e-9), rules };
}

function judge(rule: QualityRule, sbom: Sbom, components: readonly SbomComponent[], facts: DocumentFacts): RuleResult {
  if (rule.about === 'document') {
    const passed = rule.holds(sbom);
    return { rule: rule.id, passed, failing: Number(!passed), of: 1, examples: [] };
  }
  const failing = components.filter((component) => !rule.keeps(component, facts));
  return {
    rule: rule.id,
    // a document without components lists nothing that could be right
    passed: failing.length === 0 && components.length > 0,
    failing: failing.length,
    of: components.length,
    examples: failing.slice(0, mostExamples).map(({ name }) => name.slice(0, longestName)),
  };
}

function shareOf({ failing, of }: RuleResult): number {
  return of === 0 ? 0 : (of - failing) / of;
}

function relatedRefs({ components, dependencies }: Sbom): ReadonlySet<string> {
  const related = new Set<string>();
  for (const { from, to } of dependencies) related.add(from).add(to);
  for (const { ref, parent } of components) if (parent !== undefined) related.add(ref);
  return related;
}
