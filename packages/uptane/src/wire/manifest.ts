import {
  asObject,
  asText,
  extraOf,
  listAt,
  member,
  nameAt,
  objectAt,
  objectOf,
  optionalObjectAt,
  optionalTextAt,
  refuse,
  required,
  textAt,
  wholeNumberAt,
} from '../json/fields.ts';
import { inside, type Place } from '../json/place.ts';
import type { JsonObject } from '../json/read-json.ts';
import type { EcuReport, InstallationReport, InstalledImage, Manifest } from '../model/manifest.ts';
import { lengthRange, readHashes, signedPlace } from './common.ts';
import { openEnvelope } from './envelope.ts';
import { longestSerial } from './names.ts';
import type { Profile } from './profile.ts';
import { writeHashes } from './target.ts';

const longestName = 512;
const longestText = 16 * 1024;
const mostItems = 1000;
const manifestMembers = new Set(['vehicle_id', 'primary_ecu_serial', 'ecu_version_manifests', 'installation_report']);

/** Uptane 5.4.2.1: vehicle, Primary, and one signed report per ECU. */
export function readManifest(payload: JsonObject, profile: Profile): Manifest {
  const at = signedPlace;
  const place = inside(at, 'ecu_version_manifests');
  const reports = new Map<string, Manifest['reports'] extends ReadonlyMap<string, infer R> ? R : never>();
  for (const [serial, value] of Object.entries(objectAt(payload, 'ecu_version_manifests', at))) {
    const here = inside(place, serial);
    const report = openEnvelope(asObject(value, here), here, profile, (signed) =>
      readReport(signed, inside(here, 'signed')),
    );
    if (report.signed.serial !== serial)
      throw refuse(inside(inside(here, 'signed'), 'ecu_serial'), 'is not the ECU it stands under');
    reports.set(serial, report);
  }
  return {
    type: 'manifest',
    vehicleId: optionalTextAt(payload, 'vehicle_id', at),
    primarySerial: nameAt(payload, 'primary_ecu_serial', at, longestSerial),
    reports,
    installation: readInstallation(payload),
    extra: extraOf(payload, manifestMembers),
  };
}

const reportMembers = new Set([
  'ecu_serial',
  'installed_image',
  'attacks_detected',
  'timeserver_time',
  'previous_timeserver_time',
  'report_counter',
  'nonce',
]);

function readReport(report: JsonObject, at: Place): EcuReport {
  return {
    serial: nameAt(report, 'ecu_serial', at, longestSerial),
    installed: readInstalled(objectAt(report, 'installed_image', at), inside(at, 'installed_image')),
    attacksDetected: shortText(report, 'attacks_detected', at, longestText) ?? '',
    time: shortText(report, 'timeserver_time', at, 40),
    previousTime: shortText(report, 'previous_timeserver_time', at, 40),
    counter: readCounter(report, at),
    nonce: shortText(report, 'nonce', at, 128),
    extra: extraOf(report, reportMembers),
  };
}

/** The counter travels as text, as aktualizr writes it. */
function readCounter(report: JsonObject, at: Place): number | undefined {
  const text = optionalTextAt(report, 'report_counter', at);
  if (text === undefined) return undefined;
  if (!/^(0|[1-9]\d{0,15})$/.test(text) || !Number.isSafeInteger(Number(text)))
    throw refuse(inside(at, 'report_counter'), 'must be a whole number written as text');
  return Number(text);
}

function readInstalled(image: JsonObject, at: Place): InstalledImage {
  const info = objectAt(image, 'fileinfo', at);
  const place = inside(at, 'fileinfo');
  const filename = textAt(image, 'filepath', at);
  if (filename.length > longestName) throw refuse(inside(at, 'filepath'), `is longer than ${longestName} characters`);
  return { filename, length: wholeNumberAt(info, 'length', place, lengthRange), hashes: readHashes(info, place) };
}

function shortText(object: JsonObject, key: string, at: Place, longest: number): string | undefined {
  const text = optionalTextAt(object, key, at);
  if (text !== undefined && text.length > longest)
    throw refuse(inside(at, key), `is longer than ${longest} characters`);
  return text;
}

/** An empty report is what aktualizr sends when nothing was installed. */
function readInstallation(payload: JsonObject): InstallationReport | undefined {
  const wire = optionalObjectAt(payload, 'installation_report', signedPlace);
  const report = wire && optionalObjectAt(wire, 'report', inside(signedPlace, 'installation_report'));
  if (!report || Object.keys(report).length === 0) return undefined;
  const at = inside(inside(signedPlace, 'installation_report'), 'report');
  const items = member(report, 'items') === undefined ? [] : listAt(report, 'items', at, mostItems);
  return {
    correlationId: nameAt(report, 'correlation_id', at, longestName),
    ...readResult(objectAt(report, 'result', at), inside(at, 'result')),
    rawReport: shortText(report, 'raw_report', at, longestText) ?? '',
    items: items.map((item, i) => {
      const here = inside(inside(at, 'items'), i);
      const entry = asObject(item, here);
      const result = readResult(objectAt(entry, 'result', here), inside(here, 'result'));
      return { serial: nameAt(entry, 'ecu', here, longestSerial), ...result };
    }),
  };
}

function readResult(result: JsonObject, at: Place) {
  const success = required(result, 'success', at);
  if (typeof success !== 'boolean') throw refuse(inside(at, 'success'), 'expected true or false');
  const code = asText(required(result, 'code', at), inside(at, 'code')).slice(0, longestName);
  return { success, code, description: shortText(result, 'description', at, longestText) ?? '' };
}

export function writeReport(report: EcuReport): JsonObject {
  const { filename, length, hashes } = report.installed;
  return objectOf(
    [
      ['ecu_serial', report.serial],
      ['installed_image', { filepath: filename, fileinfo: { length, hashes: writeHashes(hashes) } }],
      ['attacks_detected', report.attacksDetected],
      ['timeserver_time', report.time],
      ['previous_timeserver_time', report.previousTime],
      ['report_counter', report.counter === undefined ? undefined : String(report.counter)],
      ['nonce', report.nonce],
    ],
    report.extra,
  );
}

const reportType = 'application/vnd.com.here.otac.installationReport.v1';

export function writeManifest({ vehicleId, primarySerial, reports, installation, extra }: Manifest): JsonObject {
  return objectOf(
    [
      ['vehicle_id', vehicleId],
      ['primary_ecu_serial', primarySerial],
      ['ecu_version_manifests', Object.fromEntries([...reports].map(([serial, { received }]) => [serial, received]))],
      ['installation_report', installation && { content_type: reportType, report: writeInstallation(installation) }],
    ],
    extra,
  );
}

function writeInstallation({
  correlationId,
  success,
  code,
  description,
  rawReport,
  items,
}: InstallationReport): JsonObject {
  return {
    correlation_id: correlationId,
    result: { success, code, description },
    raw_report: rawReport,
    items: items.map((item) => ({
      ecu: item.serial,
      result: { success: item.success, code: item.code, description: item.description },
    })),
  };
}
