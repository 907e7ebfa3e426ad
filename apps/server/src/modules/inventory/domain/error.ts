import type { InventoryCode } from '@bulkhead/contract';
import { Problem } from '@bulkhead/kernel';

export class InventoryError extends Problem<InventoryCode> {}

export const unknownModel = (code: string) =>
  new InventoryError('inventory.unknown-model', `There is no model "${code}": create it first, or check the code.`);
export const unknownVehicle = (vin: string) =>
  new InventoryError('inventory.unknown-vehicle', `There is no vehicle ${vin}: check the VIN, or register it.`);
export const unknownEcu = (serial: string) =>
  new InventoryError('inventory.unknown-ecu', `There is no ECU with the serial ${serial}: check it, or import it.`);
export const unknownSoftware = (id: string) =>
  new InventoryError('inventory.unknown-software', `There is no software version ${id}.`);
export const unknownSbom = (id: string) =>
  new InventoryError('inventory.unknown-sbom', `There is no SBOM ${id}; a newer upload may have replaced it.`);
export const unknownAlias = (id: string) => new InventoryError('inventory.unknown-alias', `There is no alias ${id}.`);
export const unknownImport = (id: string) =>
  new InventoryError('inventory.unknown-import', `There is no import ${id}.`);
