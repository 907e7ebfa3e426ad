import type { FetchRequest, PublicKey, Reply, VerifiedImage } from '@bulkhead/uptane';
import type { SlotStanding } from './installer.ts';

/** What the Primary knows that goes into a version report (Uptane 5.4.2.1.2). */
export interface ReportContext {
  /** The latest time that was verified. */
  readonly time: Date | undefined;
  readonly counter: number;
  readonly attacks: string;
}

/** A file that was downloaded and verified: the image, or its encrypted form. */
export interface ImageFile {
  readonly path: string;
  readonly length: number;
}

/** Metadata for Secondaries that verify themselves: as the Primary got them, or fetched for them. */
export type MetadataSource = (request: FetchRequest) => Promise<Reply>;

/** One ECU of the vehicle that takes updates: the Primary itself, or a Secondary behind it. */
export interface UpdatableEcu {
  readonly serial: string;
  readonly hardwareId: string;
  readonly key: PublicKey;
  standing(): Promise<SlotStanding>;
  /** The same, or what was last known of an ECU that is out of reach. */
  lastStanding(): Promise<SlotStanding>;
  /** Its own report under its own key; the last one again while it is out of reach, undefined when there is none. */
  versionReport(context: ReportContext): Promise<Uint8Array | undefined>;
  /** Verifies the image itself as far as it can, and puts it into the slot that does not run. @throws UptaneError, AgentError */
  install(image: VerifiedImage, file: ImageFile, metadata: MetadataSource, time: Date): Promise<void>;
  activate(): Promise<'running' | 'reboot'>;
  /** File of the image that runs, where this program can read it: the base of a delta. */
  runningPath?(): string | undefined;
  /** Whether what runs works, asked until it says yes or the time is over. */
  isHealthy(signal: AbortSignal): Promise<boolean>;
  confirm(): Promise<void>;
  rollBack(): Promise<'running' | 'reboot'>;
}
