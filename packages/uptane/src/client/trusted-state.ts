import type { InstalledImage } from '../model/manifest.ts';

/** The files of one repository that were verified last, as received; what an ECU is provisioned with is the root. */
export interface RepositoryState {
  readonly root: Uint8Array;
  readonly timestamp?: Uint8Array | undefined;
  readonly snapshot?: Uint8Array | undefined;
  readonly targets?: Uint8Array | undefined;
  /** Delegated targets files by role: kept so that they need not be fetched again. */
  readonly delegated?: ReadonlyMap<string, Uint8Array> | undefined;
}

/** What a Primary keeps between two cycles (requirement C4). */
export interface TrustedState {
  readonly director: RepositoryState;
  readonly image: RepositoryState;
  /** The latest time that was verified; time never goes back behind it. */
  readonly latestTime?: string | undefined;
}

/** An ECU as its Primary knows it. */
export interface EcuState {
  readonly hardwareId: string;
  readonly installed?: (InstalledImage & { readonly releaseCounter?: number | undefined }) | undefined;
}

export interface VehicleState {
  readonly vehicleId: string;
  readonly ecus: ReadonlyMap<string, EcuState>;
}
