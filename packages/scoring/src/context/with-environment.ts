import type { Cvss, CvssVersion } from '../cvss/cvss.ts';
import { orderMetrics } from '../cvss/parse-vector.ts';
import { scored } from '../cvss/score-cvss.ts';
import type { Metrics } from '../cvss/scores.ts';
import type { Environment, Reach, Requirement } from './environment.ts';

/** A metric and its value; undefined leaves the metric as it is. */
type Setting = readonly [metric: string, value: string | undefined];

/** From the farthest attacker to the nearest, as the attack vector orders them. */
const vectors = 'NALP';
const vectorOfReach: Readonly<Record<Reach, string>> = { remote: 'N', adjacent: 'A', local: 'L', physical: 'P' };
const letterOf: Readonly<Record<Requirement, string>> = { low: 'L', medium: 'M', high: 'H' };
/** CVSS 2.0 guide s2.3.1: loss of life or property, from light to catastrophic. */
const collateralDamage = { negligible: undefined, marginal: 'LM', critical: 'MH', catastrophic: 'H' } as const;

/**
 * The score on the ECU where the software runs: environmental metrics derived from the architecture (table in the
 * README). What the vector already sets stays, because its author knew the product; so give it the published vector,
 * not the result for another ECU.
 */
export function withEnvironment(cvss: Cvss, environment: Environment): Cvss {
  const metrics = new Map(cvss.metrics);
  for (const [name, value] of derived(cvss.version, cvss.metrics, environment))
    if (value !== undefined && !metrics.has(name)) metrics.set(name, value);
  return scored({ version: cvss.version, metrics: orderMetrics(metrics, cvss.version) });
}

function derived(version: CvssVersion, metrics: Metrics, environment: Environment): Setting[] {
  return [...requirements(environment), ...byVersion(version, metrics, environment)];
}

/**
 * Never below medium for safety alone: an ECU that hurts nobody may still matter for theft, privacy or type approval.
 * In CVSS 4.0 what is not defined counts as high, so medium has to be said.
 */
function requirements(environment: Environment): Setting[] {
  const bySafety = environment.safety === 'critical' || environment.safety === 'catastrophic' ? 'high' : 'medium';
  const { confidentialityRequirement: confidentiality } = environment;
  return [
    ['CR', confidentiality && letterOf[confidentiality]],
    ['IR', letterOf[environment.integrityRequirement ?? bySafety]],
    ['AR', letterOf[environment.availabilityRequirement ?? bySafety]],
  ];
}

function byVersion(version: CvssVersion, metrics: Metrics, environment: Environment): Setting[] {
  // CVSS 2.0 has no modified access vector: where the ECU sits cannot be said in it.
  if (version === '2.0') return [['CDP', collateralDamage[environment.safety]]];
  const reach: Setting = ['MAV', nearerVector(metrics.get('AV') ?? 'N', vectorOfReach[environment.reach])];
  return version === '4.0' ? [reach, ...safetyOfOthers(metrics, environment)] : [reach];
}

/** The place only narrows the way in: a flaw that needs a local account needs it on every ECU. */
function nearerVector(published: string, here: string): string | undefined {
  return vectors.indexOf(here) > vectors.indexOf(published) ? here : undefined;
}

/**
 * CVSS 4.0 s4.2: MSI:S and MSA:S where someone may come to serious harm, which is the consequence "marginal" of
 * IEC 61508 or worse; SSVC's safety impact is built on the same words. Only where the flaw touches integrity or
 * availability at all: a leak of data steers nothing.
 */
function safetyOfOthers(metrics: Metrics, { safety }: Environment): Setting[] {
  if (safety === 'negligible') return [];
  const touches = (letter: 'I' | 'A') =>
    [`V${letter}`, `S${letter}`].some((name) => (metrics.get(`M${name}`) ?? metrics.get(name)) !== 'N');
  return [
    ['MSI', touches('I') ? 'S' : undefined],
    ['MSA', touches('A') ? 'S' : undefined],
  ];
}
