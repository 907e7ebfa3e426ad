import { type MigrationSource, migrationsOf } from '../../platform/db/migrate.ts';

export type { CatalogueImage, ImageCatalogue, UpdatesDeps, UpdatesEvents } from './deps.ts';
export { updatesProblemTable, updatesRoutes } from './routes.ts';
export { createUpdates, type Updates } from './updates.ts';

export const updatesMigrations: MigrationSource = migrationsOf('updates', import.meta.url);
