import type { DownlinkChannel, UplinkChannel } from '@bulkhead/contract';
import type { Db } from '../../platform/db/database.ts';
import type { Device } from './deps.ts';
import type { Subscription } from './domain/topic-filter.ts';

/** A will as it is kept: already checked to go to the device's own uplink. */
export interface Will {
  readonly channel: UplinkChannel;
  readonly payload: Buffer;
  readonly qos: 0 | 1 | 2;
  readonly delaySeconds: number;
}

export interface DueWill extends Will {
  readonly device: Device;
}

export interface OpenRequest {
  readonly clientId: string;
  readonly device: Device;
  readonly connectionId: string;
  readonly cleanStart: boolean;
  readonly expirySeconds: number;
  readonly will: Will | undefined;
  readonly now: Date;
}

export interface OpenedSession {
  /** Another for every session that starts clean. */
  readonly sessionId: string;
  readonly present: boolean;
  readonly subscriptions: readonly Subscription[];
  /** QoS 2 packet ids that were received and not yet released. */
  readonly receivedIds: readonly number[];
  /** Downlink sent in an earlier connection and not acknowledged; to be sent again in this order. */
  readonly unacknowledged: readonly OutboundMessage[];
}

export interface CloseRequest {
  readonly clientId: string;
  readonly connectionId: string;
  readonly expirySeconds: number;
  /** True unless the client said goodbye: then the will is due. */
  readonly lost: boolean;
  readonly now: Date;
}

/** A QoS 2 packet id of a session. */
export interface PacketRef {
  readonly sessionId: string;
  readonly packetId: number;
}

export interface Commit {
  /** QoS 2 messages of this batch: their ids are stored with them. */
  readonly claims: readonly PacketRef[];
  readonly releases: readonly PacketRef[];
  /** Stores the messages; `isNew` is false for a claim that an earlier transaction made. */
  work(tx: Db, isNew: (ref: PacketRef) => boolean): Promise<unknown>;
}

export interface OutboundMessage {
  readonly id: string;
  readonly channel: DownlinkChannel;
  readonly payload: Buffer;
  readonly qos: 0 | 1;
  readonly packetId: number;
  readonly expiresAt: Date | undefined;
}

export interface TakeRequest {
  readonly clientId: string;
  /** The QoS granted per channel; other channels stay queued. */
  readonly channels: ReadonlyMap<DownlinkChannel, 0 | 1>;
  readonly packetIds: readonly number[];
  readonly now: Date;
}

/** What must survive a connection, and a process. Every method is one transaction. */
export interface SessionStore {
  open(request: OpenRequest): Promise<OpenedSession>;
  /** Does nothing when another connection has taken the session over. */
  close(request: CloseRequest): Promise<void>;
  subscribe(clientId: string, subscriptions: readonly Subscription[]): Promise<void>;
  unsubscribe(clientId: string, filters: readonly string[]): Promise<void>;
  commit(commit: Commit): Promise<unknown>;
  /** Moves queued messages into flight; those that go out at QoS 0 leave the queue at once. */
  take(request: TakeRequest): Promise<readonly OutboundMessage[]>;
  /** The device has acknowledged these. */
  settle(clientId: string, ids: readonly string[]): Promise<void>;
  /**
   * Takes wills that are due and publishes them in the same transaction; one that the data itself makes impossible is
   * dropped. Returns how many are settled.
   */
  takeDueWills(now: Date, publish: (tx: Db, will: DueWill) => Promise<void>): Promise<number>;
}
