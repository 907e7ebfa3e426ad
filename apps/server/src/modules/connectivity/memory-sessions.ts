import { newId } from '@bulkhead/kernel';
import type { Db } from '../../platform/db/database.ts';
import type { Device } from './deps.ts';
import type { Subscription } from './domain/topic-filter.ts';
import type { DueWill, OutboundMessage, SessionStore, Will } from './session-port.ts';

interface MemorySession {
  sessionId: string;
  connectionId: string;
  device: Device;
  expiresAt: number | undefined;
  will: Will | undefined;
  subscriptions: Map<string, Subscription>;
  received: Set<number>;
}

interface Queued extends OutboundMessage {
  packetId: number;
}

export interface MemorySessionStore extends SessionStore {
  queue(clientId: string, message: Omit<OutboundMessage, 'packetId'>): void;
  waiting(clientId: string): number;
}

/** The sessions of a front door without a database: for protocol tests and for measuring the endpoint alone. */
export function createMemorySessionStore(tx: Db): MemorySessionStore {
  const queues = new Map<string, Queued[]>();
  const queueOf = (clientId: string) => queues.get(clientId) ?? [];
  return { ...memoryQueues(queues, queueOf), ...memorySessions(tx, queueOf) };
}

type QueueOf = (clientId: string) => Queued[];

function memoryQueues(
  queues: Map<string, Queued[]>,
  queueOf: QueueOf,
): Pick<MemorySessionStore, 'queue' | 'waiting' | 'take' | 'settle'> {
  return {
    queue: (clientId, message) => {
      queues.set(clientId, [...queueOf(clientId), { ...message, packetId: 0 }]);
    },
    waiting: (clientId) => queueOf(clientId).length,
    take: async ({ clientId, channels, packetIds, now }) => {
      const alive = queueOf(clientId).filter(({ expiresAt }) => expiresAt === undefined || expiresAt > now);
      const ready = alive
        .filter(({ packetId, channel }) => packetId === 0 && channels.has(channel))
        .slice(0, packetIds.length);
      const taken = ready.map((message, i) => {
        const qos = channels.get(message.channel) === 0 ? 0 : message.qos;
        message.packetId = qos === 0 ? 0 : (packetIds[i] as number);
        return { ...message, qos };
      });
      const gone = new Set(taken.filter(({ qos }) => qos === 0).map(({ id }) => id));
      queues.set(
        clientId,
        alive.filter(({ id }) => !gone.has(id)),
      );
      return taken;
    },
    settle: async (clientId, ids) => {
      queues.set(
        clientId,
        queueOf(clientId).filter(({ id }) => !ids.includes(id)),
      );
    },
  };
}

function memorySessions(tx: Db, queueOf: QueueOf): Omit<SessionStore, 'take' | 'settle'> {
  const sessions = new Map<string, MemorySession>();
  let wills: { at: number; clientId: string; will: DueWill }[] = [];
  return {
    open: async ({ clientId, device, connectionId, cleanStart, will, now }) => {
      const found = sessions.get(clientId);
      const present =
        found !== undefined && !cleanStart && (found.expiresAt === undefined || found.expiresAt > now.getTime());
      const kept = present
        ? found
        : { sessionId: newId(), subscriptions: new Map<string, Subscription>(), received: new Set<number>() };
      sessions.set(clientId, {
        sessionId: kept.sessionId,
        connectionId,
        device,
        expiresAt: undefined,
        will,
        subscriptions: kept.subscriptions,
        received: kept.received,
      });
      if (present) wills = wills.filter((due) => due.clientId !== clientId || due.at <= now.getTime());
      else {
        for (const due of wills) if (due.clientId === clientId) due.at = Math.min(due.at, now.getTime());
        for (const message of queueOf(clientId)) message.packetId = 0;
      }
      return {
        sessionId: kept.sessionId,
        present,
        subscriptions: [...kept.subscriptions.values()],
        receivedIds: [...kept.received],
        unacknowledged: queueOf(clientId).filter(({ packetId }) => packetId !== 0),
      };
    },
    close: async ({ clientId, connectionId, expirySeconds, lost, now }) => {
      const session = sessions.get(clientId);
      if (session?.connectionId !== connectionId) return;
      if (lost && session.will !== undefined) {
        const delay = Math.min(session.will.delaySeconds, expirySeconds);
        wills.push({ at: now.getTime() + delay * 1_000, clientId, will: { ...session.will, device: session.device } });
      }
      session.will = undefined;
      session.expiresAt = now.getTime() + expirySeconds * 1_000;
      if (expirySeconds === 0) sessions.delete(clientId);
    },
    subscribe: async (clientId, subscriptions) => {
      for (const subscription of subscriptions)
        sessions.get(clientId)?.subscriptions.set(subscription.filter, subscription);
    },
    unsubscribe: async (clientId, filters) => {
      for (const filter of filters) sessions.get(clientId)?.subscriptions.delete(filter);
    },
    commit: async ({ claims, releases, work }) => {
      if (claims.length + releases.length === 0) return work(tx, () => true);
      const received = (sessionId: string) =>
        [...sessions.values()].find((session) => session.sessionId === sessionId)?.received;
      const fresh = new Set<string>();
      for (const { sessionId, packetId } of claims) {
        if (received(sessionId)?.has(packetId) !== true) fresh.add(`${sessionId} ${packetId}`);
      }
      await work(tx, ({ sessionId, packetId }) => fresh.has(`${sessionId} ${packetId}`));
      for (const { sessionId, packetId } of claims) received(sessionId)?.add(packetId);
      for (const { sessionId, packetId } of releases) received(sessionId)?.delete(packetId);
      return undefined;
    },
    takeDueWills: async (now, publish) => {
      const due = wills.filter(({ at }) => at <= now.getTime());
      wills = wills.filter((will) => !due.includes(will));
      for (const { will } of due) await publish(tx, will);
      return due.length;
    },
  };
}
