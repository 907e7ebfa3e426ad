import type { Readable } from 'node:stream';
import type { BlastRadius } from '@bulkhead/contract';
import type { Db } from '../../platform/db/database.ts';
import type { FleetPort, VehiclePort } from './deps.ts';
import { unknownVulnerability } from './domain/error.ts';
import { createOccurrenceViews } from './occurrence-views.ts';
import { createOccurrences } from './occurrences.ts';
import { exportVehicles } from './vehicle-export.ts';
import { findingsOfVehicle } from './vehicle-findings.ts';
import { createVulnerabilityViews } from './vulnerability-views.ts';

interface Where {
  readonly all?: boolean;
}
interface VehicleQuery extends Where {
  readonly region?: string;
  readonly model?: string;
  readonly limit?: number;
  readonly cursor?: string;
}

interface AffectedVehiclesDeps {
  readonly db: Db;
  readonly fleet: Pick<FleetPort, 'vehiclesPerSoftware'>;
  readonly vehicles: VehiclePort;
}

/** Which vehicles carry a vulnerability: always exact, asked of the inventory at this moment. */
export const createAffectedVehicles = ({ db, fleet, vehicles }: AffectedVehiclesDeps) => {
  const views = createVulnerabilityViews(db);
  const occurrences = createOccurrences(db, fleet);
  const known = async (ref: string) => {
    const id = await views.idOf(ref);
    if (id === undefined) throw unknownVulnerability(ref);
    return id;
  };
  const softwareOf = async (ref: string, { all = false }: Where): Promise<string[]> => {
    const id = await known(ref);
    const software = await occurrences.software(id);
    return software.filter(({ settled }) => all || !settled).map(({ softwareId }) => softwareId);
  };
  return {
    blastRadius: async (ref: string, where: Where): Promise<BlastRadius> => {
      const ids = await softwareOf(ref, where);
      const [{ total, byModel, byRegion, byPlant, bySoftware }, names] = await Promise.all([
        vehicles.breakdown(ids),
        createOccurrenceViews(db).softwareNames(ids),
      ]);
      const rows = names.map(({ id, name, version }) => ({
        softwareId: id,
        name,
        version,
        vehicles: bySoftware.get(id) ?? 0,
      }));
      return {
        vehicles: total,
        byModel: [...byModel],
        byRegion: [...byRegion],
        byPlant: [...byPlant],
        bySoftware: rows.toSorted((a, b) => b.vehicles - a.vehicles),
        includesDecided: where.all === true,
      };
    },

    vehicles: async (ref: string, { all, ...query }: VehicleQuery) => {
      const { items, next } = await vehicles.vehiclePage(await softwareOf(ref, { all: all === true }), query);
      return { items: items.map(withSoftware), next };
    },

    /** What is weak in one vehicle. */
    findingsOf: findingsOfVehicle(db, vehicles),

    exportVehicles: async (ref: string, where: Where, format: 'csv' | 'ndjson'): Promise<Readable> =>
      exportVehicles(vehicles.vehicleStream(await softwareOf(ref, where)), format),
  };
};
export type AffectedVehicles = ReturnType<typeof createAffectedVehicles>;

const withSoftware = ({ ecus, ...vehicle }: Awaited<ReturnType<VehiclePort['vehiclePage']>>['items'][number]) => ({
  ...vehicle,
  ecus: ecus.map(({ serial, role, name, version }) => ({ serial, role, software: name, version })),
});
