import type { Clock, Json } from '@bulkhead/kernel';
import type { Audit, Actor as AuditActor } from '../../platform/audit/audit.ts';
import type { Blobs } from '../../platform/blobs/blobs.ts';
import type { Db } from '../../platform/db/database.ts';
import type { KeyStore } from '../../platform/keys/index.ts';
import type { Log } from '../../platform/telemetry/log.ts';
import type { Metrics } from '../../platform/telemetry/metrics.ts';

export type Actor = AuditActor;
export type ChangedList = 'images' | 'repository';

export interface ImagesDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly blobs: Blobs;
  /** Holds the online keys for snapshot and timestamp, and what content keys are sealed with. */
  readonly keys: KeyStore;
  readonly log: Pick<Log, 'warn' | 'error'>;
  readonly metrics: Pick<Metrics, 'count' | 'gauge'>;
  bind(db: Db): { readonly audit: Audit };
  /** Tells people outside, from the transaction that changed something. */
  readonly notify?: { publish(tx: Db, notice: Notice): Promise<unknown> };
  /** Tells open consoles that a list changed; sent when the transaction commits. */
  announce?(tx: Db, what: ChangedList): Promise<unknown>;
  /** Bytes that one image may have; 64 GiB when left out. */
  readonly maxImageBytes?: number;
}

export interface Notice {
  readonly topic: 'updates.repository';
  readonly severity: 'low' | 'medium' | 'high' | 'critical';
  readonly subject: string;
  readonly text: string;
  readonly link: string;
  readonly data?: Json;
  readonly dedupeKey?: string;
}

/** What an image repository knows of the bytes it holds. */
export interface HeldImage {
  readonly sha256: string;
  readonly sha512: string;
  readonly length: number;
}

/** An image as signed files list it now, in one wire form. */
export interface NamedImage {
  readonly fileName: string;
  readonly role: string;
  readonly sha256: string;
  readonly sha512: string | null;
  readonly length: number;
  readonly hardwareIds: readonly string[];
  readonly releaseCounter: number | null;
  readonly confidential: boolean;
}
