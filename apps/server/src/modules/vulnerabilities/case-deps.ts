import type { VulnerabilityDeps } from './deps.ts';
import { VulnerabilityError } from './domain/error.ts';

export interface CaseDeps extends VulnerabilityDeps {
  /** The name of an operator who can own a case. */
  readonly operatorName: (id: string) => Promise<string | undefined>;
}

export const badCase = (detail: string) => new VulnerabilityError('vulnerabilities.bad-case', detail);
export const unknownCase = (id: string) =>
  new VulnerabilityError('vulnerabilities.unknown-case', `There is no case ${id}`);
