import type { Exposure, SafetyImpact } from '../ssvc/words.ts';

/** The nearest that an attacker gets to the ECU without first taking over another one. */
export type Reach = 'remote' | 'adjacent' | 'local' | 'physical';
export type Requirement = 'low' | 'medium' | 'high';

/** Where the ECU sits and what hangs on it, as the environmental metrics need it. An `EcuContext` is one. */
export interface Environment {
  readonly exposure: Exposure;
  readonly safety: SafetyImpact;
  readonly reach: Reach;
  /** Only where someone knows better than the safety impact says; confidentiality is never derived. */
  readonly confidentialityRequirement?: Requirement;
  readonly integrityRequirement?: Requirement;
  readonly availabilityRequirement?: Requirement;
}
