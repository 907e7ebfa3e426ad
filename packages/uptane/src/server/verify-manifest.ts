import { hash } from 'node:crypto';
import { compactJson } from '../canonical-json.ts';
import { dialectOf } from '../dialect.ts';
import { UptaneError } from '../error.ts';
import { aktualizrKeyId, keyIdOf } from '../keys/key-id.ts';
import type { PublicKey } from '../keys/public-key.ts';
import { verifySignature } from '../keys/verify-signature.ts';
import type { EcuReport, Manifest } from '../model/manifest.ts';
import type { DialectName, SignedFile } from '../model/signed.ts';
import { judgeReport, type ReportState, type SecondaryMemory } from './judge-report.ts';

export interface InventoryEcu {
  readonly key: PublicKey;
  /** The id the ECU signs under, when it was registered with one of its own. */
  readonly keyId?: string | undefined;
}

/** The vehicle as the inventory knows it (requirement S21). */
export interface InventoryVehicle {
  readonly vehicleId: string;
  readonly primarySerial: string;
  readonly ecus: ReadonlyMap<string, InventoryEcu>;
}

/** What is kept of earlier manifests of the vehicle, as plain data. */
export interface ManifestMemory {
  readonly counter?: number | undefined;
  /** The Primary's nonces, the latest last. */
  readonly nonces?: readonly string[] | undefined;
  readonly secondaries?: Readonly<Record<string, SecondaryMemory>> | undefined;
}

export interface ManifestCheck {
  readonly bytes: Uint8Array;
  readonly dialect: DialectName;
  readonly vehicle: InventoryVehicle;
  readonly memory: ManifestMemory;
  /** For vehicles whose clock is known to be right (a device profile): the Primary's report may not be older. */
  readonly notBefore?: Date | undefined;
}

export interface JudgedManifest {
  readonly manifest: Manifest;
  /** By serial; only a `fresh` one says what the ECU runs now. */
  readonly reports: ReadonlyMap<string, { readonly report: EcuReport; readonly state: ReportState }>;
  /** ECUs of the inventory that the manifest says nothing about. */
  readonly missing: readonly string[];
  readonly memory: ManifestMemory;
}

/**
 * Checks a vehicle version manifest against the inventory (Uptane 5.3.2.1; requirement S17). What cannot be trusted is
 * thrown; what is merely old is said.
 * @throws UptaneError `uptane.unknown-vehicle`, `uptane.unknown-ecu`, `uptane.wrong-signer`, `uptane.replay`, format codes
 */
export function verifyManifest({ bytes, dialect, vehicle, memory, notBefore }: ManifestCheck): JudgedManifest {
  const file = dialectOf(dialect).readManifest(bytes);
  const manifest = file.signed;
  requireVehicle(manifest, vehicle);
  requireSigner(file, vehicle, vehicle.primarySerial, 'manifest');
  for (const [serial, report] of manifest.reports) requireSigner(report, vehicle, serial, serial);
  const primary = manifest.reports.get(vehicle.primarySerial)?.signed;
  if (!primary)
    throw new UptaneError('uptane.missing-field', vehicle.primarySerial, 'the Primary does not report about itself');
  const remembered = requireNewPrimaryReport(primary, memory);
  requireRecent(primary, notBefore);
  return {
    manifest,
    missing: missingIn(manifest, vehicle),
    ...judgeAll(manifest, vehicle, { ...memory, ...remembered }),
  };
}

function requireVehicle({ vehicleId, primarySerial, reports }: Manifest, vehicle: InventoryVehicle): void {
  // aktualizr names no vehicle: there the TLS client certificate alone does
  if (vehicleId !== undefined && vehicleId !== vehicle.vehicleId)
    throw new UptaneError('uptane.unknown-vehicle', 'manifest', 'it names another vehicle than the one that sent it');
  if (primarySerial !== vehicle.primarySerial)
    throw new UptaneError('uptane.unknown-ecu', primarySerial, 'is not the Primary of this vehicle');
  for (const serial of reports.keys()) {
    if (!vehicle.ecus.has(serial)) throw new UptaneError('uptane.unknown-ecu', serial, 'is not an ECU of this vehicle');
  }
}

/** The key comes from the inventory; the key id only says which of the signatures is meant. */
function requireSigner(file: SignedFile<unknown>, { ecus }: InventoryVehicle, serial: string, place: string): void {
  const ecu = ecus.get(serial);
  if (!ecu) throw new UptaneError('uptane.unknown-ecu', serial, 'is not an ECU of this vehicle');
  const ids = new Set([ecu.keyId, keyIdOf(ecu.key), aktualizrKeyId(ecu.key)]);
  const own = file.signatures.filter(({ keyId }) => ids.has(keyId));
  const good = own.some((signature) => {
    requireHash(file, signature.extra.get('hash'), place);
    return verifySignature(ecu.key, file.message, signature);
  });
  if (!good) throw new UptaneError('uptane.wrong-signer', place, `is not signed with the key of ECU ${serial}`);
}

/** Uptane 5.4.2.1.1 lets a signature carry the hash of the payload; one that does not fit shows a mixed-up manifest. */
function requireHash({ message }: SignedFile<unknown>, said: unknown, place: string): void {
  if (said === undefined) return;
  const { function: name, digest } = (typeof said === 'object' && said !== null ? said : {}) as Record<string, unknown>;
  if (name !== 'sha256' || digest !== hash('sha256', message, 'hex'))
    throw new UptaneError('uptane.wrong-signer', place, 'the hash beside the signature is not that of the payload');
}

const noncesKept = 64;

/** The Primary's counter strictly increases, or its nonce was never seen (Uptane 5.3.2.1). */
function requireNewPrimaryReport(
  { counter, nonce }: EcuReport,
  memory: ManifestMemory,
): Pick<ManifestMemory, 'counter' | 'nonces'> {
  if (counter === undefined && nonce === undefined)
    throw new UptaneError(
      'uptane.replay',
      'manifest',
      'it carries neither counter nor nonce, so it could be an old one',
    );
  if (counter === undefined && memory.counter !== undefined)
    throw new UptaneError('uptane.replay', 'manifest', 'it carries no counter, though this vehicle counted before');
  if (counter !== undefined && counter <= (memory.counter ?? -1))
    throw new UptaneError(
      'uptane.replay',
      'manifest',
      `counter ${counter} was used already; the last was ${memory.counter}`,
    );
  const seen = memory.nonces ?? [];
  if (nonce !== undefined && seen.includes(nonce))
    throw new UptaneError('uptane.replay', 'manifest', 'its nonce was used already');
  return { counter, nonces: nonce === undefined ? seen : [...seen, nonce].slice(-noncesKept) };
}

function requireRecent({ time }: EcuReport, notBefore: Date | undefined): void {
  if (!notBefore) return;
  const at = Date.parse(time ?? '');
  if (Number.isNaN(at) || at < notBefore.getTime())
    throw new UptaneError(
      'uptane.replay',
      'manifest',
      `the report is of ${time ?? 'no time'}, expected after ${notBefore.toISOString()}`,
    );
}

function missingIn({ reports }: Manifest, { ecus }: InventoryVehicle): readonly string[] {
  return [...ecus.keys()].filter((serial) => !reports.has(serial));
}

function judgeAll(
  manifest: Manifest,
  vehicle: InventoryVehicle,
  memory: ManifestMemory,
): Pick<JudgedManifest, 'reports' | 'memory'> {
  const before = new Map(Object.entries(memory.secondaries ?? {}));
  const after = new Map(before);
  const reports = new Map<string, { report: EcuReport; state: ReportState }>();
  for (const [serial, file] of manifest.reports) {
    if (serial === vehicle.primarySerial) {
      reports.set(serial, { report: file.signed, state: 'fresh' });
      continue;
    }
    const print = hash('sha256', compactJson(file.received), 'base64url');
    const { state, memory: next } = judgeReport(file.signed, print, before.get(serial));
    reports.set(serial, { report: file.signed, state });
    after.set(serial, next);
  }
  return { reports, memory: { ...memory, secondaries: Object.fromEntries(after) } };
}
