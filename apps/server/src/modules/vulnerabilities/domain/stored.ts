/** A score as it is kept: always with its source and vector. */
export interface StoredScore {
  readonly version: '2.0' | '3.0' | '3.1' | '4.0';
  readonly vector: string;
  readonly score: number;
  readonly severity: 'none' | 'low' | 'medium' | 'high' | 'critical';
  readonly source: string;
}

/** Why a component was matched, as it is kept with the finding. */
export interface StoredProof {
  readonly record: string;
  readonly source: string;
  readonly container: string;
  readonly identifier: string;
  readonly range: string;
  readonly scheme: string;
  readonly version: string;
  readonly fixed: string[];
  readonly notes: string[];
}
