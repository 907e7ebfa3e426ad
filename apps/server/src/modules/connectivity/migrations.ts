import { migrationsOf } from '../../platform/db/migrate.ts';

export const connectivityMigrations = migrationsOf('connectivity', import.meta.url);
