export type CvssVersion = '2.0' | '3.0' | '3.1' | '4.0';
export type CvssSeverity = 'none' | 'low' | 'medium' | 'high' | 'critical';

/** A vector with its scores, 0.0 to 10.0 in steps of 0.1. Scores of different versions must never be merged. */
export interface Cvss {
  readonly version: CvssVersion;
  /** Canonical: metrics in the order of the specification, those that are not defined left out. */
  readonly vector: string;
  readonly base: number;
  /** Only when the vector sets a temporal metric (CVSS 4.0: the threat metric E, the CVSS-BT score). */
  readonly temporal?: number;
  /** Only when the vector sets an environmental metric (CVSS 4.0: the CVSS-BE or CVSS-BTE score). */
  readonly environmental?: number;
  /** The rating of the base score; `severityOf` rates the others. */
  readonly severity: CvssSeverity;
  /** The metrics that the vector sets. */
  readonly metrics: ReadonlyMap<string, string>;
}

/**
 * The qualitative rating of a score: CVSS 3.1 s5, CVSS 4.0 s6. CVSS 2.0 defines none, so the three bands of the NVD
 * stand in for it, and a score of 0 is "none" as in the later versions.
 */
export function severityOf(version: CvssVersion, score: number): CvssSeverity {
  if (score === 0) return 'none';
  if (score < 4) return 'low';
  if (score < 7) return 'medium';
  return version === '2.0' || score < 9 ? 'high' : 'critical';
}
