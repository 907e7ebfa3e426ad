import { migrationsOf } from '../../platform/db/migrate.ts';

export { createAccess } from './access.ts';
export type { AccessDeps } from './deps.ts';
export { accessProblemTable, accessRoutes } from './routes.ts';
export { createAccessStore } from './store.ts';
export { createAccessViews } from './views.ts';

export const accessMigrations = migrationsOf('access', import.meta.url);
