import { type OperationId, operations } from '@bulkhead/contract';
import { useEffect, useSyncExternalStore } from 'react';
import { areaOf, queryClient } from './api.ts';

export type LiveState = 'connecting' | 'live' | 'disconnected';

const quiet = 1500; // a busy fleet changes all the time: refetch at most this often
const firstRetry = 1000;
const lastRetry = 20_000;

let state: LiveState = 'connecting';
const listeners = new Set<() => void>();

function become(next: LiveState): void {
  if (next === state) return;
  state = next;
  for (const listener of listeners) listener();
}

/** What else shows figures of a topic: a vehicle shows its connections, an ECU its certificate. */
const touched: Readonly<Record<string, readonly string[]>> = {
  certificates: ['authorities', 'profiles', 'vehicles', 'ecus'],
  connections: ['traffic', 'vehicles', 'ecus'],
  imports: ['vehicles', 'ecus', 'software', 'models'],
  vehicles: ['ecus', 'models', 'software', 'history'],
  sboms: ['software', 'components'],
  software: ['vehicles', 'ecus'],
  findings: ['portfolio', 'vulnerabilities'],
  cases: ['vulnerability-cases'],
  sources: ['advisory-sources', 'advisory-problems'],
  releases: ['updates'],
  campaigns: ['campaign-requests', 'campaign-vehicles', 'updates', 'undelivered-updates', 'releases', 'rxswins'],
  rxswins: ['rxswin-drift'],
};

/** Whether a query of this operation shows what a topic is about: its area or a word of its path. */
export function matchesTopic(id: string, topic: string): boolean {
  if (!Object.hasOwn(operations, id)) return false;
  const operation = id as OperationId;
  // the overview shows figures of every area
  if (operation === 'getRules') return true;
  const words = operations[operation].path.split('/').filter((word) => word !== '' && !word.startsWith(':'));
  const told = [topic, ...(touched[topic] ?? [])];
  return areaOf(operation) === topic || words.some((word) => told.includes(word));
}

export function invalidateTopics(topics: ReadonlySet<string>): void {
  void queryClient.invalidateQueries({
    predicate: ({ queryKey }) => {
      const id = queryKey[1];
      return typeof id === 'string' && id !== 'getSession' && [...topics].some((topic) => matchesTopic(id, topic));
    },
  });
}

export function topicsOf(data: unknown): string[] {
  try {
    const body: unknown = JSON.parse(String(data));
    const topics: unknown = typeof body === 'object' && body !== null && 'topics' in body ? body.topics : [];
    return Array.isArray(topics) ? topics.filter((topic): topic is string => typeof topic === 'string') : [];
  } catch {
    return []; // an event this console does not know
  }
}

/** Follows the server's stream until the returned function is called; reconnects with growing pauses. */
export function followStream(url = '/api/v1/stream'): () => void {
  let source: EventSource | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let flush: ReturnType<typeof setTimeout> | undefined;
  let pause = firstRetry;
  let missed = false;
  const pending = new Set<string>();

  const send = () => {
    flush = undefined;
    invalidateTopics(new Set(pending));
    pending.clear();
  };
  const open = () => {
    source = new EventSource(url);
    source.addEventListener('open', () => {
      pause = firstRetry;
      become('live');
      // what changed while nobody listened is unknown: ask for everything on screen again
      if (missed) void queryClient.invalidateQueries();
      missed = false;
    });
    source.addEventListener('changed', (event) => {
      for (const topic of topicsOf(event.data)) pending.add(topic);
      if (pending.size > 0) flush ??= setTimeout(send, quiet);
    });
    source.addEventListener('error', () => {
      source?.close();
      missed = true;
      become('disconnected');
      clearTimeout(retry);
      retry = setTimeout(open, pause);
      pause = Math.min(pause * 2, lastRetry);
    });
  };
  open();
  return () => {
    source?.close();
    clearTimeout(retry);
    clearTimeout(flush);
    become('connecting');
  };
}

export function useLive(): LiveState {
  useEffect(() => followStream(), []);
  return useLiveState();
}

export function useLiveState(): LiveState {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => state,
  );
}
