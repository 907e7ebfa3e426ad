import { AgentError } from './error.ts';
import type { Log } from './log.ts';
import type { Session } from './mqtt-session.ts';
import { backoffMs } from './timing.ts';

export interface ConnectionLoopOptions {
  readonly spread: number;
  /** Gets the identity if need be and opens one connection. */
  readonly open: (onEnd: (reason: string) => void) => Promise<Session>;
  /** What is said first on a new connection; until it is through, the connection does not count as a success. */
  readonly greet: (session: Session) => Promise<void>;
  readonly ended: () => void;
  readonly log: Log;
}

export type LoopState = 'starting' | 'connecting' | 'online' | 'waiting' | 'stopped';

/** Keeps one connection open, for ever: tries again after a growing wait, and not at all while there is no network. */
export function createConnectionLoop({ spread, open, greet, ended, log }: ConnectionLoopOptions) {
  let state: LoopState = 'starting';
  let detail = '';
  let session: Session | undefined;
  let network = true;
  let running = false;
  let attempt = 0;
  let timer: NodeJS.Timeout | undefined;
  const stopped = () => state === 'stopped';

  async function connect(): Promise<void> {
    const opened = await open(onEnd);
    if (stopped() || !network) return opened.end();
    session = opened;
    await greet(opened);
    if (stopped() || session !== opened) return; // told to stop, or cut, in the same breath as the last answer
    state = 'online';
    detail = '';
    attempt = 0;
  }

  function onEnd(reason: string): void {
    session = undefined;
    ended();
    schedule(reason);
  }

  function schedule(reason: string, leastMs = 0): void {
    if (stopped()) return;
    state = 'waiting';
    detail = reason;
    clearTimeout(timer);
    if (network) timer = setTimeout(run, Math.max(leastMs, backoffMs(attempt++, spread)));
  }

  function failed(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    log('warn', { attempt }, text);
    if (session) return session.end(); // `onEnd` comes next
    const known = error instanceof AgentError ? error : undefined;
    // a refusal will not change by itself within seconds
    if (known?.code === 'agent.enrolment-refused') attempt = Math.max(attempt, 6);
    if (state !== 'waiting') schedule(text, Number(known?.fields.retryAfterSeconds ?? 0) * 1_000);
  }

  function run(): void {
    if (running || stopped() || !network) return;
    running = true;
    state = 'connecting';
    connect()
      .catch(failed)
      .finally(() => {
        running = false;
        // the network went away and came back while this was under way
        if (!session && state !== 'waiting') schedule('interrupted');
      });
  }

  return Object.freeze({
    run,
    stop: (): void => {
      state = 'stopped';
      clearTimeout(timer);
      session?.end();
    },
    setNetwork: (available: boolean): void => {
      if (available === network || stopped()) return;
      network = available;
      attempt = 0;
      if (session) session.end();
      else schedule(available ? 'the network is back' : 'there is no network');
    },
    /** Ends the connection, so that the next one is opened anew. */
    renewConnection: (): void => session?.end(),
    session: () => session,
    stopped,
    state: () => state,
    detail: () => detail,
  });
}
