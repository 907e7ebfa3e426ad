import { type MigrationSource, migrationsOf } from '../../platform/db/migrate.ts';

export { type AdvisorySources, createAdvisorySources, sourceJob } from './advisory-sources.ts';
export { type AffectedVehicles, createAffectedVehicles } from './affected-vehicles.ts';
export { caseRoutes } from './case-routes.ts';
export { type Cases, createCases } from './cases.ts';
export { compiledFilesRoutes } from './compiled-files-routes.ts';
export { decisionRoutes } from './decision-routes.ts';
export type { FleetPort, VehiclePort, VulnerabilityDeps, VulnerabilityEvents } from './deps.ts';
export { affectedVehicleRoutes, vulnerabilityProblemTable, vulnerabilityRoutes } from './routes.ts';
export type { ReadingDeps } from './source-deps.ts';
export { sourceRoutes } from './source-routes.ts';
export { createVexOut, type VexOut } from './vex-out.ts';
export { vexRoutes } from './vex-routes.ts';
export { createVulnerabilities, type Vulnerabilities } from './vulnerabilities.ts';

export const vulnerabilitiesMigrations: MigrationSource = migrationsOf('vulnerabilities', import.meta.url);
