import { failed } from './error.ts';

export interface PaceLimits {
  /** Milliseconds; in each such window at least `windowBytes` must arrive. */
  readonly windowMs: number;
  readonly windowBytes: number;
  /** Milliseconds that all may take together. */
  readonly totalMs: number;
}

export const defaultPace: PaceLimits = Object.freeze({
  windowMs: 30_000,
  windowBytes: 30 * 1024,
  totalMs: 6 * 3_600_000,
});

/**
 * Ends what crawls: a server that sends a byte now and then would hold a connection and a job for ever. The first window
 * also holds the look-up of the name, the handshakes and the header of the answer.
 */
export function keepPace({ windowMs, windowBytes, totalMs }: PaceLimits, outer: AbortSignal) {
  const controller = new AbortController();
  let arrived = 0;
  const look = setInterval(() => {
    if (arrived < windowBytes)
      controller.abort(
        failed(`The server sent less than ${windowBytes} bytes in ${windowMs / 1000} s`, { passing: true }),
      );
    arrived = 0;
  }, windowMs);
  const end = setTimeout(
    () => controller.abort(failed(`The download did not end within ${totalMs / 60_000} minutes`)),
    totalMs,
  );
  const stop = () => controller.abort(outer.reason);
  if (outer.aborted) stop();
  outer.addEventListener('abort', stop, { once: true });
  return Object.freeze({
    signal: controller.signal,
    arrived: (bytes: number) => {
      arrived += bytes;
    },
    done: () => {
      clearInterval(look);
      clearTimeout(end);
      outer.removeEventListener('abort', stop);
    },
  });
}
export type Pace = ReturnType<typeof keepPace>;
