import { setTimeout as sleep } from 'node:timers/promises';
import { type EmbeddedOptions, type EmbeddedPostgres, startEmbedded } from './embedded-postgres.ts';
import { silentLog } from './log.ts';

export type SupervisedPostgres = Pick<EmbeddedPostgres, 'url' | 'adminUrl' | 'stop'> & { readonly pid: number };

const longestPause = 10_000;

/**
 * The embedded database, started again whenever it ends by itself (killed, out of memory). Its address stays the same, so
 * that pools reconnect; transactions of that moment fail and are for their callers to repeat.
 */
export async function superviseEmbedded(options: EmbeddedOptions): Promise<SupervisedPostgres> {
  const log = options.log ?? silentLog;
  const first = await startEmbedded(options);
  let current = first;
  let stopped = false;
  const restart = async () => {
    for (let pause = 100; !stopped; pause = Math.min(pause * 2, longestPause)) {
      try {
        current = await startEmbedded(options);
        log.info({ pid: current.pid }, 'PostgreSQL runs again');
        return;
      } catch (error) {
        log.error({ err: error }, 'PostgreSQL could not be started again; trying again');
        await sleep(pause);
      }
    }
  };
  const watch = async () => {
    while (!stopped) {
      await current.exited;
      if (stopped) return;
      log.error({ pid: current.pid }, `PostgreSQL ended by itself; see ${options.dataDirectory}/postgres.log`);
      await restart();
    }
  };
  const watching = watch();
  const stop = async () => {
    stopped = true;
    await current.stop();
    await watching;
    // A restart may have been under way when stop was called.
    await current.stop();
  };
  return Object.freeze({
    url: first.url,
    adminUrl: first.adminUrl,
    get pid() {
      return current.pid;
    },
    stop,
  });
}
