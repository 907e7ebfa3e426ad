/** Bounds on records and documents; each is checked before the work that it bounds. */
export interface AdvisoryLimits {
  /** Bytes (or UTF-16 units of a string) of one document. */
  readonly maxBytes: number;
  /** Objects and arrays inside each other. */
  readonly maxDepth: number;
  /** JSON values of any kind in one document. */
  readonly maxValues: number;
}

export const defaultLimits: AdvisoryLimits = Object.freeze({
  maxBytes: 64 * 1024 * 1024,
  maxDepth: 64,
  maxValues: 5_000_000,
});

/**
 * Bounds inside one record. More is refused, because dropping the rest in silence would make a vehicle look safe; only
 * what is shown to people (references, texts) is cut.
 */
export const recordBounds = Object.freeze({
  maxIdLength: 256,
  maxNameLength: 1024,
  maxVersionLength: 256,
  maxTitle: 300,
  maxSummary: 4000,
  maxPurlLength: 8192,
  maxAffected: 20_000,
  /** Version statements of one affected package. */
  maxVersions: 20_000,
  maxListed: 100_000,
  /** Version statements and listed versions of one whole record. */
  maxStatements: 500_000,
  maxFiles: 20_000,
  maxAliases: 2000,
  maxContainers: 100,
  maxSeverities: 200,
  keptReferences: 200,
  /** CSAF. */
  maxVulnerabilities: 5000,
  maxProducts: 200_000,
  maxBranchDepth: 30,
  maxRelationships: 200_000,
  /** Product ids named by the vulnerabilities of one document, all together. */
  maxProductUses: 2_000_000,
  maxHashes: 100,
  maxCpeMatches: 50_000,
  /** KEV, EPSS. */
  maxKevEntries: 200_000,
  maxEpssLineLength: 200,
  /** VEX. */
  maxStatementsOfDocument: 200_000,
});
