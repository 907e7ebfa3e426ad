import type { Db } from '../../platform/db/database.ts';
import { createAnomalyStore, type NewAnomaly } from './anomaly-store.ts';
import { type InventoryDeps, inventoryEvent } from './deps.ts';
import type { Report } from './installation-store.ts';

/** One statement of a report, with who it is about and who made it. */
export interface Said extends Report {
  readonly serial: string;
  readonly vin: string;
  readonly reporter: string;
}

export interface Change extends Said {
  readonly from: string | null;
  readonly planned: string | null;
  /** The planned version, but other content. */
  readonly forged: boolean;
}

/** New anomalies are audited and told to the other modules; what a vehicle repeats is only counted. */
export async function recordAnomalies(
  { bind }: InventoryDeps,
  tx: Db,
  anomalies: readonly NewAnomaly[],
  known: ReadonlyMap<string, { readonly vehicle_id: string; readonly vin: string }>,
): Promise<void> {
  if (anomalies.length === 0) return;
  const vins = new Map([...known.values()].map(({ vehicle_id, vin }) => [vehicle_id, vin]));
  const at = anomalies.at(-1)?.at ?? new Date(0);
  const fresh = await createAnomalyStore(tx).record(anomalies);
  const { audit, outbox } = bind(tx);
  await audit.appendAll(
    fresh.map(({ vehicle_id, kind, reporter, subject }) => ({
      action: `inventory.anomaly-${kind}`,
      subject,
      by: {
        kind: 'vehicle',
        id: vins.get(vehicle_id) ?? vehicle_id,
        name: `${vins.get(vehicle_id) ?? vehicle_id} (${reporter})`,
      },
      details: { kind, reporter },
      at,
    })),
  );
  await outbox.publishAll(
    fresh.map(({ vehicle_id, ...anomaly }) =>
      inventoryEvent('inventory.unknown-ecu', { ...anomaly, vehicleId: vehicle_id, vin: vins.get(vehicle_id) ?? '' }),
    ),
  );
}

/** One audit entry and one event per vehicle whose software changed. */
export async function announceChanges(
  { bind, notify }: InventoryDeps,
  tx: Db,
  changes: readonly Change[],
): Promise<void> {
  if (changes.length === 0) return;
  const vehicles = [...Map.groupBy(changes, ({ vehicle_id }) => vehicle_id).entries()];
  const { audit, outbox } = bind(tx);
  await audit.appendAll(
    vehicles.flatMap(([, [first, ...more]]) =>
      first
        ? [
            {
              action: 'inventory.software-reported',
              subject: first.vin,
              by: { kind: 'vehicle' as const, id: first.vin, name: `${first.vin} (${first.reporter})` },
              details: {
                changes: more.length + 1,
                first: `${first.serial} ${first.name} ${first.from ?? '-'} -> ${first.version}`,
              },
              at: first.at,
            },
          ]
        : [],
    ),
  );
  await outbox.publishAll(
    vehicles.map(([vehicleId, list]) =>
      inventoryEvent('inventory.software-reported', {
        vin: list[0]?.vin ?? '',
        vehicleId,
        changes: list.map(({ serial, name, slot, from, version, planned }) => ({
          ecuSerial: serial,
          name,
          slot,
          from,
          to: version,
          planned,
        })),
      }),
    ),
  );
  await notify?.(tx, 'vehicles');
}
