import type { Rule } from '@bulkhead/contract';
import type { Facts } from './domain/facts.ts';
import { describeRules } from './domain/rules.ts';

export interface ComplianceDeps {
  /** Asks every module for its counts, at this moment. */
  readonly facts: () => Promise<Facts>;
}

/** The ten golden rules from live data; control catalogues and reports come here. */
export function createCompliance({ facts }: ComplianceDeps) {
  return Object.freeze({ rules: async (): Promise<Rule[]> => describeRules(await facts()) });
}
export type Compliance = ReturnType<typeof createCompliance>;
