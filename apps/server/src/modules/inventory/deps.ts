import type { Clock, Json } from '@bulkhead/kernel';
import type { Audit, Actor as AuditActor } from '../../platform/audit/audit.ts';
import type { Db } from '../../platform/db/database.ts';
import type { Outbox } from '../../platform/outbox/outbox.ts';

export type Actor = AuditActor;

/** What a use case writes beside the tables of the module, on the handle of its transaction. */
export interface InventoryWriters {
  readonly audit: Audit;
  readonly outbox: Pick<Outbox, 'publishAll'>;
}

export type ChangedList = 'models' | 'vehicles' | 'ecus' | 'software' | 'sboms' | 'aliases' | 'imports';

export interface InventoryDeps {
  readonly db: Db;
  readonly clock: Clock;
  bind(db: Db): InventoryWriters;
  /** Queues the job `inventory.import` (its handler is `inventory.importJob`) in the given transaction; answers the job's id. */
  startImport(
    tx: Db,
    input: { readonly importId: string; readonly title: string; readonly by: Actor },
  ): Promise<string>;
  /** Tells open consoles that a list changed; sent when the transaction commits. */
  notify?(tx: Db, what: ChangedList): Promise<unknown>;
  /** Bytes that one import may hold; 4 GiB when left out. */
  readonly maxImportBytes?: number;
}

/** The events of this module and what they carry. */
export interface InventoryEvents {
  readonly 'inventory.software-reported': {
    readonly vin: string;
    readonly vehicleId: string;
    readonly changes: readonly {
      readonly ecuSerial: string;
      readonly name: string;
      readonly slot: string;
      readonly from: string | null;
      readonly to: string;
      readonly planned: string | null;
    }[];
  };
  readonly 'inventory.unknown-ecu': {
    readonly vin: string;
    readonly vehicleId: string;
    readonly kind: string;
    readonly reporter: string;
    readonly subject: string;
  };
  readonly 'inventory.vehicle-retired': {
    readonly vin: string;
    readonly vehicleId: string;
    readonly ecuIds: readonly string[];
  };
  /** An SBOM is in use: uploaded and above the gate, or accepted by a person. `sboms.contentsOf` and `embeddedStatements` say what is in it. */
  readonly 'inventory.sbom-stored': {
    readonly sbomId: string;
    readonly softwareId: string;
    readonly components: number;
    /** What the document says about vulnerabilities. */
    readonly statements: number;
  };
  /** An SBOM is kept but not used: it is below the intake gate. The one in use before stays in use. */
  readonly 'inventory.sbom-rejected': {
    readonly sbomId: string;
    readonly softwareId: string;
    readonly software: string;
    readonly version: string;
    readonly supplier: string;
    readonly score: number;
    readonly reason: string;
  };
  /** A name means something else from now on; `aliases.componentsOf` says for which components. */
  readonly 'inventory.alias-changed': {
    readonly aliasId: string;
    readonly name: string;
    readonly state: 'confirmed' | 'rejected';
    readonly components: number;
  };
}

/** An event of this module, with the payload that belongs to its type. */
export function inventoryEvent<Type extends keyof InventoryEvents>(type: Type, payload: InventoryEvents[Type]) {
  return { type, payload: payload as unknown as Json };
}
