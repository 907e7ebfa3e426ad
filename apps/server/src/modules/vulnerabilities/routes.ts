import type { Readable } from 'node:stream';
import type {
  affectedVehicleOperations,
  VulnerabilityCode,
  vehicleFindingOperations,
  vulnerabilityCoreOperations,
} from '@bulkhead/contract';
import type { Handlers, ProblemTable } from '../../platform/http/handlers.ts';
import type { AffectedVehicles } from './affected-vehicles.ts';
import type { GivenComponent } from './evaluate-sbom.ts';
import type { Vulnerabilities } from './vulnerabilities.ts';

export const vulnerabilityProblemTable = Object.freeze({
  'vulnerabilities.bad-advisory': [422, 'The advisory is not complete'],
  'vulnerabilities.bad-author': [422, 'The author cannot be used'],
  'vulnerabilities.bad-case': [409, 'The case does not allow this'],
  'vulnerabilities.bad-compiled-files': [422, 'The list of compiled files cannot be used'],
  'vulnerabilities.bad-decision': [422, 'The decision is not complete'],
  'vulnerabilities.bad-source': [422, 'The source cannot be used'],
  'vulnerabilities.bad-vex': [422, 'The VEX document cannot be read'],
  'vulnerabilities.unknown-case': [404, 'Unknown case'],
  'vulnerabilities.unknown-compiled-files': [404, 'No list of compiled files'],
  'vulnerabilities.unknown-decision': [404, 'Unknown decision'],
  'vulnerabilities.unknown-finding': [404, 'Unknown finding'],
  'vulnerabilities.unknown-source': [404, 'Unknown source'],
  'vulnerabilities.unknown-statement': [404, 'Unknown statement'],
  'vulnerabilities.unknown-vehicle': [404, 'Unknown vehicle'],
  'vulnerabilities.unknown-vulnerability': [404, 'Unknown vulnerability'],
}) satisfies ProblemTable<VulnerabilityCode>;

type CoreUse = Pick<
  Vulnerabilities,
  'list' | 'get' | 'occurrences' | 'listFindings' | 'finding' | 'portfolio' | 'evaluate'
>;

/** `componentsOf` reads an SBOM document without storing it (the inventory's reader). */
export const vulnerabilityRoutes = (
  use: CoreUse,
  componentsOf: (document: Readable) => Promise<readonly GivenComponent[]>,
): Handlers<typeof vulnerabilityCoreOperations> => ({
  listVulnerabilities: ({ query }) => use.list(query),
  getVulnerability: ({ params }) => use.get(params.ref),
  listOccurrences: ({ params, query }) => use.occurrences(params.ref, query),
  listFindings: ({ query }) => use.listFindings(query),
  getFinding: ({ params }) => use.finding(params.id),
  getPortfolio: () => use.portfolio(),
  evaluateSbom: async ({ query }, { content }) => use.evaluate(await componentsOf(content), query),
});

export const affectedVehicleRoutes = (
  use: AffectedVehicles,
): Handlers<typeof affectedVehicleOperations & typeof vehicleFindingOperations> => ({
  listVehicleFindings: ({ params, query }) => use.findingsOf(params.vin, query),
  getBlastRadius: ({ params, query }) => use.blastRadius(params.ref, query),
  listAffectedVehicles: ({ params, query }) => use.vehicles(params.ref, query),
  exportAffectedVehicles: async ({ params, query: { format, ...where } }) => ({
    contentType: format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson',
    body: await use.exportVehicles(params.ref, where, format),
    fileName: `${params.ref}-vehicles.${format}`,
  }),
});
