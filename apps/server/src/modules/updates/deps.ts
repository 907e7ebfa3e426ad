import type { ListQuery, ReleaseDiff } from '@bulkhead/contract';
import type { Clock, Json } from '@bulkhead/kernel';
import type { Audit, Actor as AuditActor } from '../../platform/audit/audit.ts';
import type { Db } from '../../platform/db/database.ts';
import type { Outbox } from '../../platform/outbox/outbox.ts';

export type Actor = AuditActor;
export type { ListQuery };

/** What a use case writes beside the tables of the module, on the handle of its transaction. */
export interface UpdatesWriters {
  readonly audit: Audit;
  readonly outbox: Pick<Outbox, 'publishAll'>;
}

/** What an image repository knows of the bytes it holds. */
export interface CatalogueImage {
  readonly sha256: string;
  readonly sha512: string | null;
  readonly length: number;
}

/** The images that can be served; filled by whoever stores them. */
export interface ImageCatalogue {
  byDigest(sha256: string): Promise<CatalogueImage | undefined>;
}

export interface UpdatesDeps {
  readonly db: Db;
  readonly clock: Clock;
  bind(db: Db): UpdatesWriters;
  /** Without one nothing is known of images, and a release is published on the word of those who approved it. */
  readonly images?: ImageCatalogue;
  /** What changes in components and known vulnerabilities between two software versions; undefined when nobody knows. */
  diffOf?(fromSoftwareId: string, toSoftwareId: string): Promise<ReleaseDiff | undefined>;
  /** Tells open consoles that a list changed; sent when the transaction commits. */
  announce?(tx: Db, what: ChangedList): Promise<unknown>;
}

export type ChangedList = 'releases';

/** The events of this module and what they carry. */
export interface UpdatesEvents {
  readonly 'updates.release-published': {
    readonly releaseId: string;
    readonly name: string;
    readonly fixes: readonly string[];
    readonly software: readonly string[];
  };
  readonly 'updates.release-ended': {
    readonly releaseId: string;
    readonly name: string;
    readonly state: 'deprecated' | 'withdrawn';
    readonly reason: string;
  };
}

/** An event of this module, with the payload that belongs to its type. */
export function updatesEvent<Type extends keyof UpdatesEvents>(type: Type, payload: UpdatesEvents[Type]) {
  return { type, payload: payload as unknown as Json };
}
