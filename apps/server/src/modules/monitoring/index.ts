import { migrationsOf } from '../../platform/db/migrate.ts';

export { createMonitoring, type Monitoring, type MonitoringDeps } from './monitoring.ts';
export { monitoringRoutes } from './routes.ts';

export const monitoringMigrations = migrationsOf('monitoring', import.meta.url);
