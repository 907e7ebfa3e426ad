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
  /** Who answers for the document: people and organisations, not tools. */
  readonly authors: readonly SbomParty[];
  /** What the document says about whether its dependencies are all of them; absent when it does not say. */
  readonly completeness?: 'complete' | 'incomplete' | 'unknown';
  /** The software that the document describes; not repeated in `components`. */
  readonly subject?: SbomComponent;
  readonly components: readonly SbomComponent[];
  readonly dependencies: readonly SbomDependency[];
  /** What the document says about vulnerabilities: kept apart from the components (BSI TR-03183-2). */
  readonly statements: readonly EmbeddedStatement[];
  readonly warnings: readonly SbomWarning[];
}

/** One thing that a document says about a vulnerability, in its own words; nothing is mapped or judged here. */
export interface EmbeddedStatement {
  /** CVE or another id. */
  readonly vulnerability: string;
  /** As received: CycloneDX `analysis.state`, SPDX relationship (`fixedIn`); absent when it is only mentioned. */
  readonly status?: string;
  /** As received: CycloneDX `analysis.justification`, SPDX `security_justificationType`. */
  readonly justification?: string;
  /** Free text: CycloneDX `analysis.detail`, SPDX impact statement, status notes or action. */
  readonly detail?: string;
  /** CycloneDX `analysis.response`. */
  readonly responses: readonly string[];
  /** `ref` of the components (or of the subject) that it is about; a ref of another document stays as it is written. */
  readonly refs: readonly string[];
  /** UTC, ISO 8601. */
  readonly at?: string;
}

export interface SbomParty {
  readonly name?: string;
  /** E-mail address or URL. */
  readonly contact?: string;
}

/** Facts about the file in which a component is delivered (BSI TR-03183-2 s5.2.2). */
export interface SbomDelivery {
  readonly filename?: string;
  /** SHA-512 of the deployable, lower-case hexadecimal, where it stands apart from the hashes of the component. */
  readonly sha512?: string;
  readonly executable?: boolean;
  readonly archive?: boolean;
  readonly structured?: boolean;
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
  /** E-mail address or URL of supplier, manufacturer or author. */
  readonly supplierContact?: string;
  /** Canonical; absent when the document has none or one that cannot be read (then there is a warning). */
  readonly purl?: string;
  readonly cpe?: string;
  /** All CPE names, `cpe` being the first; absent when there is at most one. */
  readonly cpes?: readonly string[];
  /** Source package or recipe that this one was built from: libacl1 from acl. */
  readonly source?: string;
  readonly hashes: readonly SbomHash[];
  readonly licences: readonly SbomLicence[];
  readonly scope?: SbomScope;
  readonly delivery?: SbomDelivery;
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
