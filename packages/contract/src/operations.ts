import { accessOperations } from './access.ts';
import { connectivityOperations } from './connectivity.ts';
import { identityOperations } from './identity.ts';
import { imagesOperations } from './images.ts';
import { inventoryOperations } from './inventory.ts';
import { monitoringOperations } from './monitoring.ts';
import { notificationOperations } from './notifications.ts';
import { complianceOperations, systemOperations } from './system.ts';
import { directorOperations } from './updates/director.ts';
import { updatesOperations } from './updates.ts';
import {
  affectedVehicleOperations,
  caseOperations,
  compiledFilesOperations,
  decisionOperations,
  sourceOperations,
  vehicleFindingOperations,
  vexOperations,
  vulnerabilityCoreOperations,
} from './vulnerabilities.ts';

/** Every operation of the API by its id. */
export const operations = {
  ...accessOperations,
  ...affectedVehicleOperations,
  ...caseOperations,
  ...compiledFilesOperations,
  ...complianceOperations,
  ...connectivityOperations,
  ...decisionOperations,
  ...directorOperations,
  ...identityOperations,
  ...imagesOperations,
  ...inventoryOperations,
  ...monitoringOperations,
  ...notificationOperations,
  ...systemOperations,
  ...updatesOperations,
  ...sourceOperations,
  ...vehicleFindingOperations,
  ...vexOperations,
  ...vulnerabilityCoreOperations,
};
export type Operations = typeof operations;
export type OperationId = keyof Operations;

export const apiPrefix = '/api/v1';
