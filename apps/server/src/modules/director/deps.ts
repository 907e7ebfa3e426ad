import type { Clock, Json } from '@bulkhead/kernel';
import type { Audit, Actor as AuditActor } from '../../platform/audit/audit.ts';
import type { Db } from '../../platform/db/database.ts';
import type { KeyStore } from '../../platform/keys/index.ts';
import type { Log } from '../../platform/telemetry/log.ts';
import type { Metrics } from '../../platform/telemetry/metrics.ts';
import type { Identity } from '../identity/index.ts';
import type { Inventory } from '../inventory/index.ts';
import type { Monitoring } from '../monitoring/index.ts';
import type { Updates } from '../updates/index.ts';

export type Actor = AuditActor;

export interface Notice {
  readonly topic: 'updates.director';
  readonly severity: 'info' | 'low' | 'medium' | 'high' | 'critical';
  readonly subject: string;
  readonly text: string;
  readonly link: string;
  readonly data?: Json;
  readonly dedupeKey?: string;
}

export interface DirectorDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly keys: KeyStore;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'count' | 'gauge'>;
  readonly audit: (tx: Db) => Audit;
  readonly identity: Pick<Identity, 'authenticate' | 'enrolWithClaim' | 'vehicleChain'>;
  readonly inventory: Pick<Inventory, 'devicesOf' | 'ecuForEnrolment' | 'reportSink'>;
  readonly assignments: Updates['assignments'];
  readonly monitoring: Pick<Monitoring, 'eventSink'>;
  readonly notify?: { publish(tx: Db, notice: Notice): Promise<unknown> };
  /** Tells open consoles that a vehicle or the repository changed. */
  announce?(what: 'director'): void;
  /** Queues the job `director.resign` in the given transaction; answers the job's id. */
  startResigning(tx: Db, by: Actor): Promise<string>;
}
