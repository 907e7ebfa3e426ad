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
  /** Whether there is a repository at all; before its first ceremony nothing can be held. True when left out. */
  isOpen?(): Promise<boolean>;
}

export interface UpdatesDeps {
  readonly db: Db;
  readonly clock: Clock;
  bind(db: Db): UpdatesWriters;
  /** Without one nothing is known of images, and a release is published on the word of those who approved it. */
  readonly images?: ImageCatalogue;
  /** What changes in components and known vulnerabilities between two software versions; undefined when nobody knows. */
  diffOf?(fromSoftwareId: string, toSoftwareId: string): Promise<ReleaseDiff | undefined>;
  /** Queues the job `updates.plan` (its handler is `updates.planJob`) in the given transaction; answers the job's id. */
  startPlanning(
    tx: Db,
    input: { readonly campaignId: string; readonly title: string; readonly by: Actor },
  ): Promise<string>;
  /** Tells people outside, from the transaction that changed something. */
  readonly notify?: { publish(tx: Db, notice: Notice): Promise<unknown> };
  /** Tells open consoles that a list changed; sent when the transaction commits. */
  announce?(tx: Db, what: ChangedList): Promise<unknown>;
}

export type ChangedList = 'releases' | 'campaigns' | 'rxswins';

export interface Notice {
  readonly topic: 'updates.campaign' | 'updates.undeliverable';
  readonly severity: 'info' | 'low' | 'medium' | 'high' | 'critical';
  readonly subject: string;
  readonly text: string;
  readonly link: string;
  readonly data?: Json;
  readonly dedupeKey?: string;
}

interface CampaignFacts {
  readonly campaignId: string;
  readonly name: string;
  readonly kind: 'rollout' | 'rollback';
  readonly releaseId: string;
  /** Vulnerabilities that the release fixes. */
  readonly fixes: readonly string[];
  /** The software versions that it brings. */
  readonly software: readonly string[];
}

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
  readonly 'updates.campaign-started': CampaignFacts & { readonly vehicles: number };
  readonly 'updates.campaign-stopped': CampaignFacts & {
    readonly state: 'paused' | 'stopped' | 'cancelled';
    readonly why: string;
  };
  readonly 'updates.campaign-finished': CampaignFacts & { readonly vehicles: number; readonly succeeded: number };
  /** A vehicle now runs the target: what the release fixes is fixed there. */
  readonly 'updates.vehicles-updated': Omit<CampaignFacts, 'software'> & { readonly vins: readonly string[] };
  /** Vehicles that began to report other software than a definition says; at most 100 are named. */
  readonly 'updates.rxswin-drifted': {
    readonly rxswinId: string;
    readonly rxswin: string;
    readonly model: string;
    readonly vins: readonly string[];
  };
  readonly 'updates.attack-reported': {
    readonly vin: string;
    readonly campaignId: string | null;
    readonly ecuSerial: string | null;
    readonly detail: string;
  };
}

/** An event of this module, with the payload that belongs to its type. */
export function updatesEvent<Type extends keyof UpdatesEvents>(type: Type, payload: UpdatesEvents[Type]) {
  return { type, payload: payload as unknown as Json };
}
