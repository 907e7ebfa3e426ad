import type { TLSSocket } from 'node:tls';
import type { DownlinkChannel, UplinkChannel } from '@bulkhead/contract';
import type { Committer, Entry, EntryOwner } from './committer.ts';
import type { Device, Peer } from './deps.ts';
import { encodeDisconnect, encodeFailedAck, packetType, type Version, writeAck } from './domain/codec.ts';
import { emptyInbox, forget, frameFault, frameLength, type Inbox, keepRest, takeIn } from './domain/frames.ts';
import { malformed, protocolError, type RefusalKind, Refused, reason } from './domain/reasons.ts';
import { fullBucket, type TokenBucket } from './domain/token-bucket.ts';
import type { Subscription } from './domain/topic-filter.ts';
import type { ConnectivityLimits } from './limits.ts';
import type { Registered } from './registry.ts';
import type { OutboundMessage, Will } from './session-port.ts';

/** Why reading is stopped; bits, because several reasons can hold at once. */
export const holdFor = Object.freeze({ rate: 1, queue: 2, write: 4, window: 8, work: 16, drain: 32 });

/** What a connection needs from the endpoint around it. */
export interface Surroundings {
  readonly limits: ConnectivityLimits;
  readonly committer: Committer;
  now(): Date;
  handle(connection: Connection, frame: Buffer): void;
  refused(connection: Connection, kind: RefusalKind, detail: string): void;
  failed(connection: Connection, error: unknown): void;
}

export interface Identity {
  readonly connectionId: string;
  readonly fingerprint256: string;
  readonly certificateSerial: string;
  readonly validTo: number;
  readonly peer: Peer;
  readonly address: string;
  readonly tls: string;
  readonly lane: number;
}

const nothing: Buffer = Buffer.alloc(0);

/** One device on the line: its socket, what it may do, and how far each side has got. The packets are handled elsewhere. */
export class Connection implements EntryOwner, Registered {
  readonly #around: Surroundings;
  readonly socket: TLSSocket;
  readonly connectionId: string;
  readonly fingerprint256: string;
  readonly certificateSerial: string;
  readonly validTo: number;
  readonly peer: Peer;
  readonly address: string;
  readonly tls: string;
  readonly lane: number;
  readonly since: number;

  device: Device | undefined;
  clientId = '';
  sessionId = '';
  version: Version = 5;
  phase: 'new' | 'opening' | 'live' = 'new';
  /** Own topics, so that the topic of a message is one look-up. */
  uplinks: ReadonlyMap<string, UplinkChannel> = new Map();
  downlinks: ReadonlyMap<DownlinkChannel, string> = new Map();
  keepAliveMs = 0;
  expirySeconds = 0;
  /** Largest packet and most unacknowledged messages the client wants to receive. */
  clientPacketMax = Number.MAX_SAFE_INTEGER;
  clientReceiveMax = 65_535;
  wantsReasons = true;
  will: Will | undefined;
  saidGoodbye = false;

  readonly subscriptions = new Map<string, Subscription>();
  readonly aliases = new Map<number, string>();
  /** QoS 2 ids received and not released; true once stored. */
  readonly received = new Map<number, boolean>();
  readonly outbound = new Map<number, OutboundMessage>();
  settling: string[] = [];
  nextPacketId = 1;
  pumping: 'no' | 'yes' | 'again' = 'no';
  wantsPump = false;

  readonly bucket: TokenBucket;
  slowedSince: number | undefined;
  inFlight = 0;
  messagesIn = 0;
  messagesOut = 0;
  lastReceived: number;
  /** The time of the last read; one object for all messages in it. */
  receivedAt: Date;
  ended: string | undefined;
  /** Settles when the session has been opened, or could not be. */
  opening: Promise<void> | undefined;
  /** Settles when the socket and the session row are closed; a successor waits for it. */
  readonly done: PromiseWithResolvers<void> = Promise.withResolvers<void>();

  readonly #inbox: Inbox = emptyInbox();
  #acks: (number | Buffer)[] = [];
  #holds = 0;
  #reading = false;
  #rateTimer: NodeJS.Timeout | undefined;

  constructor(around: Surroundings, socket: TLSSocket, identity: Identity) {
    this.#around = around;
    this.socket = socket;
    this.connectionId = identity.connectionId;
    this.fingerprint256 = identity.fingerprint256;
    this.certificateSerial = identity.certificateSerial;
    this.validTo = identity.validTo;
    this.peer = identity.peer;
    this.address = identity.address;
    this.tls = identity.tls;
    this.lane = identity.lane;
    this.receivedAt = around.now();
    this.since = this.receivedAt.getTime();
    this.lastReceived = this.since;
    this.bucket = fullBucket(around.limits.messageBurst, this.since);
  }

  get held(): boolean {
    return this.#holds !== 0;
  }

  /** It takes nothing that is sent to it. */
  get stuck(): boolean {
    return (this.#holds & holdFor.write) !== 0;
  }

  receive(chunk: Buffer): void {
    this.#seen();
    this.#advance(takeIn(this.#inbox, chunk));
  }

  #seen(): void {
    this.receivedAt = this.#around.now();
    this.lastReceived = this.receivedAt.getTime();
  }

  #advance(data: Buffer | undefined): void {
    if (data === undefined || this.ended !== undefined) return;
    let offset = 0;
    let need = 0;
    this.#reading = true;
    try {
      while (offset < data.length && this.#holds === 0 && this.ended === undefined) {
        const length = this.#lengthAt(data, offset);
        if (length === frameFault.incomplete || offset + length > data.length) {
          need = length === frameFault.incomplete ? data.length - offset + 1 : length;
          break;
        }
        this.#around.handle(this, data.subarray(offset, offset + length));
        offset += length;
      }
    } catch (error) {
      this.fail(error);
    }
    this.#reading = false;
    if (this.ended !== undefined) return;
    keepRest(this.#inbox, data.subarray(offset), need);
    this.flush();
  }

  #lengthAt(data: Buffer, offset: number): number {
    const { limits } = this.#around;
    if (this.phase === 'new' && (data[offset] as number) >> 4 !== packetType.connect)
      throw protocolError('the first packet must be CONNECT');
    const most = limits.payloadBytes + limits.overheadBytes;
    const length = frameLength(data, offset, most);
    if (length === frameFault.tooLarge)
      throw new Refused('oversize', reason.packetTooLarge, `a packet has at most ${most} bytes`);
    if (length === frameFault.badLength) throw malformed('the remaining length is not a variable byte integer');
    return length;
  }

  /** Ends the connection for what the device did, or because we cannot serve it now. */
  fail(error: unknown): void {
    if (error instanceof Refused) {
      this.#around.refused(this, error.kind, error.message);
      this.end(error.reason, error.message);
    } else {
      this.#around.failed(this, error);
      this.end(reason.unavailable, 'the service is not available, try again later');
    }
  }

  hold(why: number): void {
    if (this.#holds === 0) this.socket.pause();
    this.#holds |= why;
  }

  release(why: number): void {
    if ((this.#holds & why) === 0) return;
    this.#holds &= ~why;
    if (this.#holds !== 0 || this.#reading || this.ended !== undefined) return;
    this.#seen();
    this.#advance(takeIn(this.#inbox, nothing));
    if (this.#holds === 0 && this.ended === undefined) this.socket.resume();
  }

  /** Stops reading for a while: the peer is slowed by TCP, and nothing is dropped. */
  slow(ms: number): void {
    this.hold(holdFor.rate);
    this.#rateTimer ??= setTimeout(() => {
      this.#rateTimer = undefined;
      this.release(holdFor.rate);
    }, ms);
  }

  /** Queues an answer of four bytes for the next `flush`. */
  ack(type: number, packetId: number): void {
    this.#acks.push((type << 16) | packetId);
  }

  failAck(cmd: 'puback' | 'pubrec' | 'pubcomp', packetId: number, reasonCode: number, text: string): void {
    const full = encodeFailedAck(cmd, packetId, reasonCode, this.wantsReasons ? text : undefined);
    this.#acks.push(full.length <= this.clientPacketMax ? full : encodeFailedAck(cmd, packetId, reasonCode, undefined));
  }

  settled(entry: Entry): void {
    // Not stored and not refused: the device keeps it and sends it again.
    if (entry.outcome === reason.unavailable) return;
    if (entry.kind === 'release') {
      this.received.delete(entry.packetId);
      this.inFlight--;
      this.ack(packetType.pubcomp, entry.packetId);
      return;
    }
    if (entry.qos === 0) return;
    if (entry.qos === 1 || entry.outcome !== 0) this.inFlight--;
    if (entry.outcome === 0) {
      if (entry.qos === 2) this.received.set(entry.packetId, true);
      this.ack(entry.qos === 1 ? packetType.puback : packetType.pubrec, entry.packetId);
      return;
    }
    if (entry.qos === 2) this.received.delete(entry.packetId);
    // MQTT 3.1.1 s3.3.5: there is no negative acknowledgement, so the connection ends instead.
    if (this.version === 4) this.end(entry.outcome, entry.detail);
    else this.failAck(entry.qos === 1 ? 'puback' : 'pubrec', entry.packetId, entry.outcome, entry.detail);
  }

  resumed(): void {
    this.release(holdFor.queue);
  }

  /** Writes all answers that are due with one write, which is one TLS record. */
  flush(): void {
    if (this.#acks.length > 0) {
      const bytes = joinAcks(this.#acks);
      this.#acks.length = 0;
      this.send(bytes);
    }
    if (this.#holds !== 0 && this.inFlight < this.#around.limits.inFlight) this.release(holdFor.window);
  }

  send(bytes: Buffer): void {
    if (this.ended !== undefined || this.socket.write(bytes)) return;
    if (this.socket.writableLength < this.#around.limits.writeBufferBytes || (this.#holds & holdFor.write) !== 0)
      return;
    this.hold(holdFor.write);
    this.socket.once('drain', () => this.release(holdFor.write));
  }

  /** Says goodbye where the protocol can (MQTT 5 s3.14) and closes; a peer that does not listen is cut off. */
  end(reasonCode: number | undefined, why: string): void {
    if (this.ended !== undefined) return;
    this.flush();
    this.ended = why;
    clearTimeout(this.#rateTimer);
    forget(this.#inbox);
    const farewell =
      this.phase === 'live' && this.version === 5 && reasonCode !== undefined
        ? encodeDisconnect(reasonCode, why)
        : undefined;
    if (farewell !== undefined && farewell.length <= this.clientPacketMax) this.socket.end(farewell);
    else this.socket.end();
    // Unread input would keep the socket from closing; what it says no longer matters.
    this.socket.resume();
    setTimeout(() => this.socket.destroy(), 500).unref();
  }
}

function joinAcks(acks: readonly (number | Buffer)[]): Buffer {
  let length = 0;
  for (const ack of acks) length += typeof ack === 'number' ? 4 : ack.length;
  const bytes = Buffer.allocUnsafe(length);
  let at = 0;
  for (const ack of acks) {
    if (typeof ack === 'number') {
      writeAck(bytes, at, ack >> 16, ack & 0xffff);
      at += 4;
    } else {
      at += ack.copy(bytes, at);
    }
  }
  return bytes;
}
