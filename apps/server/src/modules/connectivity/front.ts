import type { Json } from '@bulkhead/kernel';
import type { Db } from '../../platform/db/database.ts';
import type { Committer } from './committer.ts';
import type { ConnectRate } from './connect-rate.ts';
import type { Connection } from './connection.ts';
import type { ConnectivityDeps } from './deps.ts';
import type { RefusalKind } from './domain/reasons.ts';
import type { ConnectivityLimits } from './limits.ts';
import type { Registry } from './registry.ts';
import type { SessionStore } from './session-port.ts';

/** What the handlers of packets share: the endpoint seen from inside. */
export interface Front {
  readonly deps: Omit<ConnectivityDeps, 'audit' | 'bus' | 'onRevoked' | 'knowsEcu' | 'presence'>;
  readonly limits: ConnectivityLimits;
  readonly store: SessionStore;
  readonly committer: Committer;
  readonly registry: Registry<Connection>;
  readonly connects: ConnectRate;
  now(): Date;
  nowMs(): number;
  refused(connection: Connection, kind: RefusalKind, detail: string): void;
  slowed(connection: Connection): void;
  connected(connection: Connection): void;
}

/** A message of the bus between replicas, published in the transaction that makes it true. */
export type Announce = (tx: Db, topic: string, payload: Json) => Promise<void>;
