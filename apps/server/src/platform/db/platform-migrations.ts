import type { MigrationSource } from './migrate.ts';

const source = (module: string, folder: string): MigrationSource =>
  Object.freeze({ module, directory: new URL(`../${folder}/migrations/`, import.meta.url) });

/** The platform's own tables; they come before those of every module. */
export const platformMigrations: readonly MigrationSource[] = Object.freeze([
  source('platform-audit', 'audit'),
  source('platform-outbox', 'outbox'),
  source('platform-jobs', 'jobs'),
  source('platform-notify', 'notify'),
]);
