/** Bounds on a document; every one is checked before the work it bounds. */
export interface SbomLimits {
  /** Bytes of the document (UTF-8). */
  readonly maxBytes: number;
  /** Objects and arrays inside each other. */
  readonly maxDepth: number;
  /** JSON values of any kind: bounds memory, since `[[],[],...]` grows fifty-fold when parsed. */
  readonly maxValues: number;
  /** Members of one object: an SBOM object has a few dozen at most. */
  readonly maxMembers: number;
  /** Characters of any one string. */
  readonly maxStringLength: number;
  /** Characters of a string that names something: name, version, group, reference, purl, CPE. */
  readonly maxNameLength: number;
  readonly maxComponents: number;
  readonly maxEdges: number;
  /** Vulnerability statements in one document; an image of 128 packages carries 12,000. */
  readonly maxStatements: number;
  /** Attributes of one XML element. */
  readonly maxAttributes: number;
  /** Bytes that a compressed document or an archive may grow to, all its files together. */
  readonly maxExpandedBytes: number;
  /** How many times larger than the upload the unpacked content may be, from one mebibyte on. */
  readonly maxRatio: number;
  /** Files of an archive. */
  readonly maxEntries: number;
  /** Characters of the path of a file in an archive. */
  readonly maxPathLength: number;
  /** Warnings kept; the rest are only counted, in the last warning. */
  readonly maxWarnings: number;
}

export const defaultLimits: SbomLimits = Object.freeze({
  maxBytes: 64 * 1024 * 1024,
  maxDepth: 64,
  maxValues: 5_000_000,
  maxMembers: 10_000,
  maxStringLength: 4 * 1024 * 1024,
  maxNameLength: 4096,
  maxComponents: 100_000,
  maxEdges: 1_000_000,
  maxStatements: 200_000,
  maxAttributes: 64,
  maxExpandedBytes: 256 * 1024 * 1024,
  maxRatio: 250,
  maxEntries: 20_000,
  maxPathLength: 1024,
  maxWarnings: 200,
});
