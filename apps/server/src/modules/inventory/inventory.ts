import type { Db } from '../../platform/db/database.ts';
import { createAffectedVehicleViews } from './affected-vehicle-views.ts';
import { createAliases } from './aliases.ts';
import type { InventoryDeps } from './deps.ts';
import { createEcuViews } from './ecu-views.ts';
import { createFigureStore } from './figure-store.ts';
import { isLargeFleet } from './fleet-size-views.ts';
import { type ImportContext, runImport } from './import-job.ts';
import { createImports } from './imports.ts';
import { createHeartbeatSink, createInventorySink } from './ingest.ts';
import { createLicenceStore } from './licence-store.ts';
import { createLicenceViews } from './licence-views.ts';
import { createModelViews } from './model-views.ts';
import { createModels } from './models.ts';
import { createSbomComparison } from './sbom-comparison.ts';
import { createSbomContents } from './sbom-contents.ts';
import { createSbomExport } from './sbom-export.ts';
import { createSbomQuality } from './sbom-quality.ts';
import { createSboms } from './sboms.ts';
import { createSetCountViews } from './set-count-views.ts';
import { createSoftware } from './software.ts';
import { createSoftwareContextViews } from './software-context-views.ts';
import { type ConnectionChange, createStatusStore } from './status-store.ts';
import { createSummaryViews } from './summary-views.ts';
import { createVehicleIndexViews } from './vehicle-index-views.ts';
import { createVehicleRoleViews } from './vehicle-role-views.ts';
import { createEcus, createVehicles } from './vehicles.ts';

const ratedAtOnce = 20;

export type Inventory = ReturnType<typeof createInventory>;

/** An ECU as identity, connectivity and monitoring need to know it. */
export interface InventoryDevice {
  readonly ecuId: string;
  readonly vehicleId: string;
  readonly vin: string;
  readonly serial: string;
  readonly model: string;
  readonly role: string;
  readonly supplier: string;
  readonly partNumber: string;
  readonly hardwareVersion: string | null;
  readonly function: string;
  readonly gateway: boolean;
  readonly region: string;
  readonly state: 'registered' | 'online' | 'offline' | 'retired';
}

export interface Enrolled {
  readonly ecuId: string;
  readonly notBefore?: Date;
  readonly notAfter: Date;
}

/** Rule 2: what is out there. The only writer of inventory_*. */
export const createInventory = (deps: InventoryDeps) => {
  const { db, clock } = deps;
  const sboms = createSboms(deps);
  const sbomQuality = createSbomQuality(deps, sboms);
  return Object.freeze({
    models: createModels(deps),
    vehicles: createVehicles(deps),
    ecus: createEcus(deps),
    software: createSoftware(deps),
    sboms,
    sbomContents: createSbomContents(db),
    sbomQuality,
    sbomComparison: createSbomComparison(deps, sboms),
    sbomExport: createSbomExport(deps),
    licences: createLicenceViews(db),
    aliases: createAliases(deps),
    imports: createImports(deps),
    /** Which vehicles run any of some software versions, and where these sit. */
    vehicleIndex: Object.freeze({
      ...createVehicleIndexViews(db),
      ...createAffectedVehicleViews(db),
      ...createVehicleRoleViews(db),
      ...createSoftwareContextViews(db),
      ...createSetCountViews(db),
    }),
    heartbeatSink: createHeartbeatSink(),
    reportSink: createInventorySink(deps),
    /** Handler of the job `inventory.import`. */
    importJob: (context: ImportContext) => runImport(deps, context.input.importId, context),
    ...forIdentity(deps),

    markConnected: (tx: Db, changes: readonly ConnectionChange[]) => createStatusStore(tx).setConnected(changes),

    /** The ECUs of a vehicle by serial number; empty when there is no such vehicle. */
    devicesOf: (vin: string): Promise<InventoryDevice[]> => createEcuViews(db).devicesOf(vin),

    deviceByEcuId: (ecuId: string): Promise<InventoryDevice | undefined> => createEcuViews(db).device({ ecuId }),

    /** Figures for the overview; of a large fleet at most a minute old. */
    vehiclesSummary: async () => {
      const views = createSummaryViews(db);
      const now = clock.now();
      const summary = await views.summary(now);
      if (summary.countedAt === now.toISOString() && (await isLargeFleet(db))) {
        const { sbomPercent: _, countedAt: __, ...counts } = summary;
        await createFigureStore(db).keep('summary', counts, now);
      }
      return summary;
    },

    /**
     * Counts how often each software version is installed and each licence used; for a large fleet to be called every few
     * minutes. Rates SBOMs that were stored before there were scores.
     */
    refreshFigures: async () => {
      if (await isLargeFleet(db)) await createFigureStore(db).countSoftware();
      await sbomQuality.rateOlder(ratedAtOnce);
      if (await createLicenceViews(db).isLarge()) await createLicenceStore(db).count();
    },

    /** Vehicles by model. */
    modelSizes: () => createModelViews(db).sizes(),

    /** What vehicles said that does not fit the inventory, newest first. */
    anomalies: (limit = 50) => createSummaryViews(db).anomalies(limit),
  });
};

/** What the identity module asks before it issues, and tells after it did. */
const forIdentity = ({ db, clock }: InventoryDeps) => ({
  ecuForEnrolment: async ({ vin, serial }: { vin?: string; serial: string }): Promise<InventoryDevice | undefined> =>
    createEcuViews(db).device({ serial, ...(vin === undefined ? {} : { vin }) }),

  /** One answer per key, in order; undefined for an ECU that is unknown, retired, or in another vehicle. */
  ecusForEnrolment: async (
    keys: readonly { readonly vin: string; readonly serial: string }[],
  ): Promise<(InventoryDevice | undefined)[]> => {
    const found = await createEcuViews(db).devices(keys.map(({ serial }) => serial));
    const bySerial = new Map(found.filter(({ state }) => state !== 'retired').map((device) => [device.serial, device]));
    return keys.map(({ vin, serial }) => {
      const device = bySerial.get(serial);
      return device?.vin === vin ? device : undefined;
    });
  },

  markEnrolled: (tx: Db, enrolled: readonly Enrolled[]) => createStatusStore(tx).enrol(enrolled),
  markRevoked: (tx: Db, ecuIds: readonly string[]) => createStatusStore(tx).revoke(ecuIds, clock.now()),
});
