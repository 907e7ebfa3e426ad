import { hash } from 'node:crypto';
import {
  type DialectName,
  type EcuReport,
  type InventoryVehicle,
  type JudgedManifest,
  type ReportState,
  UptaneError,
  verifyManifest,
} from '@bulkhead/uptane';
import { type Db, inTransaction } from '../../platform/db/database.ts';
import type { Device } from '../identity/index.ts';
import type { VehicleReport } from '../updates/index.ts';
import type { DirectorDeps } from './deps.ts';
import { Refusal } from './domain/error.ts';
import type { Installed } from './domain/installed.ts';
import { installationOf } from './domain/vehicle-reports.ts';
import { createManifestStore } from './manifest-store.ts';
import { keyOfRow } from './registering.ts';
import type { Observation, SecurityEvents } from './security-events.ts';
import { createDirectorStore } from './store.ts';
import type { EcuKeyTable, ReportedEcu } from './tables.ts';
import { createDirectorViews } from './views.ts';

type Held = NonNullable<Awaited<ReturnType<ReturnType<typeof createDirectorStore>['hold']>>>;

interface Received {
  readonly device: Device;
  readonly bytes: Uint8Array;
  readonly dialect: DialectName;
  readonly at: Date;
}

/** Takes vehicle version manifests (Uptane 5.3.2.1, requirements S16 and S17). */
export function createManifests(deps: DirectorDeps, tellEvents: SecurityEvents) {
  return async (device: Device, bytes: Uint8Array, dialect: DialectName): Promise<void> => {
    const received = { device, bytes, dialect, at: deps.clock.now() };
    try {
      await inTransaction(deps.db, (tx) => take(deps, tellEvents, tx, received));
      deps.metrics.count('director_manifests_total', { outcome: 'accepted' });
    } catch (error) {
      if (!(error instanceof UptaneError)) throw error;
      deps.metrics.count('director_manifests_total', { outcome: 'refused' });
      await inTransaction(deps.db, (tx) => refuse(tellEvents, tx, received, error));
      throw new Refusal('manifest_refused', `${error.code}: ${error.message}`, { cause: error });
    }
  };
}

async function take(deps: DirectorDeps, tellEvents: SecurityEvents, tx: Db, received: Received): Promise<void> {
  const { device, bytes, dialect, at } = received;
  const store = createManifestStore(tx);
  const held = await createDirectorStore(tx).hold(device.vin);
  if (!held)
    throw new Refusal('device_not_registered', 'Register the ECUs of this vehicle first (POST /director/ecus)');
  if (held.primary_serial !== device.serial)
    throw new Refusal('not_primary', `Manifests of this vehicle come from its Primary, ECU ${held.primary_serial}`);
  const keys = await createDirectorViews(tx).ecus(device.vin);
  const vehicle = vehicleOf(device.vin, held.primary_serial, keys);
  const judged = verifyManifest({ bytes, dialect, vehicle, memory: held.memory });
  const statement = statementOf(judged);
  const news = held.statement?.equals(statement.digest) !== true;
  const installed = await installedAfter(deps, tx, held, judged);
  await store.takeManifest(device.vin, {
    at,
    memory: JSON.stringify(judged.memory),
    installed: JSON.stringify(installed),
    missing: judged.missing,
    statement: statement.digest,
  });
  if (news || !(await store.repeatManifest(device.vin, 'accepted', null, at)))
    await store.addManifest({
      vin: device.vin,
      at,
      outcome: 'accepted',
      code: null,
      detail: summaryOf(judged),
      dialect,
      counter: counterOf(judged, held),
      reports: JSON.stringify(statement.reports),
      document: bytes,
    });
  await tellUpdates(deps, tx, received, judged, { installed, news });
  if (news) {
    await tellInventory(deps, tx, received, installed);
    await tellEvents(tx, device, observationsOf(judged));
    deps.announce?.('director');
  }
}

const vehicleOf = (vin: string, primarySerial: string, keys: readonly EcuKeyTable[]): InventoryVehicle => ({
  vehicleId: vin,
  primarySerial,
  ecus: new Map(keys.map((row) => [row.serial, { key: keyOfRow(row) }])),
});

const counterOf = ({ manifest }: JudgedManifest, { primary_serial }: Held) =>
  manifest.reports.get(primary_serial)?.signed.counter ?? null;

/** What the manifest says besides counters, times and nonces: the same again is not kept again. */
function statementOf({ reports, missing, manifest }: JudgedManifest) {
  const said = [...reports].map(
    ([serial, { report, state }]): ReportedEcu => ({
      serial,
      state,
      filename: report.installed.filename.slice(0, 300),
      sha256: report.installed.hashes.get('sha256') ?? null,
      attacks: tame(report.attacksDetected),
    }),
  );
  const unusual = ({ state }: ReportedEcu) => (state === 'fresh' || state === 'stale' ? 'usual' : state);
  const { installation } = manifest;
  const text = JSON.stringify([
    said.map((one) => ({ ...one, state: unusual(one) })),
    missing,
    installation && [installation.correlationId, installation.code, installation.success],
  ]);
  return { reports: said, digest: hash('sha256', text, 'buffer') };
}

const tame = (text: string) => text.slice(0, 500).replaceAll('\0', '\uFFFD').toWellFormed();

function summaryOf({ reports, missing, manifest }: JudgedManifest): string {
  const words = [`${reports.size} ECUs`];
  if (missing.length > 0) words.push(`nothing of ${missing.slice(0, 10).join(', ')}`);
  const { installation } = manifest;
  if (installation) words.push(`installation ${tame(installation.code)}`);
  return words.join('; ').slice(0, 1_000);
}

/**
 * What runs where, after this manifest. A report that returns to an earlier one cannot be told from a replay: it counts only
 * when it says what the Director asks for.
 */
async function installedAfter(
  { assignments }: DirectorDeps,
  tx: Db,
  { installed: before, served }: Held,
  { reports }: JudgedManifest,
): Promise<Record<string, Installed>> {
  const asked = new Map(
    (served.targets ?? []).flatMap(({ sha256, ecus }) => ecus.map(({ serial }) => [serial, sha256] as const)),
  );
  const believed = [...reports].filter(([serial, { report, state }]) => believes(state, report, asked.get(serial)));
  const sha256Of = (report: EcuReport) => report.installed.hashes.get('sha256');
  const changed = believed.filter(([serial, { report }]) => {
    const old = Object.hasOwn(before, serial) ? before[serial] : undefined;
    return old?.filename !== report.installed.filename || old.sha256 !== sha256Of(report);
  });
  const known = await assignments.imagesNamed(
    changed.flatMap(([, { report }]) => {
      const sha256 = sha256Of(report);
      return sha256 === undefined ? [] : [{ fileName: report.installed.filename, sha256 }];
    }),
    tx,
  );
  const after = new Map(Object.entries(before));
  for (const [serial, { report }] of changed) {
    const { filename, length, hashes } = report.installed;
    const sha256 = hashes.get('sha256');
    if (sha256 === undefined) continue;
    const image = known.find((one) => one.fileName === filename && one.sha256 === sha256);
    const sha512 = image?.sha512 ?? hashes.get('sha512');
    after.set(serial, {
      filename: tame(filename),
      length,
      sha256,
      ...(sha512 === undefined ? {} : { sha512 }),
      ...(image ? { releaseCounter: image.releaseCounter, software: image.software, version: image.version } : {}),
    });
  }
  return Object.fromEntries(after);
}

const believes = (state: ReportState, { installed }: EcuReport, asked: string | undefined): boolean =>
  state === 'fresh' ||
  state === 'stale' ||
  (state === 'possible-replay' && asked !== undefined && installed.hashes.get('sha256') === asked);

/** What campaigns hear: how installing ended, which attacks were seen, and what is installed, in this order. */
async function tellUpdates(
  { assignments }: DirectorDeps,
  tx: Db,
  { device: { vin }, at }: Received,
  { manifest, reports }: JudgedManifest,
  { installed, news }: { installed: Readonly<Record<string, Installed>>; news: boolean },
): Promise<void> {
  const told: VehicleReport[] = manifest.installation ? [installationOf(vin, at, manifest.installation)] : [];
  if (news)
    for (const [ecuSerial, { report }] of reports)
      if (report.attacksDetected !== '')
        told.push({ vin, event: 'attack', at, ecuSerial, detail: tame(report.attacksDetected) });
  if (told.length > 0) await assignments.report(told, tx);
  const running = Object.entries(installed).map(([ecuSerial, { sha256 }]) => ({ ecuSerial, sha256 }));
  await assignments.manifestVerified([{ vin, at, installed: running }], tx);
}

/** The inventory hears of images that a release names: others have no name and version of software. */
async function tellInventory(
  { inventory }: DirectorDeps,
  tx: Db,
  { device, at }: Received,
  installed: Readonly<Record<string, Installed>>,
): Promise<void> {
  const software = Object.entries(installed).flatMap(([ecuSerial, { software: name, version, sha256 }]) =>
    name === undefined || version === undefined || name.length > 128 || version.length > 128
      ? []
      : [{ ecuSerial, name, version, sha256 }],
  );
  if (software.length === 0) return;
  await inventory.reportSink.store(tx, [
    { device, message: { boot: 0, seq: 0, ecus: [], software }, receivedAt: at, qos: 1 },
  ]);
}

function observationsOf({ reports }: JudgedManifest): Observation[] {
  const seen: Observation[] = [];
  for (const [ecuSerial, { report, state }] of reports) {
    const data = { image: tame(report.installed.filename) };
    if (state === 'possible-replay') seen.push({ type: 'uptane.possible-replay', severity: 'medium', ecuSerial, data });
    if (state === 'replayed') seen.push({ type: 'uptane.replayed-report', severity: 'high', ecuSerial, data });
    if (report.attacksDetected !== '')
      seen.push({
        type: 'uptane.attack-reported',
        severity: 'high',
        ecuSerial,
        data: { ...data, detail: tame(report.attacksDetected) },
      });
  }
  return seen.slice(0, 50);
}

/** A manifest that is dropped is kept to be looked at, once for each reason, and told to monitoring. */
async function refuse(
  tellEvents: SecurityEvents,
  tx: Db,
  { device, bytes, dialect, at }: Received,
  error: UptaneError,
): Promise<void> {
  const { vin } = device;
  const store = createManifestStore(tx);
  await createDirectorStore(tx).hold(vin);
  await store.refuseManifest(vin, at);
  const detail = tame(error.message);
  if (!(await store.repeatManifest(vin, 'refused', error.code, at)))
    await store.addManifest({
      vin,
      at,
      outcome: 'refused',
      code: error.code,
      detail,
      dialect,
      counter: null,
      reports: '[]',
      document: bytes,
    });
  const attack = ['uptane.replay', 'uptane.unknown-ecu', 'uptane.unknown-vehicle', 'uptane.wrong-signer'];
  await tellEvents(tx, device, [
    {
      type: error.code === 'uptane.unknown-ecu' ? 'uptane.foreign-ecu' : 'uptane.manifest-refused',
      severity: attack.includes(error.code) ? 'high' : 'medium',
      data: { code: error.code, detail },
    },
  ]);
}
