import type { Dossier } from '@bulkhead/contract';
import type { Db } from '../../platform/db/database.ts';
import { createAssignmentViews, type ServedRow, type TargetRow } from './assignment-views.ts';
import type { UpdatesDeps } from './deps.ts';
import { mayProceed } from './domain/campaign-states.ts';
import { correlationOf } from './domain/correlation.ts';
import { UpdatesError } from './domain/error.ts';
import { committedStates } from './domain/vehicle-states.ts';
import { openingAt } from './domain/windows.ts';
import { type ManifestReport, takeManifests, takeReports, type VehicleReport } from './reports.ts';

/** One image for one ECU, as Director metadata says it. */
export interface Target {
  readonly ecuSerial: string;
  readonly role: string;
  readonly partNumber: string;
  readonly hardwareVersion: string | null;
  readonly hardwareIds: readonly string[];
  readonly softwareId: string;
  readonly software: string;
  readonly version: string;
  readonly fileName: string;
  readonly length: number;
  readonly sha256: string;
  readonly sha512: string | null;
  readonly releaseCounter: number;
}

/**
 * What a vehicle is served. `install`: it may install the targets now, within its preconditions. `ask`: its user must agree
 * first, so there are no targets yet. `wait`: its window is closed.
 */
export interface Assignment {
  readonly vin: string;
  readonly kind: 'install' | 'ask' | 'wait';
  readonly campaignId: string;
  readonly campaign: string;
  readonly releaseId: string;
  readonly release: string;
  /** Goes into Director metadata and comes back in reports. */
  readonly correlationId: string;
  readonly state: ServedRow['state'];
  readonly targets: readonly Target[];
  /** When the window closes (`install`, `ask`) or opens (`wait`); null when there is none. */
  readonly windowUntil: Date | null;
  readonly preconditions: Dossier['preconditions'];
  readonly consentRequired: boolean;
  readonly workshopOnly: boolean;
  readonly user: Dossier['user'];
}

export interface ChangedAssignments {
  readonly vehicles: readonly { readonly vin: string; readonly served: boolean }[];
  /** Where to go on; keep it. */
  readonly cursor: string;
  readonly more: boolean;
}

const mostChanged = 10_000;

/** The seam to the Director: what each vehicle may have, and what vehicles say about it. */
export const createAssignments = (deps: UpdatesDeps) => {
  const { db, clock } = deps;
  const forVehicles = async (vins: readonly string[], on: Db = db): Promise<Map<string, Assignment>> => {
    const views = createAssignmentViews(on);
    const served = (await views.served(vins)).filter(isServed);
    if (served.length === 0) return new Map();
    const targets = Map.groupBy(await views.targets(served.map(({ vin }) => vin)), ({ vin }) => vin);
    const now = clock.now();
    return new Map(served.map((row) => [row.vin, assignmentOf(row, targets.get(row.vin) ?? [], now)]));
  };
  return {
    /** What a vehicle is served now, or undefined: nothing. Costs three statements by key. */
    forVehicle: async (vin: string, on?: Db): Promise<Assignment | undefined> =>
      (await forVehicles([vin], on)).get(vin),
    forVehicles,

    /**
     * Vehicles whose assignment has changed since a cursor ('' at first), at least once each: sign them anew. Windows open and
     * close without a change; a vehicle that waits is asked for again by itself.
     */
    changedSince: async (cursor: string, limit = 1_000): Promise<ChangedAssignments> => {
      const { since, after, resume } = readCursor(cursor);
      const views = createAssignmentViews(db);
      const most = Math.min(Math.max(1, limit), mostChanged);
      const rows = await views.changed(since, after, most);
      const last = rows.at(-1);
      const more = rows.length === most;
      // of a run of pages the first decides where the next run begins: what was open then is not seen for certain
      const next = resume ?? last?.horizon ?? (await views.horizon());
      const vehicles = rows.map(({ vin, campaign_id }) => ({ vin, served: campaign_id !== null }));
      return { vehicles, more, cursor: more && last ? `${last.changed}:${last.vin}:${next}` : `${next}::` };
    },

    /** What releases say of images that vehicles report, by file name and hash; unknown ones are left out. */
    imagesNamed: (wanted: readonly { readonly fileName: string; readonly sha256: string }[], on: Db = db) =>
      createAssignmentViews(on).images(wanted),

    /** Reports of vehicles; give the transaction that acknowledges them, if there is one. */
    report: (reports: readonly VehicleReport[], on: Db = db) => takeReports(deps, on, reports),

    /** What verified manifests say is installed. */
    manifestVerified: (manifests: readonly ManifestReport[], on: Db = db) => takeManifests(deps, on, manifests),
  };
};
export type Assignments = ReturnType<typeof createAssignments>;

/** A stopped or withdrawn update goes on only where installing has begun: metadata that vanishes there helps nobody. */
const isServed = ({ campaign_state, release_state, state }: ServedRow) =>
  committedStates.has(state) || (mayProceed(campaign_state) && release_state !== 'withdrawn');

function assignmentOf(row: ServedRow, targets: readonly TargetRow[], now: Date): Assignment {
  const { dossier, rules, state } = row;
  const begun = committedStates.has(state);
  const window = openingAt(rules.windows, row.time_zone, now);
  const consented = !dossier.consentRequired || state !== 'offered';
  const kind = begun || (window.open && consented) ? 'install' : window.open ? 'ask' : 'wait';
  return {
    vin: row.vin,
    kind,
    campaignId: row.campaign_id,
    campaign: row.campaign_name,
    releaseId: row.release_id,
    release: row.release_name,
    correlationId: correlationOf(row.campaign_id, row.attempt),
    state,
    targets: kind === 'install' ? targets.map(targetOf) : [],
    windowUntil: window.until,
    preconditions: dossier.preconditions,
    consentRequired: dossier.consentRequired,
    workshopOnly: dossier.workshopOnly,
    user: dossier.user,
  };
}

const targetOf = (row: TargetRow): Target => ({
  ecuSerial: row.ecu_serial,
  role: row.role,
  partNumber: row.part_number,
  hardwareVersion: row.hardware_version,
  hardwareIds: row.hardware_ids,
  softwareId: row.software_id,
  software: row.software,
  version: row.version,
  fileName: row.file_name,
  length: Number(row.length),
  sha256: row.sha256.toString('hex'),
  sha512: row.sha512?.toString('hex') ?? null,
  releaseCounter: Number(row.release_counter),
});

function readCursor(cursor: string): { since: string; after: string; resume: string | undefined } {
  if (cursor === '') return { since: '0', after: '', resume: undefined };
  const match = /^(\d{1,20}):([A-HJ-NPR-Z0-9]{0,17}):(\d{0,20})$/.exec(cursor);
  if (!match) throw new UpdatesError('updates.bad-campaign', 'The cursor is not one that this server gave out.');
  return { since: match[1] ?? '0', after: match[2] ?? '', resume: match[3] === '' ? undefined : match[3] };
}
