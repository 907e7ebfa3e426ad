import { type FilterNode, formatFilter } from '@bulkhead/contract';
import type { Inventory } from './modules/inventory/index.ts';
import type { FleetPort, VehiclePort } from './modules/vulnerabilities/index.ts';

type Source = Pick<Inventory, 'sboms' | 'sbomQuality' | 'sbomContents' | 'vehicleIndex' | 'modelSizes'>;

/** The inventory as the vulnerabilities module asks it: from a component to the vehicles. */
export function createFleetPort({ sboms, sbomQuality, sbomContents, vehicleIndex, modelSizes }: Source): FleetPort {
  const port: FleetPort = {
    sbomOf: sbomContents.contents,
    statementsOf: async (softwareId) => {
      const sbom = (await sboms.list({ filter: `softwareId = "${softwareId}" and state = accepted`, limit: 1 }))
        .items[0];
      if (!sbom) return undefined;
      const gates = await sbomQuality.gates();
      const isGated = gates.some(({ supplier }) => supplier === '*' || supplier === sbom.supplier);
      return {
        sbomId: sbom.id,
        receivedAt: new Date(sbom.uploadedAt),
        passedGate: isGated && sbom.decidedBy === null,
        statements: sbom.statements === 0 ? [] : await sboms.embeddedStatements(sbom.id, { limit: 10_000 }),
      };
    },
    softwareWithSbom: sbomContents.described,
    softwareWithoutSbom: sbomContents.undescribed,
    places: async (softwareIds) => {
      const contexts = await vehicleIndex.softwareContexts(softwareIds);
      return contexts.map(({ softwareId, roles, ...software }) => ({
        softwareId,
        function: software.function,
        roles: roles.map((role) => ({ ...role, name: role.role })),
      }));
    },
    vehicles: (softwareIds, within) =>
      within ? vehicleIndex.countWithin(softwareIds, within) : vehicleIndex.count(softwareIds),
    vehiclesPerSet: vehicleIndex.countSets,
    vehiclesPerSoftware: vehicleIndex.countsPerSoftware,
    remaining: vehicleIndex.remaining,
    modelSizes,
  };
  return Object.freeze(port);
}

/** The vehicles that run some software versions, exactly and now. */
export function createVehiclePort({ vehicleIndex }: Pick<Inventory, 'vehicleIndex'>): VehiclePort {
  const port: VehiclePort = {
    breakdown: async (softwareIds) => {
      const { bySoftware, ...breakdown } = await vehicleIndex.breakdown(softwareIds);
      return { ...breakdown, bySoftware: new Map(bySoftware.map(({ value, vehicles }) => [value, vehicles])) };
    },
    vehiclePage: (softwareIds, { region, model, ...query }) => {
      const terms = Object.entries({ region, model }).flatMap(([field, value]): FilterNode[] =>
        value === undefined ? [] : [{ kind: 'test', field, operator: '=', values: [value] }],
      );
      const filter = terms.length > 0 ? { filter: formatFilter({ kind: 'and', terms }) } : {};
      return vehicleIndex.page(softwareIds, { ...query, ...filter });
    },
    installed: vehicleIndex.installed,
    vehicleStream: (softwareIds) => vehicleIndex.stream(softwareIds),
  };
  return Object.freeze(port);
}
