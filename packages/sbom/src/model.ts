import type { SbomWarning } from './warnings.ts';

/** One document in the platform's words, whatever format it came in. */
export interface Sbom {
  readonly format: 'CycloneDX' | 'SPDX';
  readonly specVersion: string;
  readonly documentName?: string;
  /** CycloneDX `serialNumber` or SPDX `documentNamespace`: the same text means the same document. */
  readonly serial?: string;
  /** CycloneDX `version`: a higher number replaces a lower one of the same serial. */
  readonly revision?: number;
  /** UTC, ISO 8601. */
  readonly created?: string;
  readonly tools: readonly SbomTool[];
  /** The software that the document describes; not repeated in `components`. */
  readonly subject?: SbomComponent;
  readonly components: readonly SbomComponent[];
  readonly dependencies: readonly SbomDependency[];
  /** Vulnerability statements are not components: they go to the VEX store, from `rawVulnerabilities`. */
  readonly embeddedVulnerabilities: number;
  readonly rawVulnerabilities: readonly unknown[];
  readonly warnings: readonly SbomWarning[];
}

export interface SbomTool {
  readonly name: string;
  readonly version?: string;
  readonly vendor?: string;
}

export interface SbomComponent {
  /** Unique in the document: its own reference, or one made from its place where it has none. */
  readonly ref: string;
  readonly type: SbomComponentType;
  readonly name: string;
  readonly version?: string;
  /** Accepted versions of a component that the environment provides (CycloneDX 1.7, `vers:` syntax). */
  readonly versionRange?: string;
  readonly group?: string;
  readonly supplier?: string;
  /** Canonical; absent when the document has none or one that cannot be read (then there is a warning). */
  readonly purl?: string;
  readonly cpe?: string;
  readonly hashes: readonly SbomHash[];
  readonly licences: readonly SbomLicence[];
  readonly scope?: SbomScope;
  /** `ref` of the component that this one is a part of. */
  readonly parent?: string;
}

export type SbomScope = 'required' | 'optional' | 'excluded';

export type SbomComponentType =
  | 'application'
  | 'framework'
  | 'library'
  | 'container'
  | 'platform'
  | 'operating-system'
  | 'device'
  | 'device-driver'
  | 'firmware'
  | 'file'
  | 'machine-learning-model'
  | 'data'
  | 'cryptographic-asset'
  | 'source'
  | 'archive'
  | 'install'
  | 'other'
  | 'unknown';

export interface SbomHash {
  /** As CycloneDX spells it: SHA-256, SHA3-512, BLAKE2b-256 ... */
  readonly algorithm: string;
  /** Lower-case hexadecimal. */
  readonly value: string;
}

/** Exactly one of `id`, `name` and `expression`. */
export interface SbomLicence {
  readonly id?: string;
  readonly name?: string;
  readonly expression?: string;
  readonly acknowledgement?: 'declared' | 'concluded';
}

export interface SbomDependency {
  readonly from: string;
  readonly to: string;
  readonly kind: 'depends-on' | 'contains' | 'provides';
}
