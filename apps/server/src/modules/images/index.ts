import { type MigrationSource, migrationsOf } from '../../platform/db/migrate.ts';

export { createImages, type Images } from './create-images.ts';
export type { HeldImage, ImagesDeps, NamedImage } from './deps.ts';
export type { EncryptedFor } from './encrypted-images.ts';
export { imagesProblemTable, imagesRoutes } from './routes.ts';
export type { ServedFile, ServedImage } from './serving.ts';
export { createRepositoryListener } from './vehicle-routes.ts';

export const imagesMigrations: MigrationSource = migrationsOf('images', import.meta.url);
