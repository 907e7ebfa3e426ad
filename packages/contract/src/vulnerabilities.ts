import { caseOperations } from './vulnerabilities/cases.ts';
import { compiledFilesOperations } from './vulnerabilities/compiled-files.ts';
import { decisionOperations } from './vulnerabilities/decisions.ts';
import { findingOperations } from './vulnerabilities/findings.ts';
import { sourceOperations } from './vulnerabilities/sources.ts';
import { vehicleFindingOperations } from './vulnerabilities/vehicle-findings.ts';
import { vexOperations } from './vulnerabilities/vex.ts';
import { affectedVehicleOperations, vulnerabilityOperations } from './vulnerabilities/vulnerabilities.ts';

export const vulnerabilityProblems = [
  'vulnerabilities.bad-advisory',
  'vulnerabilities.bad-author',
  'vulnerabilities.bad-case',
  'vulnerabilities.bad-compiled-files',
  'vulnerabilities.bad-decision',
  'vulnerabilities.bad-source',
  'vulnerabilities.bad-vex',
  'vulnerabilities.unknown-case',
  'vulnerabilities.unknown-compiled-files',
  'vulnerabilities.unknown-decision',
  'vulnerabilities.unknown-finding',
  'vulnerabilities.unknown-source',
  'vulnerabilities.unknown-statement',
  'vulnerabilities.unknown-vehicle',
  'vulnerabilities.unknown-vulnerability',
] as const;
export type VulnerabilityCode = (typeof vulnerabilityProblems)[number];

/** What the core answers: vulnerabilities, findings, portfolio. */
export const vulnerabilityCoreOperations = { ...vulnerabilityOperations, ...findingOperations };
/** Operations whose handlers are files of their own. */
export {
  affectedVehicleOperations,
  caseOperations,
  compiledFilesOperations,
  decisionOperations,
  sourceOperations,
  vehicleFindingOperations,
  vexOperations,
};
