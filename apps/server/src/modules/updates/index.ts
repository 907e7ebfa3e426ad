import { type MigrationSource, migrationsOf } from '../../platform/db/migrate.ts';

export type { Assignment, Assignments, ChangedAssignments, Target } from './assignments.ts';
export type { CatalogueImage, ImageCatalogue, UpdatesDeps, UpdatesEvents } from './deps.ts';
export type { Driver } from './driver.ts';
export type { ManifestReport, ReportOutcome, VehicleReport } from './reports.ts';
export { updatesProblemTable, updatesRoutes } from './routes.ts';
export { createUpdates, type Updates } from './updates.ts';

export const updatesMigrations: MigrationSource = migrationsOf('updates', import.meta.url);
