import {
  decodeHeartbeat,
  decodeInventoryReport,
  type Heartbeat,
  type InventoryReport,
  MessageProblem,
} from '@bulkhead/contract';
import type { Db } from '../../platform/db/database.ts';
import type { NewAnomaly } from './anomaly-store.ts';
import type { InventoryDeps } from './deps.ts';
import { judgeSubject, type KnownEcu, serialsOf } from './domain/read-report.ts';
import { createEcuViews } from './ecu-views.ts';
import { createInstallationStore, type Report } from './installation-store.ts';
import { createReportRate } from './report-rate.ts';
import { createStatusStore } from './status-store.ts';
import { announceChanges, type Change, recordAnomalies, type Said } from './tell-changes.ts';
import { createVehicleStore } from './vehicle-store.ts';

/** A message of a device that the front door has authenticated. */
export interface ReceivedMessage<Message> {
  readonly device: {
    readonly ecuId: string;
    readonly vin: string;
    readonly serial: string;
    readonly certificateSerial: string;
  };
  readonly message: Message;
  readonly receivedAt: Date;
  readonly qos: 0 | 1 | 2;
}

/** Where the messages of a channel go; `store` is called once per batch, in the transaction that acknowledges it. */
export interface InventorySink<Message> {
  parse(payload: Buffer, device: ReceivedMessage<Message>['device']): Message;
  store(tx: Db, batch: readonly ReceivedMessage<Message>[]): Promise<void>;
}

export const createHeartbeatSink = (): InventorySink<Heartbeat> => ({
  parse: decodeHeartbeat,
  store: (tx, batch) =>
    createStatusStore(tx).touch(batch.map(({ device, receivedAt }) => ({ ecu_id: device.ecuId, at: receivedAt }))),
});

/** Reports of installed software: a fixed number of statements, however many vehicles are in the batch. */
export const createInventorySink = (deps: InventoryDeps): InventorySink<InventoryReport> => {
  const mayReport = createReportRate();
  return {
    parse: (payload, { ecuId }) => {
      if (mayReport(ecuId, deps.clock.now())) return decodeInventoryReport(payload);
      throw new MessageProblem('message.too-often', 'this ECU reports too often; a report every 30 s is enough');
    },
    store: (tx, batch) => storeBatch(deps, tx, batch),
  };
};

async function storeBatch(
  deps: InventoryDeps,
  tx: Db,
  batch: readonly ReceivedMessage<InventoryReport>[],
): Promise<void> {
  const serials = new Set(batch.flatMap(({ device, message }) => serialsOf(device, message)));
  const known = new Map((await createEcuViews(tx).known([...serials])).map((ecu) => [ecu.serial, ecu]));
  const read = readBatch(batch, known);
  await replaceParts(deps, tx, read.parts);
  const changes = await storeReports(tx, [...read.reports.values()], known);
  await recordAnomalies(deps, tx, [...read.anomalies, ...changes.filter(({ forged }) => forged).map(forgedOf)], known);
  await announceChanges(deps, tx, changes);
  // last: it holds rows of vehicles in no order, and nobody may wait for anything while holding them
  await createStatusStore(tx).touch(batch.map(({ device, receivedAt }) => ({ ecu_id: device.ecuId, at: receivedAt })));
}

interface Part {
  readonly ecu: KnownEcu & { readonly supplier: string };
  readonly reporter: string;
  readonly at: Date;
  readonly partNumber: string;
  readonly hardwareVersion: string | null;
}

type Ecus = ReadonlyMap<string, KnownEcu & { readonly supplier: string }>;

/** Sorts what was said into facts and anomalies; of two statements about the same slot the later one holds. */
function readBatch(batch: readonly ReceivedMessage<InventoryReport>[], known: Ecus) {
  const reports = new Map<string, Said>();
  const parts = new Map<string, Part>();
  const anomalies: NewAnomaly[] = [];
  for (const { device, message, receivedAt: at } of batch) {
    const vehicleId = known.get(device.serial)?.vehicle_id;
    const strangers = new Set<string>();
    const ecuOf = (serial: string) => {
      const judged = judgeSubject(device, serial, known);
      if (typeof judged !== 'string') return known.get(serial);
      if (vehicleId && !strangers.has(serial))
        anomalies.push({ vehicle_id: vehicleId, kind: judged, reporter: device.serial, subject: serial, at });
      strangers.add(serial);
      return undefined;
    };
    for (const { serial, partNumber, hardwareVersion } of message.ecus) {
      const ecu = ecuOf(serial);
      if (ecu)
        parts.set(serial, {
          ecu,
          reporter: device.serial,
          at,
          partNumber: partNumber ?? ecu.part_number,
          hardwareVersion: hardwareVersion ?? ecu.hardware_version,
        });
    }
    for (const { ecuSerial, slot = 'running', name, version, sha256 } of message.software) {
      const ecu = ecuOf(ecuSerial);
      if (!ecu) continue;
      const hash = sha256 ? Buffer.from(sha256, 'hex') : null;
      const said = { ecu_id: ecu.id, vehicle_id: ecu.vehicle_id, name, slot, version, sha256: hash, at };
      reports.set(JSON.stringify([ecu.id, name, slot]), {
        ...said,
        serial: ecuSerial,
        vin: ecu.vin,
        reporter: device.serial,
      });
    }
  }
  return { reports, parts: [...parts.values()], anomalies };
}

/** Another part or hardware version than the one on file: the ECU was replaced or the file was wrong; both are history. */
async function replaceParts({ bind }: InventoryDeps, tx: Db, parts: readonly Part[]): Promise<void> {
  const changed = parts.filter(
    ({ ecu, partNumber, hardwareVersion }) =>
      ecu.part_number !== partNumber || ecu.hardware_version !== hardwareVersion,
  );
  if (changed.length === 0) return;
  const store = createVehicleStore(tx);
  await store.updateEcus(
    changed.map(({ ecu, partNumber, hardwareVersion }) => ({
      id: ecu.id,
      part_number: partNumber,
      supplier: ecu.supplier,
      hardware_version: hardwareVersion,
    })),
  );
  const replaced = changed.filter(
    ({ ecu, hardwareVersion, partNumber }) =>
      ecu.part_number !== partNumber || (ecu.hardware_version !== null && ecu.hardware_version !== hardwareVersion),
  );
  await store.addHistory(
    replaced.map(({ ecu, at, partNumber, hardwareVersion }) => ({
      vehicle_id: ecu.vehicle_id,
      at,
      ecu_serial: ecu.serial,
      kind: 'ecu-replaced',
      text: `Part ${ecu.part_number} (hardware ${ecu.hardware_version ?? 'unknown'}) became ${partNumber} (hardware ${hardwareVersion ?? 'unknown'})`,
    })),
  );
  await bind(tx).audit.appendAll(
    replaced.map(({ ecu, reporter, at, partNumber, hardwareVersion }) => ({
      action: 'inventory.ecu-changed',
      subject: ecu.serial,
      by: { kind: 'vehicle', id: ecu.vin, name: `${ecu.vin} (${reporter})` },
      details: { from: ecu.part_number, to: partNumber, hardwareVersion },
      at,
    })),
  );
}

const refreshAfter = 3_600_000;
/** Names and slots that one ECU may fill; invented ones beyond would only make each later report dearer to compare. */
const mostPerEcu = 2_000;

/** Writes what differs from what is on file; a repeated report costs a write once an hour. Answers what changed. */
async function storeReports(tx: Db, said: readonly Said[], known: Ecus): Promise<Change[]> {
  if (said.length === 0) return [];
  const store = createInstallationStore(tx);
  const installed = await store.installedOn([...new Set(said.map(({ ecu_id }) => ecu_id))]);
  const counts = new Map<string, number>();
  for (const { ecu_id } of installed) counts.set(ecu_id, (counts.get(ecu_id) ?? 0) + 1);
  const before = new Map(installed.map((row) => [JSON.stringify([row.ecu_id, row.name, row.slot]), row]));
  const changes: Change[] = [];
  const writes: Report[] = [];
  for (const report of said) {
    const old = before.get(JSON.stringify([report.ecu_id, report.name, report.slot]));
    if (old?.reported_at && old.reported_at > report.at) continue;
    if (!old) {
      const count = (counts.get(report.ecu_id) ?? 0) + 1;
      if (count > mostPerEcu) continue;
      counts.set(report.ecu_id, count);
    }
    const same = old?.reported_version === report.version && sameBytes(old.reported_sha256, report.sha256);
    const from = old?.reported_version ?? null;
    const planned = old?.planned_version ?? null;
    const forged =
      planned === report.version &&
      !!old?.planned_sha256 &&
      !!report.sha256 &&
      !old.planned_sha256.equals(report.sha256);
    if (!same) changes.push({ ...report, from, planned, forged });
    if (!same || !old?.reported_at || report.at.getTime() - old.reported_at.getTime() > refreshAfter)
      writes.push(report);
  }
  await store.report(writes);
  await createVehicleStore(tx).addHistory(changes.map(historyOf));
  await createStatusStore(tx).refreshSoftware([...new Set(changes.map(({ vehicle_id }) => vehicle_id))]);
  return changes.filter(({ serial }) => known.has(serial));
}

const sameBytes = (a: Buffer | null, b: Buffer | null) => (a && b ? a.equals(b) : a === b);

const historyOf = ({ vehicle_id, at, serial, name, version, from, planned, slot }: Change) => ({
  vehicle_id,
  at,
  ecu_serial: serial,
  kind: 'reported' as const,
  text: `Software ${name} ${version} reported${slot === 'running' ? '' : ` in ${slot}`}${from ? `, before ${from}` : ''}${planned && planned !== version ? `; planned is ${planned}` : ''}`,
});

const forgedOf = ({ vehicle_id, reporter, serial, name, version, at }: Change): NewAnomaly => ({
  vehicle_id,
  kind: 'hash-mismatch',
  reporter,
  subject: `${serial} ${name}@${version}`.slice(0, 300),
  at,
});
