import { type MigrationSource, migrationsOf } from '../../platform/db/migrate.ts';

export type { AffectedEcu, AffectedVehicle } from './affected-vehicle-views.ts';
export type { InventoryDeps, InventoryEvents } from './deps.ts';
export type { InventorySink, ReceivedMessage } from './ingest.ts';
export { createInventory, type Enrolled, type Inventory, type InventoryDevice } from './inventory.ts';
export { inventoryProblemTable, inventoryRoutes } from './routes.ts';
export type { SoftwareContext, SoftwareRole } from './software-context-views.ts';
export type { ConnectionChange } from './status-store.ts';
export type { VehiclesSummary } from './summary-views.ts';
export type { Breakdown, InstalledKind, Remaining } from './vehicle-index-views.ts';
export { vehicleFields } from './vehicle-list-views.ts';

export const inventoryMigrations: MigrationSource = migrationsOf('inventory', import.meta.url);
