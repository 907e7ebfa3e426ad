import type { Clock } from '@bulkhead/kernel';
import type { Audit } from '../../platform/audit/audit.ts';
import type { Db } from '../../platform/db/database.ts';
import type { KeyStore } from '../../platform/keys/index.ts';
import type { Bus } from '../../platform/outbox/bus.ts';
import type { Outbox } from '../../platform/outbox/outbox.ts';
import type { EnrolmentEcu } from './domain/enrolment.ts';

export interface Enrolled {
  readonly ecuId: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** The slice of the inventory that enrolment needs. Both calls take many at once: enrolments are committed in groups. */
export interface EnrolmentInventory {
  /** One answer per key, in order; `undefined` for an ECU that is unknown, retired, or in another vehicle. */
  ecusForEnrolment(
    keys: readonly { readonly vin: string; readonly serial: string }[],
  ): Promise<readonly (EnrolmentEcu | undefined)[]>;
  markEnrolled(tx: Db, enrolled: readonly Enrolled[]): Promise<unknown>;
  /** ECUs that were left without a certificate. */
  markRevoked(tx: Db, ecuIds: readonly string[]): Promise<unknown>;
}

type Write = (fields: object, message: string) => void;
export interface Log {
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
}

export interface Metrics {
  count(name: string, labels?: Readonly<Record<string, string>>, by?: number): void;
  gauge(name: string, value: number, labels?: Readonly<Record<string, string>>): void;
  observe(name: string, value: number, labels?: Readonly<Record<string, string>>): void;
}

export interface IdentityDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly keys: KeyStore;
  readonly inventory: EnrolmentInventory;
  /** `createAudit`: entries are written on the handle of the change. */
  readonly audit: (tx: Db) => Pick<Audit, 'appendAll'>;
  /** `createOutbox`. */
  readonly outbox: (tx: Db) => Pick<Outbox, 'publish' | 'publishAll'>;
  readonly bus: Pick<Bus, 'publish' | 'subscribe'>;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Base of the addresses written into certificates, such as `http://pki.example.com:8080`. */
  readonly pkiUrl: string;
  /** Names in the server certificate besides localhost and the loopback addresses. */
  readonly hostnames: readonly string[];
  /** O in the names of the authorities. */
  readonly organization?: string;
}
