import type { SbomQuality } from './rate-sbom.ts';
import { qualityRules } from './rules.ts';

/** What an SBOM must reach to be used without a person's word. */
export interface IntakeGate {
  readonly minimumScore: number;
  /** Ids of rules that must be kept in full. */
  readonly requiredRules: readonly string[];
}

/** Why an SBOM is below the gate, in one sentence; undefined when it passes. */
export function gateFault(quality: SbomQuality, gate: IntakeGate): string | undefined {
  const titles = new Map(qualityRules.map(({ id, title }) => [id, title]));
  const broken = quality.rules.filter(({ rule, passed }) => !passed && gate.requiredRules.includes(rule));
  const faults = [
    ...(quality.score < gate.minimumScore ? [`its score is ${quality.score} of at least ${gate.minimumScore}`] : []),
    ...broken.map(({ rule, failing, of }) => {
      const many = of > 1 ? ` (${failing} of ${of} components)` : '';
      return `"${titles.get(rule) ?? rule}" is not kept${many}`;
    }),
  ];
  return faults.length === 0 ? undefined : `Below the intake gate: ${faults.join('; ')}.`;
}
