import { hash } from 'node:crypto';
import type { Json } from '@bulkhead/kernel';
import { type Dialect, dialectOf } from '../dialect.ts';
import type { JsonObject } from '../json/read-json.ts';
import type { Signer } from '../keys/signer.ts';
import type { EcuReport, Manifest } from '../model/manifest.ts';
import type { DialectName } from '../model/signed.ts';
import { envelopeBytes } from '../wire/envelope.ts';
import { signatureBy } from './sign.ts';

/** An ECU's report about itself, signed with its own key (Uptane 5.4.2.1.2); what a Secondary hands to its Primary. */
export function signEcuReport(report: EcuReport, signer: Signer, dialect: DialectName): Uint8Array {
  const wire = dialectOf(dialect);
  return signVehicleJson(wire.payloadOf(report), signer, wire);
}

/** A manifest to be signed; the reports as their ECUs signed them. */
export interface ManifestInput extends Omit<Manifest, 'type' | 'reports'> {
  readonly reports: ReadonlyMap<string, Uint8Array>;
}

/** The vehicle version manifest, signed by the Primary (Uptane 5.4.2.1.1). The reports inside stay as they were signed. */
export function signManifest({ reports, ...rest }: ManifestInput, signer: Signer, dialect: DialectName): Uint8Array {
  const wire = dialectOf(dialect);
  const payload = wire.payloadOf({ type: 'manifest', ...rest, reports: new Map() });
  const parsed = [...reports].map(
    ([serial, bytes]) => [serial, JSON.parse(Buffer.from(bytes).toString()) as Json] as const,
  );
  return signVehicleJson({ ...payload, ecu_version_manifests: Object.fromEntries(parsed) }, signer, wire);
}

/** Reference C6: the signatures of a vehicle also name the hash of what is signed. */
function signVehicleJson(payload: JsonObject, signer: Signer, dialect: Dialect): Uint8Array {
  const message = Buffer.from(dialect.canonical(payload));
  const digest = { function: 'sha256', digest: hash('sha256', message, 'hex') };
  const signature = signatureBy(signer, message, dialect.name, new Map([['hash', digest]]));
  return envelopeBytes(payload, [dialect.signatureJson(signature)]);
}
