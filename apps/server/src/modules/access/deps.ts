import type { Clock } from '@bulkhead/kernel';
import type { Audit } from '../../platform/audit/audit.ts';
import type { Db } from '../../platform/db/database.ts';
import type { AccessStore } from './store.ts';
import type { AccessViews } from './views.ts';

/** Seals small secrets (seeds of one-time codes) with a key that is not in the database. */
export interface SecretBox {
  seal(plain: Buffer): Buffer;
  open(sealed: Buffer): Buffer;
}

export interface AccessWriters {
  readonly store: AccessStore;
  readonly audit: Pick<Audit, 'append'>;
}

export interface AccessDeps {
  readonly db: Db;
  readonly views: AccessViews;
  readonly clock: Clock;
  readonly secretBox: SecretBox;
  /** Writers on the handle of a transaction. */
  readonly bind: (db: Db) => AccessWriters;
}

export interface Caller {
  readonly address: string;
  readonly userAgent: string;
  readonly origin: string;
}
