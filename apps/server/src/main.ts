import { Problem } from '@bulkhead/kernel';
import { banner } from './banner.ts';
import { loadConfig } from './platform/config/load.ts';
import { createLog } from './platform/telemetry/log.ts';
import { startServer } from './server.ts';

const drainMs = 25_000;

/** One clear line for what a person can put right; anything else shows its stack. */
function explain(error: unknown): string {
  return error instanceof Problem
    ? `bulkhead: ${error.message}\n`
    : `bulkhead: ${error instanceof Error ? error.stack : String(error)}\n`;
}

async function main(): Promise<void> {
  const loaded = loadConfig(process.argv.slice(2), process.env);
  // on a terminal the banner speaks, and only what needs attention is logged beside it
  const level =
    process.stdout.isTTY && loaded.settings.find((s) => s.path === 'log.level')?.source === 'default'
      ? 'warn'
      : loaded.config.log.level;
  const log = createLog(level);
  const server = await startServer(loaded, log);
  let stopping = false;
  const stop = (why: string, code: number) => {
    if (stopping) return;
    stopping = true;
    log.info({ why }, 'stopping');
    setTimeout(() => process.exit(1), drainMs).unref();
    server.stop().then(
      () => process.exit(code),
      () => process.exit(1),
    );
  };
  process.on('SIGINT', () => stop('SIGINT', 0));
  process.on('SIGTERM', () => stop('SIGTERM', 0));
  // started by another program over a channel: when that one is gone, nobody would stop us
  process.once('disconnect', () => stop('the parent is gone', 0));
  const { config } = loaded;
  // an address that means "all" is of no use to a vehicle; the name it will be given is
  const shownHost =
    (/^(0\.0\.0\.0|::)$/.test(config.vehicles.host) && config.vehicles.hostnames[0]) || config.vehicles.host;
  process.stdout.write(
    banner({
      ...server,
      demo: config.demo.enabled,
      mqtt: `${shownHost}:${server.ports.mqtt}`,
      est: `https://${shownHost}:${server.ports.est}`,
    }),
  );
}

main().catch((error: unknown) => {
  process.stderr.write(explain(error));
  process.exit(1);
});
