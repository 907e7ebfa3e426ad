import { describeVinFault, vinFault } from '@bulkhead/kernel';
import { InventoryError } from './error.ts';

/** A VIN as it is stored: capitals, no blanks around it (ISO 3779 s5 knows no lower case). */
export function normaliseVin(text: string): string {
  return text.trim().toUpperCase();
}

/** What is wrong with a VIN, as a sentence, or undefined. */
export function describeVin(vin: string): string | undefined {
  const fault = vinFault(vin);
  return fault && describeVinFault(vin, fault);
}

/** @throws InventoryError `inventory.bad-vin` */
export function requireVin(text: string): string {
  const vin = normaliseVin(text);
  const fault = describeVin(vin);
  if (fault)
    throw new InventoryError('inventory.bad-vin', `"${vin}" is not a VIN: ${fault}.`, { fields: { vin: fault } });
  return vin;
}
