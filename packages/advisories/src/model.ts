import type { VersionScheme } from '@bulkhead/versions';

export type AdvisoryFormat = 'cve5' | 'osv' | 'csaf' | 'own';

/** One vulnerability as one source tells it, in the platform's words, whatever format it came in. */
export interface Advisory {
  /** CVE-2024-1234, GHSA-..., ALSA-..., a vendor's tracking id. */
  readonly id: string;
  readonly format: AdvisoryFormat;
  /** Other names of the same vulnerability (OSV `aliases`; the CVE id of a CSAF vulnerability). */
  readonly aliases: readonly string[];
  /** Ids that it is about or near: a distribution's advisory over several CVEs (AlmaLinux puts its CVE ids here). */
  readonly related: readonly string[];
  /** Plain text of bounded length. */
  readonly title: string;
  readonly summary: string;
  /** UTC, ISO 8601; these three. */
  readonly published?: string;
  readonly modified?: string;
  /** Set = the record no longer stands and matches nothing. */
  readonly withdrawn?: string;
  readonly severities: readonly AdvisorySeverity[];
  readonly exploitation?: ExploitationMark;
  readonly kevMark?: { readonly dateAdded: string };
  readonly cwes: readonly string[];
  readonly references: readonly AdvisoryReference[];
  readonly affected: readonly AffectedPackage[];
  /** What the source says to do about it (solution, work-around, vendor's remedy), plain text. */
  readonly remedies?: readonly string[];
  /** CSAF: the document that it came in; several vulnerabilities share one. */
  readonly document?: { readonly id: string; readonly publisher?: string; readonly revision?: string };
}

/** Never merged across versions or sources: each keeps its vector. */
export interface AdvisorySeverity {
  readonly version: '2.0' | '3.0' | '3.1' | '4.0';
  readonly vector: string;
  readonly score?: number;
  /** `cna`, `adp:CISA-ADP`, `osv`, `vendor`, `own`. */
  readonly source: string;
}

/** The SSVC decision points that CISA publishes in its ADP container. */
export interface ExploitationMark {
  readonly exploitation?: 'none' | 'poc' | 'active';
  readonly automatable?: boolean;
  readonly technicalImpact?: string;
  readonly source: string;
  readonly at?: string;
}

export interface AdvisoryReference {
  readonly url: string;
  readonly kind?: string;
}

export type AffectedStatus = 'affected' | 'unaffected' | 'unknown';

/** One product of a record and which of its versions are meant. At least one of the identifiers is set. */
export interface AffectedPackage {
  /** Place in the record: `cna.affected[0]`, `adp:CISA-ADP.affected[1]`, `affected[3]`, `product_tree:CSAFPID-1`. */
  readonly container: string;
  /** Canonical, without version. */
  readonly purl?: string;
  /** OSV ecosystem with its suffix (`AlmaLinux:9`), together with `name`. */
  readonly ecosystem?: string;
  readonly name?: string;
  readonly vendor?: string;
  readonly product?: string;
  /** CPE 2.3 names given beside the product (version part usually `*`). */
  readonly cpes?: readonly string[];
  /** Conditions of `cpeApplicability` and of CPE configurations; when set, they alone decide. */
  readonly configuration?: CpeConfiguration;
  readonly modules?: readonly string[];
  readonly platforms?: readonly string[];
  readonly repo?: string;
  readonly programFiles?: readonly string[];
  /** Status of a version that no entry of `versions` contains. */
  readonly defaultStatus: AffectedStatus;
  /** Order matters: the first entry that contains the version decides (CVE 5 record format, `versions`). */
  readonly versions: readonly VersionStatement[];
  /** Versions listed one by one as affected (OSV `versions`); beside the ranges, not instead of them. */
  readonly listed?: readonly string[];
  /** Versions that carry the fix, as far as the source names them. */
  readonly fixed?: readonly string[];
}

/** One version, or the versions from one to another. */
export interface VersionStatement {
  readonly status: AffectedStatus;
  /** Word of the record: `semver`, `git`, `custom`, `rpm`, `original_commit_for_fix`, `ECOSYSTEM`, `SEMVER`, `GIT`... */
  readonly type?: string;
  /** One exact version; the bounds are then absent. */
  readonly exact?: string;
  /** First version meant; absent = from the very first. */
  readonly from?: string;
  readonly fromExcluded?: boolean;
  /** First version no longer meant. */
  readonly before?: string;
  /** Last version meant; `5.10.*` = the whole branch, `*` = without end. */
  readonly upTo?: string;
  /** OSV `limit`: the statement speaks only of versions below one of these. */
  readonly limits?: readonly string[];
  /** Where the status changes inside the range (CVE 5 `changes`), in order. */
  readonly changes?: readonly { readonly at: string; readonly status: AffectedStatus }[];
  readonly repo?: string;
  /** A range given in words only; it is shown and leads to "unsure". */
  readonly words?: string;
}

/** CPE applicability (NVD API 2.0 and CVE 5.1 `cpeApplicability`): all or any of the nodes, possibly negated. */
export interface CpeConfiguration {
  readonly operator: 'AND' | 'OR';
  readonly negate: boolean;
  readonly nodes: readonly CpeNode[];
}

export interface CpeNode {
  readonly operator: 'AND' | 'OR';
  readonly negate: boolean;
  readonly matches: readonly CpeMatch[];
}

export interface CpeMatch {
  /** False = the product on which it must run, itself not vulnerable. */
  readonly vulnerable: boolean;
  readonly criteria: string;
  readonly versionStartIncluding?: string;
  readonly versionStartExcluding?: string;
  readonly versionEndIncluding?: string;
  readonly versionEndExcluding?: string;
}

/** What is known of a component when it is matched. */
export interface ComponentIdentity {
  readonly name: string;
  readonly version?: string;
  readonly group?: string;
  readonly supplier?: string;
  readonly purl?: string;
  readonly cpe?: string;
  /** Further CPE names: Yocto gives a recipe several. */
  readonly cpes?: readonly string[];
  /** Other names that a person confirmed for it. */
  readonly aliases?: readonly ComponentAlias[];
  /** The source package that it was built from, where the purl does not say (`upstream` qualifier). */
  readonly upstream?: { readonly name: string; readonly version?: string };
  /** Lower-case hexadecimal, algorithms as CycloneDX spells them; VEX statements may name a product by its hash. */
  readonly hashes?: readonly { readonly algorithm: string; readonly value: string }[];
  /** Files really compiled into it, as paths in the source tree; for kernels. Absent = not known. */
  readonly compiledFiles?: ReadonlySet<string>;
  /** CPE names of what it runs on, where known; for conditions such as "running on this operating system". */
  readonly platformCpes?: readonly string[];
}

/** One of: a purl, a CPE, vendor and product, ecosystem and name. */
export interface ComponentAlias {
  readonly purl?: string;
  readonly cpe?: string;
  readonly vendor?: string;
  readonly product?: string;
  readonly ecosystem?: string;
  readonly name?: string;
}

/** How the component met the record, from the surest to the weakest. */
export type MatchStrength = 'purl' | 'distro' | 'cpe' | 'alias' | 'name';

/** `not-affected` only where the code is proven absent (compiled files); "not in range" is no match at all. */
export type MatchVerdict = 'affected' | 'unsure' | 'not-affected';

export interface Match {
  readonly verdict: MatchVerdict;
  readonly strength: MatchStrength;
  readonly proof: MatchProof;
  /** What the component's list of compiled files says; absent where it has none, or where that cannot be told. */
  readonly code?: CodePresence;
}

/** What the list of compiled files says about the code of a record. */
export interface CodePresence {
  readonly isAbsent: boolean;
  readonly note: string;
}

/** Enough to see, without the record, why a component was matched. */
export interface MatchProof {
  readonly record: string;
  readonly container: string;
  /** What of the component met what of the record. */
  readonly identifier: string;
  /** For people: ">= 1.1.0, < 1.1.1k" or "listed version 7.68.0". */
  readonly range: string;
  readonly scheme: VersionScheme;
  readonly version: string;
  readonly fixed?: readonly string[];
  readonly notes: readonly string[];
}
