import { type Evaluation, outcomes, severities } from '@bulkhead/contract';
import type { Exception, Policy } from './policy.ts';

type EvaluatedFinding = Evaluation['findings'][number];

export interface JudgedFinding extends EvaluatedFinding {
  /** `passed`: within all limits, or not counted by the policy; `because` says which. */
  readonly gate: 'failed' | 'allowed' | 'passed';
  readonly because: readonly string[];
}

export interface Judgement {
  readonly passed: boolean;
  /** Each reason why the release may not go, in words. */
  readonly violations: readonly string[];
  readonly components: number;
  readonly unidentified: number;
  /** Percent, rounded down to one decimal: 99.99 % of 10,000 is not all. */
  readonly identified: number;
  readonly findings: readonly JudgedFinding[];
  /** Exceptions that let nothing through any more, with why; they may go from the file. */
  readonly idle: readonly { readonly ref: string; readonly why: 'expired' | 'unused'; readonly expires: string }[];
}

/**
 * Holds an evaluated SBOM to a policy. A decision of the platform counts (`not-affected`, `fixed`); anything that the
 * policy cannot see, because the answer was cut short or the SBOM is empty, is a violation and not a pass.
 *
 * @param today YYYY-MM-DD in UTC; an exception holds on its last day.
 */
export function judgeEvaluation(evaluation: Evaluation, policy: Policy, today: string): Judgement {
  const used = new Set<Exception>();
  const findings = evaluation.findings.map((finding) => judgeFinding(finding, policy, today, used));
  const { components, unidentified } = evaluation;
  const identified = components === 0 ? 0 : Math.floor((1000 * (components - unidentified)) / components) / 10;
  const failed = findings.filter(({ gate }) => gate === 'failed');
  const violations = [
    ...(components === 0 ? ['The SBOM holds no component'] : []),
    ...(evaluation.truncated ? ['There are more findings than the platform lists, so not all were judged'] : []),
    ...(policy.minIdentified !== undefined && components > 0 && identified < policy.minIdentified
      ? [`${identified} % of the components can be matched to advisories; at least ${policy.minIdentified} % must`]
      : []),
    ...failed.map(({ ref, component, because }) => `${ref} in ${nameOf(component)}: ${because.join('; ')}`),
  ];
  const idle = policy.allow
    .filter((exception) => !used.has(exception))
    .map(({ ref, expires }) => ({ ref, expires, why: expires < today ? ('expired' as const) : ('unused' as const) }));
  return { passed: violations.length === 0, violations, components, unidentified, identified, findings, idle };
}

const nameOf = ({ name, version }: EvaluatedFinding['component']) => (version === null ? name : `${name} ${version}`);

function judgeFinding(finding: EvaluatedFinding, policy: Policy, today: string, used: Set<Exception>): JudgedFinding {
  const uncounted = whyUncounted(finding, policy);
  if (uncounted) return { ...finding, gate: 'passed', because: [uncounted] };
  const faults = faultsOf(finding, policy);
  if (faults.length === 0) return { ...finding, gate: 'passed', because: [] };
  const matching = policy.allow.filter((exception) => covers(exception, finding));
  const exception = matching.find(({ expires }) => expires >= today);
  if (exception) {
    used.add(exception);
    return { ...finding, gate: 'allowed', because: [`${exception.reason} (until ${exception.expires})`] };
  }
  const expired = matching.map(({ expires }) => `the exception ended on ${expires}`);
  return { ...finding, gate: 'failed', because: [...faults, ...expired] };
}

function whyUncounted({ state, verdict, strength }: EvaluatedFinding, policy: Policy): string | undefined {
  if (state === 'not-affected' || state === 'fixed') return `decided: ${state}`;
  if (!policy.verdicts.includes(verdict)) return `verdict ${verdict} does not count`;
  return policy.strengths.includes(strength) ? undefined : `recognised by ${strength}, which does not count`;
}

const above = <T>(words: readonly T[], value: T, limit: T | undefined) =>
  limit !== undefined && words.indexOf(value) > words.indexOf(limit);

function faultsOf(finding: EvaluatedFinding, policy: Policy): string[] {
  const { outcome, severity, cvss, epss, kev } = finding;
  const { maxOutcome, maxSeverity, maxCvss, maxEpss } = policy;
  const unscored = (maxSeverity !== undefined && severity === 'unknown') || (maxCvss !== undefined && cvss === null);
  return [
    ...(above(outcomes, outcome, maxOutcome) ? [`priority ${outcome} is above ${maxOutcome}`] : []),
    ...(above(severities, severity, maxSeverity) ? [`severity ${severity} is above ${maxSeverity}`] : []),
    ...(maxCvss !== undefined && cvss !== null && cvss > maxCvss ? [`CVSS ${cvss} is above ${maxCvss}`] : []),
    ...(maxEpss !== undefined && epss !== null && epss > maxEpss ? [`EPSS ${epss} is above ${maxEpss}`] : []),
    ...(policy.failOnKev && kev ? ['known to be exploited'] : []),
    ...(policy.failOnUnscored && unscored ? ['nobody has scored it'] : []),
  ];
}

function covers({ ref, component }: Exception, { ref: id, component: { name, purl } }: EvaluatedFinding): boolean {
  return ref === id && (component === undefined || component === name || component === purl);
}
