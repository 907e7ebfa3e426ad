import type { VulnerabilityCode } from '@bulkhead/contract';
import { Problem } from '@bulkhead/kernel';

export class VulnerabilityError extends Problem<VulnerabilityCode> {}

export const unknownVulnerability = (ref: string) =>
  new VulnerabilityError(
    'vulnerabilities.unknown-vulnerability',
    `No source tells of ${ref.slice(0, 100)}: check the id, or the freshness of the sources`,
  );
export const unknownVehicle = (detail: string) => new VulnerabilityError('vulnerabilities.unknown-vehicle', detail);
export const unknownFinding = (id: string) =>
  new VulnerabilityError('vulnerabilities.unknown-finding', `There is no finding ${id}`);
export const unknownDecision = (id: string) =>
  new VulnerabilityError('vulnerabilities.unknown-decision', `There is no decision ${id}`);
export const unknownStatement = (id: string) =>
  new VulnerabilityError('vulnerabilities.unknown-statement', `There is no statement ${id}`);
export const badDecision = (detail: string) => new VulnerabilityError('vulnerabilities.bad-decision', detail);
export const unknownSource = (id: string) =>
  new VulnerabilityError('vulnerabilities.unknown-source', `There is no source ${id.slice(0, 40)}`);
