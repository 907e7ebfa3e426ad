import { migrationsOf } from '../../platform/db/migrate.ts';

export const identityMigrations = migrationsOf('identity', import.meta.url);
