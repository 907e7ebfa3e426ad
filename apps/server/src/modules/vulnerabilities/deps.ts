import type { Clock, Json } from '@bulkhead/kernel';
import type { Audit, Actor as AuditActor } from '../../platform/audit/audit.ts';
import type { Db } from '../../platform/db/database.ts';
import type { Log } from '../../platform/db/log.ts';
import type { Notify } from '../../platform/notify/notify.ts';
import type { Outbox } from '../../platform/outbox/outbox.ts';

export type Actor = AuditActor;

/** What a use case writes beside the tables of the module, on the handle of its transaction. */
export interface VulnerabilityWriters {
  readonly audit: Audit;
  readonly outbox: Pick<Outbox, 'publishAll'>;
  /** Tells people outside; absent where nobody listens. */
  readonly notify?: Pick<Notify, 'publish'>;
}

/** The contents of one SBOM, as the inventory keeps them. */
export interface SbomContents {
  readonly sbomId: string;
  readonly software: {
    readonly id: string;
    readonly name: string;
    readonly version: string;
    readonly supplier: string;
    readonly function: string;
    readonly createdAt: Date;
  };
  readonly components: readonly {
    readonly id: string;
    readonly name: string;
    readonly version: string | null;
    readonly purl: string | null;
    readonly cpe: string | null;
    readonly supplier: string | null;
    readonly hashes: unknown;
    readonly aliases: readonly Readonly<Record<string, string>>[];
  }[];
}

/** Where a software version runs. */
export interface SoftwarePlaces {
  readonly softwareId: string;
  readonly function: string;
  readonly roles: readonly {
    readonly model: string;
    readonly role: string;
    readonly name: string;
    readonly function: string;
    readonly network: 'open' | 'closed';
    /** Whether one of its buses is open; absent where nobody knows. */
    readonly openBus?: boolean;
    readonly gateway: boolean;
    readonly interfaces: readonly string[];
  }[];
}

export interface AffectedVehicleRow {
  readonly vin: string;
  readonly model: string;
  readonly region: string;
  readonly plant: string | null;
  readonly state: string;
  readonly lastSeenAt: string | null;
  readonly ecus: readonly {
    readonly serial: string;
    readonly role: string;
    readonly name: string;
    readonly version: string;
  }[];
}

/** What one ECU of a vehicle runs: what it reported, or what is planned while it never reported. */
export interface InstalledRow {
  readonly serial: string;
  readonly role: string;
  readonly model: string;
  /** Null when it reported a version that nobody registered. */
  readonly softwareId: string | null;
  readonly name: string;
  readonly version: string | null;
}

/** Which vehicles run some software versions, exactly and now. */
export interface VehiclePort {
  breakdown(softwareIds: readonly string[]): Promise<{
    readonly total: number;
    readonly byModel: readonly { readonly value: string; readonly vehicles: number }[];
    readonly byRegion: readonly { readonly value: string; readonly vehicles: number }[];
    readonly byPlant: readonly { readonly value: string; readonly vehicles: number }[];
    readonly bySoftware: ReadonlyMap<string, number>;
  }>;
  vehiclePage(
    softwareIds: readonly string[],
    query: { readonly region?: string; readonly model?: string; readonly limit?: number; readonly cursor?: string },
  ): Promise<{ readonly items: readonly AffectedVehicleRow[]; readonly next: string | null }>;
  /** Undefined for an unknown VIN. */
  installed(vin: string): Promise<readonly InstalledRow[] | undefined>;
  vehicleStream(softwareIds: readonly string[]): AsyncIterable<AffectedVehicleRow>;
}

/** What an SBOM says about vulnerabilities, in its own words. */
export interface SbomStatements {
  readonly sbomId: string;
  readonly receivedAt: Date;
  /** A gate for its supplier was in force, and nobody had to accept the SBOM in spite of it. */
  readonly passedGate: boolean;
  readonly statements: readonly {
    readonly vulnerability: string;
    readonly status: string | null;
    readonly justification: string | null;
    readonly detail: string | null;
    readonly componentIds: readonly string[];
    readonly wholeSoftware: boolean;
    readonly at: Date | null;
  }[];
}

/** What this module asks of the inventory: the thread from a component to the vehicles. */
export interface FleetPort {
  /** Undefined when the software has no SBOM, or one that is not accepted. */
  sbomOf(softwareId: string): Promise<SbomContents | undefined>;
  /** Of the SBOM in use. */
  statementsOf(softwareId: string): Promise<SbomStatements | undefined>;
  softwareWithSbom(): Promise<readonly { readonly softwareId: string; readonly sbomId: string }[]>;
  places(softwareIds: readonly string[]): Promise<readonly SoftwarePlaces[]>;
  /** Exact number of vehicles that run any of these versions, of one model or on one ECU role only. */
  vehicles(
    softwareIds: readonly string[],
    within?: { readonly model?: string; readonly role?: string },
  ): Promise<number>;
  /** The same for many sets of versions, in their order. */
  vehiclesPerSet(sets: readonly (readonly string[])[]): Promise<readonly number[]>;
  vehiclesPerSoftware(softwareIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** How far a program is from one of these versions, by what vehicles reported. */
  remaining(
    name: string,
    fixedSoftwareIds: readonly string[],
  ): Promise<{ readonly total: number; readonly fixed: number; readonly remaining: number; readonly unknown: number }>;
  modelSizes(): Promise<ReadonlyMap<string, number>>;
  /** Software versions that no SBOM describes. */
  softwareWithoutSbom(): Promise<number>;
}

export type ChangedList = 'vulnerabilities' | 'findings' | 'decisions' | 'sources' | 'cases';

export interface VulnerabilityDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  bind(db: Db): VulnerabilityWriters;
  readonly fleet: FleetPort;
  /** Tells open consoles that a list changed. */
  announce(what: ChangedList): void;
  /** Wakes the matcher of every replica once the transaction commits. */
  wake(tx: Db): Promise<void>;
}

/** The events of this module and what they carry. */
export interface VulnerabilityEvents {
  /** New findings, or findings whose priority rose, of at most 500 vulnerabilities. */
  readonly 'vulnerabilities.findings-changed': {
    readonly vulnerabilityIds: readonly string[];
    readonly opened: number;
  };
  readonly 'vulnerabilities.states-changed': { readonly vulnerabilityIds: readonly string[] };
  /** What these versions contain is known now, or has changed. */
  readonly 'vulnerabilities.software-loaded': { readonly softwareIds: readonly string[] };
  /** A statement of somebody else became decisions about this software. */
  readonly 'vulnerabilities.statement-applied': {
    readonly statementId: string;
    readonly vulnerabilityId: string;
    readonly softwareNames: readonly string[];
    readonly author: string;
    /** For whose software the author answers; null when no signature proved it. */
    readonly supplier: string | null;
    /** What was stated, in a line. */
    readonly text: string;
  };
}

/** An event of this module, with the payload that belongs to its type. */
export function vulnerabilityEvent<Type extends keyof VulnerabilityEvents>(
  type: Type,
  payload: VulnerabilityEvents[Type],
) {
  return { type, payload: payload as unknown as Json };
}
