import type { Extra } from '../json/fields.ts';
import type { SignedFile } from './signed.ts';
import type { Hashes } from './targets.ts';

export interface InstalledImage {
  readonly filename: string;
  readonly length: number;
  readonly hashes: Hashes;
}

/** What one ECU says about itself, under its own key (Uptane 5.4.2.1.2). */
export interface EcuReport {
  readonly serial: string;
  readonly installed: InstalledImage;
  /** Empty when no attack was noticed. */
  readonly attacksDetected: string;
  /** The latest time the ECU could verify; aktualizr always says 1970. */
  readonly time: string | undefined;
  readonly previousTime: string | undefined;
  /** Changes with every report. aktualizr: only in the Primary's own. */
  readonly counter: number | undefined;
  readonly nonce: string | undefined;
  readonly extra: Extra;
}

export interface InstallationItem {
  readonly serial: string;
  readonly success: boolean;
  readonly code: string;
  readonly description: string;
}

/** How an installation ended; repeated by the vehicle until a manifest was taken, so handled once per `correlationId`. */
export interface InstallationReport {
  readonly correlationId: string;
  readonly success: boolean;
  readonly code: string;
  readonly description: string;
  readonly rawReport: string;
  readonly items: readonly InstallationItem[];
}

/** The vehicle version manifest (Uptane 5.4.2.1.1). */
export interface Manifest {
  readonly type: 'manifest';
  /** aktualizr sends none: there the TLS client certificate names the vehicle. */
  readonly vehicleId: string | undefined;
  readonly primarySerial: string;
  readonly reports: ReadonlyMap<string, SignedFile<EcuReport>>;
  readonly installation: InstallationReport | undefined;
  readonly extra: Extra;
}
