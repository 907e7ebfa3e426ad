import type { InventoryReport } from '@bulkhead/contract';

/** What an ECU of the inventory is, as far as a report is judged by it. */
export interface KnownEcu {
  readonly id: string;
  readonly serial: string;
  readonly vin: string;
  readonly vehicle_id: string;
  readonly gateway: boolean;
  readonly function: string;
  readonly part_number: string;
  readonly hardware_version: string | null;
}

export interface Reporter {
  readonly vin: string;
  readonly serial: string;
}

export type ReportFault = 'unknown-ecu' | 'foreign-ecu' | 'not-a-gateway';

/**
 * Whether a device may speak for the ECU with this serial: always for itself; for the others of its own vehicle as a
 * gateway, or as the telematics unit, through which a vehicle reaches the platform. Anything else is an anomaly and never becomes a fact about an ECU.
 */
export function judgeSubject(
  reporter: Reporter,
  serial: string,
  known: ReadonlyMap<string, KnownEcu>,
): ReportFault | KnownEcu {
  const ecu = known.get(serial);
  if (!ecu) return 'unknown-ecu';
  if (ecu.vin !== reporter.vin) return 'foreign-ecu';
  if (serial !== reporter.serial && !speaksForOthers(known.get(reporter.serial))) return 'not-a-gateway';
  return ecu;
}

const speaksForOthers = (ecu: KnownEcu | undefined) => ecu?.gateway === true || ecu?.function === 'telematics';

/** Every serial that a report speaks of, its sender included. */
export function serialsOf(reporter: Reporter, report: InventoryReport): string[] {
  return [
    reporter.serial,
    ...report.ecus.map(({ serial }) => serial),
    ...report.software.map(({ ecuSerial }) => ecuSerial),
  ];
}
