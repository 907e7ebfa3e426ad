import { Readable } from 'node:stream';
import type { RawResponse } from '../http/handlers.ts';

const flushEveryMs = 400;
const heartbeatMs = 15_000;
const maxStreams = 500;
const maxBuffered = 65_536;

interface LiveDeps {
  /** Tells all replicas. */
  readonly broadcast: (topics: readonly string[]) => Promise<unknown>;
  readonly onError: (error: unknown) => void;
}

/**
 * Tells open consoles what changed, by topic (`vehicles`, `connections`, ...), so that they ask again. A hint and not
 * data: it needs no transaction, is gathered for a moment, and a lost one costs a refresh. `announce` is called by
 * modules, `deliver` by the bus on each replica.
 */
export function createLive({ broadcast, onError }: LiveDeps) {
  const pending = new Set<string>();
  const streams = new Set<Readable>();
  let timer: NodeJS.Timeout | undefined;

  const flush = () => {
    timer = undefined;
    const topics = [...pending];
    pending.clear();
    broadcast(topics).catch(onError);
  };
  const write = (stream: Readable, text: string) => {
    if (stream.readableLength > maxBuffered)
      stream.destroy(); // a reader that does not keep up reconnects
    else stream.push(text);
  };
  const heartbeat = setInterval(() => {
    for (const stream of streams) write(stream, ': still here\n\n');
  }, heartbeatMs);
  heartbeat.unref();

  return Object.freeze({
    announce: (topic: string): void => {
      pending.add(topic);
      timer ??= setTimeout(flush, flushEveryMs);
    },
    deliver: (topics: readonly string[]): void => {
      const text = `event: changed\ndata: ${JSON.stringify({ topics })}\n\n`;
      for (const stream of streams) write(stream, text);
    },
    /** One server-sent event stream; ends with `signal`. */
    open: (signal: AbortSignal): RawResponse => {
      const oldest = streams.size >= maxStreams ? streams.values().next().value : undefined;
      oldest?.destroy();
      const stream = new Readable({ read() {} });
      streams.add(stream);
      stream.push('retry: 2000\n\nevent: hello\ndata: {}\n\n');
      stream.once('close', () => streams.delete(stream));
      signal.addEventListener('abort', () => stream.destroy(), { once: true });
      return { contentType: 'text/event-stream', body: stream };
    },
    close: (): void => {
      clearInterval(heartbeat);
      clearTimeout(timer);
      for (const stream of streams) stream.push(null);
    },
  });
}
export type Live = ReturnType<typeof createLive>;
