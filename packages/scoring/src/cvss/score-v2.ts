import { decimal, type Metrics, type Scores, weigh, weights } from './scores.ts';

const accessVector = weights('L 0.395 A 0.646 N 1');
const accessComplexity = weights('H 0.35 M 0.61 L 0.71');
const authentication = weights('M 0.45 S 0.56 N 0.704');
const impactWeight = weights('N 0 P 0.275 C 0.66');
const exploitability = weights('U 0.85 POC 0.9 F 0.95 H 1');
const remediationLevel = weights('OF 0.87 TF 0.9 W 0.95 U 1');
const reportConfidence = weights('UC 0.9 UR 0.95 C 1');
const collateralDamage = weights('N 0 L 0.1 LM 0.3 MH 0.4 H 0.5');
const targetDistribution = weights('N 0 L 0.25 M 0.75 H 1');
const requirement = weights('L 0.5 M 1 H 1.51');

/** CVSS 2.0 guide s3.2. Each score is rounded before it enters the next equation, as s3.2.2 and s3.2.3 have it. */
export function scoreV2(metrics: Metrics): Scores {
  const base = baseEquation(metrics, impact(metrics, false));
  const adjustedTemporal = temporalEquation(metrics, baseEquation(metrics, impact(metrics, true)));
  const damaged = adjustedTemporal + (10 - adjustedTemporal) * weigh(metrics, 'CDP', collateralDamage, 0);
  return {
    base: atLeastZero(base),
    temporal: atLeastZero(temporalEquation(metrics, base)),
    environmental: atLeastZero(round(damaged * weigh(metrics, 'TD', targetDistribution))),
  };
}

function impact(metrics: Metrics, adjusted: boolean): number {
  const spared = (name: string, need: string) =>
    1 - weigh(metrics, name, impactWeight) * (adjusted ? weigh(metrics, need, requirement) : 1);
  const value = 10.41 * (1 - spared('C', 'CR') * spared('I', 'IR') * spared('A', 'AR'));
  return adjusted ? Math.min(10, value) : value;
}

function baseEquation(metrics: Metrics, ofImpact: number): number {
  if (decimal(ofImpact) === 0) return 0;
  const exploit =
    20 *
    weigh(metrics, 'AV', accessVector) *
    weigh(metrics, 'AC', accessComplexity) *
    weigh(metrics, 'Au', authentication);
  return round((0.6 * ofImpact + 0.4 * exploit - 1.5) * 1.176);
}

function temporalEquation(metrics: Metrics, base: number): number {
  return round(
    base *
      weigh(metrics, 'E', exploitability) *
      weigh(metrics, 'RL', remediationLevel) *
      weigh(metrics, 'RC', reportConfidence),
  );
}

/** To one decimal, halves away from zero: requirements that are low can take the adjusted equation below zero. */
function round(value: number): number {
  return (Math.sign(value) * Math.round(decimal(Math.abs(value) * 10))) / 10;
}

/** Scores lie between 0 and 10; and 0 is never -0. */
function atLeastZero(score: number): number {
  return score > 0 ? score : 0;
}
