import { aliasOperations } from './inventory/aliases.ts';
import { ecuOperations } from './inventory/ecus.ts';
import { importOperations } from './inventory/imports.ts';
import { licenceOperations } from './inventory/licences.ts';
import { modelOperations } from './inventory/models.ts';
import { sbomComparisonOperations } from './inventory/sbom-comparison.ts';
import { sbomQualityOperations } from './inventory/sbom-quality.ts';
import { sbomOperations } from './inventory/sboms.ts';
import { softwareOperations } from './inventory/software.ts';
import { vehicleOperations } from './inventory/vehicles.ts';

export const inventoryProblems = [
  'inventory.bad-alias',
  'inventory.bad-gate',
  'inventory.bad-architecture',
  'inventory.bad-sbom',
  'inventory.bad-vin',
  'inventory.duplicate-software',
  'inventory.duplicate-vehicle',
  'inventory.import-not-ready',
  'inventory.import-offset',
  'inventory.nothing-to-export',
  'inventory.sbom-in-use',
  'inventory.unknown-alias',
  'inventory.unknown-component',
  'inventory.unknown-ecu',
  'inventory.unknown-gate',
  'inventory.unknown-import',
  'inventory.unknown-model',
  'inventory.unknown-sbom',
  'inventory.unknown-software',
  'inventory.unknown-vehicle',
] as const;
export type InventoryCode = (typeof inventoryProblems)[number];

export const inventoryOperations = {
  ...modelOperations,
  ...vehicleOperations,
  ...ecuOperations,
  ...softwareOperations,
  ...sbomOperations,
  ...sbomComparisonOperations,
  ...sbomQualityOperations,
  ...licenceOperations,
  ...aliasOperations,
  ...importOperations,
};
