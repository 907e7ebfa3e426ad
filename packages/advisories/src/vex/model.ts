/** One verdict of one author about one vulnerability in some products, whatever format it came in. */
export interface VexStatement {
  readonly vulnerability: string;
  /** Other names of the same vulnerability. */
  readonly aliases: readonly string[];
  readonly status: VexStatus;
  /** The word as received, where the format has a finer one: `first_affected`, `false_positive`. */
  readonly statusWord?: string;
  /** The word as received: never replaced, mapped only when it is written in another format. */
  readonly justification?: string;
  /** The received word in the five words of OpenVEX, where there is one. */
  readonly mappedJustification?: VexJustification;
  /** Why it has no impact, or how the status was found, in the author's words. */
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
  /** Received words: CSAF remediation category, CycloneDX responses joined by a comma. */
  readonly kind?: string;
  readonly text?: string;
}

export interface VexHash {
  /** As CycloneDX spells it: SHA-256, SHA3-512, BLAKE2b-256 ... */
  readonly algorithm: string;
  /** Lower-case hexadecimal. */
  readonly value: string;
}

/** What the statement speaks of; at least one field is set. */
export interface VexProduct {
  /** As the document writes it: product id, IRI, bom-ref. */
  readonly id?: string;
  readonly purl?: string;
  readonly cpe?: string;
  readonly hashes?: readonly VexHash[];
  readonly vendor?: string;
  readonly name?: string;
  readonly version?: string;
  /** Range in the words of the document (`vers:` or others), where it names no single version. */
  readonly versionRange?: string;
  /** Parts of the product that are really meant (OpenVEX subcomponents, CSAF relationships). */
  readonly subcomponents?: readonly VexProduct[];
}

/** For what a document leaves open: SBOMs often carry neither author nor date of their statements. */
export interface VexDefaults {
  readonly author?: string;
  /** UTC, ISO 8601. */
  readonly at?: string;
  readonly documentId?: string;
}

/** Where the written format could not say what the statement says. */
export interface VexLoss {
  /** Position of the statement in the list that was written. */
  readonly statement: number;
  readonly what: string;
}

/** What a written document says about itself. */
export interface VexDocumentHead {
  /** IRI of the document (OpenVEX), tracking id (CSAF), `urn:uuid:...` (CycloneDX). */
  readonly id: string;
  readonly author: string;
  /** UTC, ISO 8601. */
  readonly at: string;
  /** 1, 2, 3 ... */
  readonly version: number;
  readonly title: string;
  /** Earlier revisions, oldest first, as far as they are known (CSAF tracking). */
  readonly history?: readonly { readonly at: string; readonly summary: string }[];
  /** URI under which the author publishes (CSAF publisher namespace). */
  readonly namespace: string;
}

export interface WrittenVex {
  /** Plain JSON, ready for `JSON.stringify`. */
  readonly document: { readonly [key: string]: unknown };
  readonly losses: readonly VexLoss[];
}
