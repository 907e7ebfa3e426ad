import { Problem } from '@bulkhead/kernel';

export type ScoringErrorCode = 'scoring.bad-vector';

/** Why a CVSS vector was refused; the message names the metric and the remedy. */
export class ScoringError extends Problem<ScoringErrorCode> {}

/** Foreign text inside a message: shortened, and without characters that could forge a log line. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 77)}...` : text);
}
