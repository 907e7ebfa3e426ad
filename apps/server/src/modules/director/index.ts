import { type MigrationSource, migrationsOf } from '../../platform/db/migrate.ts';

export type { DirectorDeps } from './deps.ts';
export { createDirectorModule, type DirectorModule } from './director.ts';
export { directorProblemTable, directorRoutes } from './routes.ts';

export const directorMigrations: MigrationSource = migrationsOf('director', import.meta.url);
