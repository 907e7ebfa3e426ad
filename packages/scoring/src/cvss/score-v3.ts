import { decimal, type Metrics, type Scores, weigh, weights } from './scores.ts';

const attackVector = weights('N 0.85 A 0.62 L 0.55 P 0.2');
const attackComplexity = weights('L 0.77 H 0.44');
const privileges = weights('N 0.85 L 0.62 H 0.27');
const privilegesAcrossScope = weights('N 0.85 L 0.68 H 0.5');
const userInteraction = weights('N 0.85 R 0.62');
const impactWeight = weights('N 0 L 0.22 H 0.56');
const codeMaturity = weights('U 0.91 P 0.94 F 0.97 H 1');
const remediationLevel = weights('O 0.95 T 0.96 W 0.97 U 1');
const reportConfidence = weights('U 0.92 R 0.96 C 1');
const requirement = weights('L 0.5 M 1 H 1.5');

type V3 = '3.0' | '3.1';

/** CVSS 3.0 s8 and CVSS 3.1 s7; the two differ in the rounding and in the modified impact across scopes. */
export function scoreV3(version: V3, metrics: Metrics): Scores {
  const round = version === '3.1' ? roundUp31 : roundUp30;
  const threat =
    weigh(metrics, 'E', codeMaturity) * weigh(metrics, 'RL', remediationLevel) * weigh(metrics, 'RC', reportConfidence);
  const base = combine(impact(metrics), exploitability(metrics, ''), metrics.get('S') === 'C', round);
  const changed = (metrics.get('MS') ?? metrics.get('S')) === 'C';
  const modified = combine(modifiedImpact(version, metrics, changed), exploitability(metrics, 'M'), changed, round);
  return { base, temporal: round(base * threat), environmental: round(modified * threat) };
}

function combine(ofImpact: number, exploit: number, changed: boolean, round: (value: number) => number): number {
  if (ofImpact <= 0) return 0;
  return round(Math.min((changed ? 1.08 : 1) * (ofImpact + exploit), 10));
}

function impact(metrics: Metrics): number {
  const spared = (name: string) => 1 - weigh(metrics, name, impactWeight);
  const iss = 1 - spared('C') * spared('I') * spared('A');
  return metrics.get('S') === 'C' ? 7.52 * (iss - 0.029) - 3.25 * (iss - 0.02) ** 15 : 6.42 * iss;
}

function modifiedImpact(version: V3, metrics: Metrics, changed: boolean): number {
  const spared = (name: string, need: string) =>
    1 - weigh(metrics, modifiedOr(metrics, name), impactWeight) * weigh(metrics, need, requirement);
  const miss = Math.min(1 - spared('C', 'CR') * spared('I', 'IR') * spared('A', 'AR'), 0.915);
  if (!changed) return 6.42 * miss;
  return version === '3.1'
    ? 7.52 * (miss - 0.029) - 3.25 * (miss * 0.9731 - 0.02) ** 13
    : 7.52 * (miss - 0.029) - 3.25 * (miss - 0.02) ** 15;
}

function exploitability(metrics: Metrics, modifier: '' | 'M'): number {
  const name = (metric: string) => (modifier === 'M' ? modifiedOr(metrics, metric) : metric);
  const changed = metrics.get(name('S')) === 'C';
  return (
    8.22 *
    weigh(metrics, name('AV'), attackVector) *
    weigh(metrics, name('AC'), attackComplexity) *
    weigh(metrics, name('PR'), changed ? privilegesAcrossScope : privileges) *
    weigh(metrics, name('UI'), userInteraction)
  );
}

/** A modified metric that is not defined has the value of its base metric (CVSS 3.1 s4.2). */
function modifiedOr(metrics: Metrics, name: string): string {
  return metrics.has(`M${name}`) ? `M${name}` : name;
}

/** CVSS 3.0 s8: the smallest number with one decimal that is not below the value. */
function roundUp30(value: number): number {
  return Math.ceil(decimal(value * 10)) / 10;
}

/** CVSS 3.1 appendix A: the same after rounding to five decimals. */
function roundUp31(value: number): number {
  return Math.ceil(Math.round(decimal(value * 1e5)) / 1e4) / 10;
}
