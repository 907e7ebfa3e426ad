import { loadConfig } from '../../../apps/server/src/platform/config/load.ts';
import { createLog } from '../../../apps/server/src/platform/telemetry/log.ts';
import { startServer } from '../../../apps/server/src/server.ts';
import { argumentOf, tell } from '../harness/child.ts';

/** The settings of the server as flags, and the database, which is a secret and no flag. */
export interface PlatformStart {
  readonly args: readonly string[];
  readonly databaseUrl: string;
}

const { args, databaseUrl } = await argumentOf<PlatformStart>();
const loaded = loadConfig([...args], { BULKHEAD__DATABASE__URL: databaseUrl });
const server = await startServer(loaded, createLog(loaded.config.log.level));
const { secret } = await server.modules.access.tokens.create(
  { name: `bench ${process.pid}`, roles: ['administrator'], days: 1 },
  { kind: 'system', id: 'bench', name: 'bench' },
);
process.on('SIGTERM', () => void server.stop().then(() => process.exit(0)));
tell('ready', { token: secret, rootPem: server.modules.identity.rootPem });
