import type { InventoryCode, inventoryOperations } from '@bulkhead/contract';
import type { Actor as Caller, Handlers, ProblemTable } from '../../platform/http/handlers.ts';
import type { Actor } from './deps.ts';
import { exportStream } from './export.ts';
import type { Inventory } from './inventory.ts';

export const inventoryProblemTable = Object.freeze({
  'inventory.bad-alias': [422, 'The alias names no product'],
  'inventory.bad-architecture': [422, 'The architecture is not consistent'],
  'inventory.bad-gate': [422, 'The intake gate names an unknown rule'],
  'inventory.bad-sbom': [422, 'The SBOM cannot be read'],
  'inventory.bad-vin': [422, 'Not a VIN'],
  'inventory.duplicate-software': [409, 'The software version exists with other content'],
  'inventory.duplicate-vehicle': [409, 'Vehicle or ECU exists already'],
  'inventory.import-not-ready': [409, 'The import is not in the right state'],
  'inventory.import-offset': [409, 'The upload stands at another byte'],
  'inventory.nothing-to-export': [422, 'There is no SBOM to export'],
  'inventory.sbom-in-use': [409, 'The SBOM is in use already'],
  'inventory.unknown-alias': [404, 'Unknown alias'],
  'inventory.unknown-component': [404, 'Unknown component'],
  'inventory.unknown-ecu': [404, 'Unknown ECU'],
  'inventory.unknown-gate': [404, 'Unknown intake gate'],
  'inventory.unknown-import': [404, 'Unknown import'],
  'inventory.unknown-model': [404, 'Unknown model'],
  'inventory.unknown-sbom': [404, 'Unknown SBOM'],
  'inventory.unknown-software': [404, 'Unknown software version'],
  'inventory.unknown-vehicle': [404, 'Unknown vehicle'],
}) satisfies ProblemTable<InventoryCode>;

/** The audit knows no anonymous actor: no operation of this module is public. */
const actorOf = ({ kind, id, name }: Caller): Actor => ({ kind: kind === 'token' ? 'token' : 'operator', id, name });

const sbomRoutes = ({ sboms, sbomQuality, sbomComparison, sbomExport, licences, aliases }: SbomSlices) =>
  ({
    uploadSbom: ({ params }, { actor, content }) => sboms.upload(params.id, content, actorOf(actor)),
    listSboms: ({ query }) => sboms.list(query),
    getSbom: ({ params }) => sboms.get(params.id),
    acceptSbom: ({ params, body }, { actor }) => sboms.accept(params.id, body.reason, actorOf(actor)),
    downloadSbom: async ({ params }) => {
      const { bytes, mediaType, name } = await sboms.document(params.id);
      return { contentType: mediaType, body: bytes, fileName: name };
    },
    listComponents: ({ query }) => sboms.listComponents(query),
    listSbomStatements: ({ query }) => sboms.listStatements(query),

    diffSboms: ({ params }) => sbomComparison.diff(params.from, params.to),
    getSbomGraph: ({ params, query }) => sbomComparison.graph(params.id, query),
    exportSbom: async ({ query }) => ({
      contentType: 'application/vnd.cyclonedx+json',
      ...(await sbomExport.open(query)),
    }),

    getSbomQuality: ({ params }) => sbomQuality.of(params.id),
    listSbomRules: () => ({ items: sbomQuality.rules() }),
    listSbomGates: async () => ({ items: await sbomQuality.gates() }),
    putSbomGate: ({ params, body }, { actor }) => sbomQuality.putGate(params.supplier, body, actorOf(actor)),
    deleteSbomGate: async ({ params }, { actor }) => {
      await sbomQuality.deleteGate(params.supplier, actorOf(actor));
      return {};
    },

    listLicences: ({ query }) => licences.list(query),
    listSbomLicences: async ({ params }) => {
      await sboms.get(params.id);
      return { items: await licences.ofSbom(params.id) };
    },

    listUnidentified: ({ query }) => aliases.unidentified(query),
    listAliases: ({ query }) => aliases.list(query),
    createAlias: ({ body }, { actor }) => aliases.create(body, actorOf(actor)),
    confirmAlias: ({ params }, { actor }) => aliases.confirm(params.id, actorOf(actor)),
    rejectAlias: ({ params }, { actor }) => aliases.reject(params.id, actorOf(actor)),
  }) satisfies Partial<Handlers<typeof inventoryOperations>>;

type SbomSlices = Pick<Inventory, 'sboms' | 'sbomQuality' | 'sbomComparison' | 'sbomExport' | 'licences' | 'aliases'>;

export const inventoryRoutes = (
  inventory: Pick<Inventory, 'models' | 'vehicles' | 'ecus' | 'software' | 'imports'> & SbomSlices,
): Handlers<typeof inventoryOperations> => {
  const { models, vehicles, ecus, software, imports } = inventory;
  return {
    listModels: ({ query }) => models.list(query),
    getModel: ({ params }) => models.get(params.code),
    putModel: ({ params, body }, { actor }) => models.put(params.code, body, actorOf(actor)),

    listVehicles: ({ query }) => vehicles.list(query),
    exportVehicles: ({ query: { filter, format } }) => {
      vehicles.checkFilter(filter);
      const contentType = format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson';
      return { contentType, body: exportStream(vehicles.stream(filter), format), fileName: `vehicles.${format}` };
    },
    createVehicle: ({ body }, { actor }) => vehicles.create(body, actorOf(actor)),
    getVehicle: ({ params }) => vehicles.get(params.vin),
    getVehicleHistory: async ({ params }) => ({ items: await vehicles.history(params.vin) }),
    retireVehicle: ({ params }, { actor }) => vehicles.retire(params.vin, actorOf(actor)),

    listEcus: ({ query }) => ecus.list(query),
    getEcu: ({ params }) => ecus.get(params.serial),

    listSoftware: ({ query }) => software.list(query),
    createSoftware: ({ body }, { actor }) => software.create(body, actorOf(actor)),
    getSoftware: ({ params }) => software.get(params.id),
    planSoftware: ({ params, body }, { actor }) => software.plan(params.id, body, actorOf(actor)),

    ...sbomRoutes(inventory),

    listImports: ({ query }) => imports.list(query),
    createImport: ({ body }, { actor }) => imports.create(body, actorOf(actor)),
    getImport: ({ params }) => imports.get(params.id),
    appendImport: ({ params, query }, { content }) => imports.append(params.id, query.offset, content),
    startImport: ({ params }, { actor }) => imports.start(params.id, actorOf(actor)),
    listImportErrors: ({ params, query }) => imports.errors(params.id, query),
  };
};
