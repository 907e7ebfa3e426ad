import type { CampaignRules, FailureKind } from '@bulkhead/contract';
import { type Db, inTransaction } from '../../platform/db/database.ts';
import { createAssignmentViews } from './assignment-views.ts';
import { type UpdatesDeps, updatesEvent } from './deps.ts';
import { readCorrelation } from './domain/correlation.ts';
import { endStates } from './domain/vehicle-states.ts';
import { after, applyMoves, type Mover, moveOf, type Told } from './moves.ts';
import { createReportViews, type Installed } from './report-views.ts';
import type { HeldVehicle } from './vehicle-lock-store.ts';
import { createVehicleStore, type Move } from './vehicle-store.ts';

/** What a vehicle tells of its part in a campaign; `attack` moves nothing and is told to monitoring. */
export interface VehicleReport {
  readonly vin: string;
  /** As given out with the targets; without one it is about what the vehicle is served now. */
  readonly correlationId?: string | null;
  readonly event:
    | 'consent'
    | 'deny'
    | 'defer'
    | 'download-started'
    | 'downloaded'
    | 'install-started'
    | 'installed'
    | 'failed'
    | 'rolled-back'
    | 'attack';
  readonly at: Date;
  readonly cause?: FailureKind;
  readonly ecuSerial?: string;
  /** The vehicle's own words or code; kept, never interpreted. */
  readonly detail?: string;
  readonly until?: Date;
}

/** `stale` is about an attempt that is over, `unknown` about no part of this vehicle; both change nothing. */
export type ReportOutcome = 'applied' | 'unchanged' | 'stale' | 'unknown';

export interface ManifestReport {
  readonly vin: string;
  readonly at: Date;
  /** What each ECU of the verified manifest has installed. */
  readonly installed: readonly Installed[];
}

const longestDetail = 500;
/** Text of a vehicle: bounded, and storable whatever it holds. */
const tame = (text: string | undefined) =>
  text === undefined ? null : text.slice(0, longestDetail).replaceAll('\0', '\uFFFD').toWellFormed();

/**
 * Takes what vehicles report, any number in a fixed number of statements. The same report again changes nothing: states
 * only move forward, and each attempt has its own correlation id. One outcome per report, in order.
 */
export async function takeReports(
  deps: UpdatesDeps,
  db: Db,
  reports: readonly VehicleReport[],
): Promise<ReportOutcome[]> {
  return inTransaction(db, async (tx) => {
    const named = await nameParts(tx, reports);
    const batch = await openBatch(
      tx,
      named.flatMap((part) => part ?? []),
    );
    const outcomes = reports.map((report, i): ReportOutcome => {
      const part = named[i];
      const vehicle = part && batch.standing(part);
      if (!part || !vehicle) return 'unknown';
      if (part.attempt !== undefined && part.attempt !== vehicle.attempt) return 'stale';
      if (report.event === 'attack') return batch.note(vehicle, report);
      return batch.tell(vehicle, { ...toldOf(report), event: report.event });
    });
    await batch.write(deps);
    await publishAttacks(deps, tx, reports, named);
    return outcomes;
  });
}

const toldOf = ({ event, at, cause, ecuSerial, detail, until }: VehicleReport): Omit<Told, 'event'> => {
  const words = [ecuSerial, detail].filter((text) => text !== undefined).join(': ');
  const kind = event === 'failed' ? (cause ?? 'internal-error') : cause;
  return {
    at,
    detail: words === '' ? null : tame(words),
    ...(kind ? { cause: kind } : {}),
    ...(until ? { until } : {}),
  };
};

interface Part {
  readonly vin: string;
  readonly campaignId: string;
  readonly attempt?: number;
}

/** Which campaign each report is about: by its correlation id, else what the vehicle is served, else what it was last. */
async function nameParts(tx: Db, reports: readonly VehicleReport[]): Promise<(Part | undefined)[]> {
  const silent = reports.filter(({ correlationId }) => !correlationId).map(({ vin }) => vin);
  const served = await createAssignmentViews(tx).campaignsOf(silent);
  return reports.map(({ vin, correlationId }) => {
    if (!correlationId) {
      const campaignId = served.get(vin);
      return campaignId === undefined ? undefined : { vin, campaignId };
    }
    const correlation = readCorrelation(correlationId);
    return correlation && { vin, ...correlation };
  });
}

/**
 * A manifest that was verified closes vehicles whose ECUs all report the target images: what is installed counts, not what
 * was said about it. Vehicles of which only some ECUs have moved stay open and say so (Uptane, partial bundle installation).
 */
export async function takeManifests(deps: UpdatesDeps, db: Db, manifests: readonly ManifestReport[]): Promise<void> {
  await inTransaction(db, async (tx) => {
    const views = createReportViews(tx);
    const open = await views.openParts(manifests.map(({ vin }) => vin));
    if (open.length === 0) return;
    const wanted = await views.wanted(open);
    const batch = await openBatch(tx, open);
    for (const part of open) {
      const manifest = manifests.findLast(({ vin }) => vin === part.vin);
      const vehicle = batch.standing(part);
      const targets = wanted.filter((target) => target.vin === part.vin && target.campaignId === part.campaignId);
      if (!manifest || !vehicle || targets.length === 0) continue;
      const reported = new Map(manifest.installed.map(({ ecuSerial, sha256 }) => [ecuSerial, sha256]));
      const missing = targets.filter(({ ecuSerial, sha256 }) => reported.get(ecuSerial) !== sha256);
      if (missing.length === 0) batch.tell(vehicle, { event: 'verified', at: manifest.at });
      else if (missing.length < targets.length)
        batch.partial(
          vehicle,
          manifest.at,
          missing.map(({ ecuSerial }) => ecuSerial),
        );
    }
    await batch.write(deps);
  });
}

/** Where the user must agree, a download without a word from the user does not count as one. */
const skipsConsent = ({ state }: HeldVehicle, { event }: Told) =>
  state === 'offered' && (event === 'download-started' || event === 'downloaded');

type Campaign = Mover & {
  readonly id: string;
  readonly name: string;
  readonly release_id: string;
  readonly rules: CampaignRules;
  readonly consent_required: boolean;
};

/** Holds the rows of a batch and plays what was told on them in order; nothing is written before `write`. */
async function openBatch(tx: Db, parts: readonly Part[]) {
  const store = createVehicleStore(tx);
  const keys = [
    ...new Map(parts.map(({ vin, campaignId }) => [`${vin} ${campaignId}`, { vin, campaign_id: campaignId }])).values(),
  ];
  const rows = new Map((await store.hold(keys)).map((row) => [`${row.vin} ${row.campaign_id}`, row]));
  const ids = [...new Set([...rows.values()].map(({ campaign_id }) => campaign_id))];
  const campaigns = new Map((await createReportViews(tx).campaigns(ids)).map((row) => [row.id, row]));
  const rounds: Move[][] = [];
  const moved = new Map<string, number>();
  const notes: Parameters<typeof store.note>[0][number][] = [];
  const note = (vehicle: HeldVehicle, event: string, at: Date, detail: string | null) => {
    const { campaign_id, vin, state, attempt, cause } = vehicle;
    notes.push({ campaign_id, vin, at, event, state, attempt, cause, detail });
  };
  const tell = (vehicle: HeldVehicle, told: Told): ReportOutcome => {
    const campaign = campaigns.get(vehicle.campaign_id);
    if (!campaign || (campaign.consent_required && skipsConsent(vehicle, told))) return 'unchanged';
    const move = moveOf(vehicle, told, campaign.rules);
    if (!move) return 'unchanged';
    const key = `${vehicle.vin} ${vehicle.campaign_id}`;
    const round = moved.get(key) ?? 0;
    moved.set(key, round + 1);
    (rounds[round] ??= []).push(move);
    rows.set(key, after(move));
    return 'applied';
  };
  return {
    standing: ({ vin, campaignId }: Part) => rows.get(`${vin} ${campaignId}`),
    tell,
    note: (vehicle: HeldVehicle, { event, at, detail, ecuSerial }: VehicleReport): ReportOutcome => {
      note(vehicle, event, at, tame([ecuSerial, detail].filter((text) => text !== undefined).join(': ')));
      return 'applied';
    },
    partial: (vehicle: HeldVehicle, at: Date, missing: readonly string[]) => {
      const detail = tame(`Not yet at the target: ${missing.join(', ')}`);
      if (vehicle.detail === detail || endStates.has(vehicle.state)) return;
      note(vehicle, 'partial', at, detail);
    },
    write: async (deps: UpdatesDeps) => {
      for (const round of rounds) await writeRound(deps, tx, round, campaigns);
      await store.note(notes);
    },
  };
}

async function writeRound(
  deps: UpdatesDeps,
  tx: Db,
  round: readonly Move[],
  campaigns: ReadonlyMap<string, Campaign>,
): Promise<void> {
  const now = deps.clock.now();
  for (const [id, moves] of Map.groupBy(round, ({ from }) => from.campaign_id)) {
    const campaign = campaigns.get(id);
    if (!campaign) continue;
    await applyMoves(tx, moves, campaign, now);
    await recordOutcomes(deps, tx, campaign, moves, now);
  }
}

/** How it ended for a vehicle goes into the audit log in the vehicle's name; that it is updated goes to the other modules. */
async function recordOutcomes(
  { bind }: UpdatesDeps,
  tx: Db,
  campaign: Campaign,
  moves: readonly Move[],
  now: Date,
): Promise<void> {
  const ended = moves.filter(({ state }) => endStates.has(state) || state === 'cancel-rejected');
  if (ended.length === 0) return;
  const { audit, outbox } = bind(tx);
  await audit.appendAll(
    ended.map(({ from, state, cause, detail, attempt }) => ({
      action: `updates.vehicle-${state}`,
      subject: from.vin,
      by: { kind: 'vehicle', id: from.vin, name: from.vin },
      details: {
        campaign: campaign.name,
        id: campaign.id,
        attempt,
        cause: cause ?? undefined,
        detail: detail ?? undefined,
      },
      at: now,
    })),
  );
  const updated = ended.filter(({ state }) => state === 'succeeded').map(({ from }) => from.vin);
  if (updated.length === 0) return;
  const { id, name, kind, release_id } = campaign;
  const fixes = await createReportViews(tx).fixes(release_id);
  await outbox.publishAll(
    [
      updatesEvent('updates.vehicles-updated', {
        campaignId: id,
        name,
        kind,
        releaseId: release_id,
        fixes,
        vins: updated,
      }),
    ],
    { wake: false },
  );
}

async function publishAttacks(
  { bind }: UpdatesDeps,
  tx: Db,
  reports: readonly VehicleReport[],
  parts: readonly (Part | undefined)[],
): Promise<void> {
  const attacks = reports.flatMap(({ event, vin, ecuSerial, detail }, i) =>
    event === 'attack'
      ? [{ vin, campaignId: parts[i]?.campaignId ?? null, ecuSerial: ecuSerial ?? null, detail: tame(detail) ?? '' }]
      : [],
  );
  if (attacks.length > 0)
    await bind(tx).outbox.publishAll(attacks.map((attack) => updatesEvent('updates.attack-reported', attack)));
}
