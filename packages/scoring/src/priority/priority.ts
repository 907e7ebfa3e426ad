import type { EcuContext } from '../context/context-of.ts';
import type { Cvss, CvssVersion } from '../cvss/cvss.ts';
import type { Exploitation, Exposure, HumanImpact, MissionImpact, SafetyImpact, SsvcOutcome } from '../ssvc/words.ts';

/** How sure the match is: by exact package URL, distribution advisory, CPE, confirmed alias, or name alone. */
export type MatchStrength = 'purl' | 'distro' | 'cpe' | 'alias' | 'name';

/** What CISA's catalogue says; dates as it writes them (YYYY-MM-DD). */
export interface KnownExploited {
  readonly dateAdded: string;
  readonly dueDate?: string;
  readonly ransomware: boolean;
}

export interface PriorityInput {
  /** The published vector; its environmental metrics are set here, from the context. */
  readonly cvss?: Cvss;
  /** Probability of exploitation in the next 30 days, 0 to 1. Only breaks ties. */
  readonly epss?: number;
  /** The entry in CISA's catalogue of known exploited vulnerabilities. */
  readonly kev?: KnownExploited;
  /** An SSVC assessment: CISA's in the CVE record, unless `source` names another assessor. */
  readonly ssvc?: { readonly exploitation?: Exploitation; readonly automatable?: boolean; readonly source?: string };
  readonly context?: EcuContext;
  readonly matchStrength: MatchStrength;
}

/** A value, where it is from (default: nobody said, the safe value was taken), and a phrase that says so. */
export interface Stated<T> {
  readonly value: T;
  readonly from: 'kev' | 'ssvc' | 'cvss' | 'context' | 'default';
  readonly because: string;
}

export interface PriorityInputs {
  readonly exploitation: Stated<Exploitation>;
  readonly automatable: Stated<boolean>;
  readonly exposure: Stated<Exposure>;
  readonly safety: Stated<SafetyImpact>;
  readonly mission: Stated<MissionImpact>;
  readonly humanImpact: HumanImpact;
  readonly kev?: KnownExploited;
  readonly epss?: number;
  readonly cvss?: {
    readonly version: CvssVersion;
    readonly vector: string;
    readonly base: number;
    readonly environmental?: number;
  };
  readonly matchStrength: MatchStrength;
}

export interface Priority {
  readonly outcome: SsvcOutcome;
  /** 0 to 999,999, higher is more urgent: outcome, then KEV, EPSS (in thousandths), CVSS environmental or base. */
  readonly rank: number;
  /** One line of plain English. */
  readonly reason: string;
  /** All that decided it, so that it can be recomputed and explained. */
  readonly inputs: PriorityInputs;
}
