import { accessProblemTable, accessRoutes } from './modules/access/index.ts';
import { complianceRoutes } from './modules/compliance/index.ts';
import { connectivityProblemTable, connectivityRoutes } from './modules/connectivity/index.ts';
import { directorProblemTable, directorRoutes } from './modules/director/index.ts';
import { identityProblemTable, identityRoutes } from './modules/identity/index.ts';
import { imagesProblemTable, imagesRoutes } from './modules/images/index.ts';
import { inventoryProblemTable, inventoryRoutes } from './modules/inventory/index.ts';
import { monitoringRoutes } from './modules/monitoring/index.ts';
import { updatesProblemTable, updatesRoutes } from './modules/updates/index.ts';
import {
  affectedVehicleRoutes,
  caseRoutes,
  compiledFilesRoutes,
  decisionRoutes,
  sourceRoutes,
  vexRoutes,
  vulnerabilityProblemTable,
  vulnerabilityRoutes,
} from './modules/vulnerabilities/index.ts';
import type { Modules } from './modules.ts';
import type { ProblemTable } from './platform/http/handlers.ts';
import { notificationProblemTable, notificationRoutes } from './platform/notify/routes.ts';
import { type SystemRouteDeps, systemProblemTable, systemRoutes } from './system-routes.ts';

/** Every problem code that may leave this server, with its status. */
export const problems: ProblemTable = {
  ...accessProblemTable,
  ...connectivityProblemTable,
  ...directorProblemTable,
  ...identityProblemTable,
  ...imagesProblemTable,
  ...inventoryProblemTable,
  ...notificationProblemTable,
  ...systemProblemTable,
  ...updatesProblemTable,
  ...vulnerabilityProblemTable,
};

/** One handler per operation of the contract. */
export const handlersOf = (modules: Modules, system: SystemRouteDeps) => ({
  ...accessRoutes(modules.access),
  ...affectedVehicleRoutes(modules.affectedVehicles),
  ...caseRoutes(modules.cases),
  ...compiledFilesRoutes(modules.vulnerabilities.compiledFiles),
  ...complianceRoutes(modules.compliance),
  ...connectivityRoutes(modules.connectivity),
  ...decisionRoutes(modules.vulnerabilities.decisions),
  ...directorRoutes(modules.director),
  ...identityRoutes(modules.identity),
  ...imagesRoutes(modules.images),
  ...inventoryRoutes(modules.inventory),
  ...monitoringRoutes(modules.monitoring),
  ...notificationRoutes(modules.notify),
  ...sourceRoutes(modules.advisorySources),
  ...vexRoutes(modules.vulnerabilities.vex, modules.vexOut),
  ...vulnerabilityRoutes(modules.vulnerabilities, modules.inventory.sbomContents.read),
  ...systemRoutes(system),
  ...updatesRoutes(modules.updates),
});
