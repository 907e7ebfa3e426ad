/** One verdict of one author about one vulnerability in some products, whatever format it came in. */
export interface VexStatement {
  readonly vulnerability: string;
  /** Other names of the same vulnerability. */
  readonly aliases: readonly string[];
  readonly status: VexStatus;
  /** The word as received: never replaced, mapped only when it is written in another format. */
  readonly justification?: string;
  /** The received word in OpenVEX's five words, where there is one. */
  readonly mappedJustification?: VexJustification;
  /** Why it has no impact, in the author's words. */
  readonly impact?: string;
  readonly action?: VexAction;
  readonly products: readonly VexProduct[];
  readonly author: string;
  /** UTC, ISO 8601: when it was said. */
  readonly at: string;
  readonly documentId: string;
  readonly format: VexFormat;
  /** Place in the document. */
  readonly path: string;
}

export type VexFormat = 'openvex' | 'csaf' | 'cyclonedx' | 'spdx';

export type VexStatus = 'affected' | 'not_affected' | 'fixed' | 'under_investigation';

/** OpenVEX 0.2.0 and CSAF 2.0 flags share these five. */
export type VexJustification =
  | 'component_not_present'
  | 'vulnerable_code_not_present'
  | 'vulnerable_code_not_in_execute_path'
  | 'vulnerable_code_cannot_be_controlled_by_adversary'
  | 'inline_mitigations_already_exist';

export interface VexAction {
  /** Received word: CSAF remediation category, CycloneDX response. */
  readonly kind?: string;
  readonly text?: string;
}

/** What the statement speaks of; at least one field is set. */
export interface VexProduct {
  /** Id as the document writes it: product id, IRI, bom-ref. */
  readonly id?: string;
  readonly purl?: string;
  readonly cpe?: string;
  readonly hashes?: readonly { readonly algorithm: string; readonly value: string }[];
  readonly vendor?: string;
  readonly name?: string;
  readonly version?: string;
  /** Range in the words of the document (`vers:` or CSAF), where it names no single version. */
  readonly versionRange?: string;
  /** Parts of the product that are really meant (OpenVEX subcomponents, CSAF relationships). */
  readonly subcomponents?: readonly VexProduct[];
}
