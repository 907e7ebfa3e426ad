export interface Background {
  /** Asks for a run soon; asking again before it starts changes nothing. */
  schedule(): void;
  /** Runs now, after a run under way, and resolves when that is done. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

export interface BackgroundOptions {
  readonly work: () => Promise<void>;
  /** How long after being asked it starts. */
  readonly waitMs: () => number;
  /** Runs without being asked this often. */
  readonly everyMs: number;
  readonly onError: (error: unknown) => void;
}

/** Work that happens one at a time, in the background, soon after it was asked for and every so often. */
export function createBackground({ work, waitMs, everyMs, onError }: BackgroundOptions): Background {
  let timer: NodeJS.Timeout | undefined;
  let last: Promise<void> = Promise.resolve();
  let closed = false;

  const run = (): Promise<void> => {
    const next = last.then(() => (closed ? undefined : work()));
    last = next.catch(() => undefined);
    return next;
  };
  const schedule = () => {
    if (closed || timer) return;
    timer = setTimeout(() => {
      timer = undefined;
      run().catch(onError);
    }, waitMs());
    timer.unref();
  };
  const interval = setInterval(schedule, everyMs);
  interval.unref();
  return Object.freeze({
    schedule,
    flush: run,
    close: async () => {
      closed = true;
      clearTimeout(timer);
      clearInterval(interval);
      await last;
    },
  });
}
