/**
 * The rows of every table, as one type that Kysely checks queries against.
 *
 * It is empty here because the platform knows no module. A module adds its own tables next to its store:
 *
 *     // modules/inventory/tables.ts
 *     declare module '../../platform/db/tables.ts' {
 *       interface Tables {
 *         inventory_vehicle: VehicleTable;
 *       }
 *     }
 *
 * The declaring file must be a module (have an import or export) and be part of the program that tsc checks.
 */
// biome-ignore lint/suspicious/noEmptyInterface: filled by declaration merging
export interface Tables {}
