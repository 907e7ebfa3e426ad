import { ScoringError } from '../errors.ts';
import { type Cvss, type CvssVersion, severityOf } from './cvss.ts';
import { type MetricGroup, metricTables } from './metrics.ts';
import { formatVector, type ParsedVector, parseVector } from './parse-vector.ts';
import { scoreV2 } from './score-v2.ts';
import { scoreV3 } from './score-v3.ts';
import { scoreV4 } from './score-v4.ts';
import type { Metrics, Scores } from './scores.ts';

/**
 * Scores a CVSS vector of version 2.0, 3.0, 3.1 or 4.0, which its prefix tells. Linear in its length, which is bounded.
 * @throws ScoringError `scoring.bad-vector`, naming the metric and the remedy
 */
export function scoreCvss(vector: string): Cvss {
  return scored(parseVector(vector));
}

/** As `scoreCvss`; undefined when the vector is refused. */
export function tryScoreCvss(vector: string): Cvss | undefined {
  try {
    return scoreCvss(vector);
  } catch (error) {
    if (error instanceof ScoringError) return undefined;
    throw error;
  }
}

/** The scores of metrics that are already known to be valid and in order. */
export function scored({ version, metrics }: ParsedVector): Cvss {
  const { base, temporal, environmental } = scoresOf(version, metrics);
  return Object.freeze({
    version,
    vector: formatVector({ version, metrics }),
    base,
    // By formula a CVSS 3.1 environmental score may differ from the base score with nothing environmental set, so a
    // score is only given when a metric of its group is.
    ...(sets(version, metrics, 'temporal') ? { temporal } : {}),
    ...(sets(version, metrics, 'environmental') ? { environmental } : {}),
    severity: severityOf(version, base),
    metrics,
  });
}

/** The three scores by formula, set or not. */
export function scoresOf(version: CvssVersion, metrics: Metrics): Scores {
  if (version === '2.0') return scoreV2(metrics);
  return version === '4.0' ? scoreV4(metrics) : scoreV3(version, metrics);
}

function sets(version: CvssVersion, metrics: Metrics, group: MetricGroup): boolean {
  for (const name of metrics.keys()) if (metricTables[version].metrics.get(name)?.group === group) return true;
  return false;
}
