import { createPublicKey } from 'node:crypto';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { operations } from '@bulkhead/contract';
import { type Clock, systemClock } from '@bulkhead/kernel';
import { noteKey } from '@bulkhead/merkle';
import { authority, openDoors } from './doors.ts';
import { createModules, type Modules, migrations, relayEvents } from './modules.ts';
import { createSequencer } from './platform/audit/sequencer.ts';
import type { LoadedConfig } from './platform/config/load.ts';
import { createHttp } from './platform/http/server.ts';
import { createJobs } from './platform/jobs/jobs.ts';
import { jobTopic } from './platform/jobs/run-job.ts';
import { deriveSecret, ed25519KeyFrom } from './platform/keys/derive.ts';
import { createKeyStore } from './platform/keys/index.ts';
import { createLive } from './platform/live/live.ts';
import { createBus } from './platform/outbox/bus.ts';
import { createRelay } from './platform/outbox/relay.ts';
import type { Log } from './platform/telemetry/log.ts';
import { createMetrics } from './platform/telemetry/metrics.ts';
import { handlersOf, problems } from './routes.ts';
import { openStorage } from './storage.ts';
import { describeSystem, healthChecks } from './system-info.ts';

const consoleDirectory = fileURLToPath(new URL('../../console/dist', import.meta.url));
const auditOrigin = 'bulkhead/audit';

/** Runs the steps of a stop in the opposite order of the start, each even when one before it failed. */
function createUndo(log: Log) {
  const steps: { name: string; run: () => unknown }[] = [];
  return {
    add: (name: string, run: () => unknown) => void steps.push({ name, run }),
    runAll: async () => {
      for (const { name, run } of steps.splice(0).reverse()) {
        try {
          await run();
        } catch (error) {
          log.error({ err: error, step: name }, 'a part did not stop cleanly');
        }
      }
    },
  };
}

/** A credential for tools that start together with the server: valid one day, one at a time, readable by this user only. */
async function writeBootstrapToken(modules: Modules, path: string): Promise<void> {
  const name = 'bootstrap';
  await modules.access.tokens.voidNamed(name);
  const { secret } = await modules.access.tokens.create(
    { name, roles: ['provisioner'], days: 1 },
    { kind: 'system', id: 'bootstrap', name: 'bootstrap.tokenFile' },
  );
  mkdirSync(dirname(resolve(path)), { recursive: true });
  rmSync(path, { force: true });
  writeFileSync(path, `${secret}\n`, { mode: 0o600 });
}

/** The set-up link for the first operator; without a terminal it is also left in a file of mode 0600. */
async function offerSetup(modules: Modules, { config }: LoadedConfig, directory: string, consoleUrl: string) {
  const { email, password } = config.admin;
  if (email !== '' && password !== '') {
    const uri = await modules.access.createFirstOperator(email, password);
    if (uri) writeFileSync(join(directory, 'admin-totp'), `${uri}\n`, { mode: 0o600 });
  }
  const link = await modules.access.enrolment.createSetupLink();
  const file = join(directory, 'setup-token');
  rmSync(file, { force: true });
  if (!link) return undefined;
  const url = `${consoleUrl}/setup#${link.token}`;
  writeFileSync(file, `${url}\n`, { mode: 0o600 });
  chmodSync(file, 0o600);
  return { url, minutes: 30 };
}

export interface RunningServer {
  readonly consoleUrl: string;
  readonly setupLink: { readonly url: string; readonly minutes: number } | undefined;
  readonly rootFingerprint: string;
  readonly dataDirectory: string;
  readonly mqttPort: number;
  readonly estPort: number;
  readonly httpPort: number;
  readonly tlsPort: number;
  readonly metricsPort: number | undefined;
  readonly modules: Modules;
  /** Drains and stops everything; what was acknowledged is stored. */
  stop(): Promise<void>;
}

/** Starts the whole platform in this process. A failure on the way undoes what was started and is thrown. */
export async function startServer(
  loaded: LoadedConfig,
  log: Log,
  { clock = systemClock as Clock, checkAnswers = false } = {},
): Promise<RunningServer> {
  const { config } = loaded;
  const undo = createUndo(log);
  const startedAt = clock.now();
  try {
    const storage = await openStorage(config, migrations, log);
    undo.add('storage', storage.close);
    const { db, url, directory } = storage;
    const keys = createKeyStore({
      directory: join(directory, 'keys'),
      ...(config.keys.passphrase ? { passphrase: config.keys.passphrase } : {}),
    });
    const metrics = createMetrics({ runtime: true });
    const bus = await createBus({ url, log });
    undo.add('bus', bus.close);
    const live = createLive({
      broadcast: (topics) => bus.publish(db, 'console.changed', [...topics]),
      onError: (error) => log.warn({ err: error }, 'a change could not be announced'),
    });
    bus.subscribe('console.changed', (topics) => live.deliver(topics as string[]));
    bus.subscribe(jobTopic, () => live.deliver(['jobs', 'imports']));
    bus.subscribe('connectivity.refusals', () => live.deliver(['refusals', 'traffic']));
    undo.add('live', live.close);
    const jobs = createJobs({ db, url, bus, clock, log, exclusive: storage.kind === 'embedded' });
    const replica = hostname();
    const pkiUrl = config.vehicles.publicPkiUrl || `http://${authority(config.http.host, config.http.port)}`;
    const modules = await createModules({ config, db, clock, keys, bus, jobs, live, log, metrics, replica, pkiUrl });
    undo.add('identity', modules.identity.close);
    const relay = createRelay({ db, bus, log });
    relayEvents(relay, modules, live);
    relay.start();
    undo.add('outbox', relay.stop);
    await jobs.open();
    undo.add('jobs', jobs.close);

    const auditPrivateKey = ed25519KeyFrom(deriveSecret(keys, 'audit-signing'));
    const sequencer = createSequencer({
      db,
      privateKey: auditPrivateKey,
      origin: auditOrigin,
      clock,
      log,
      onTaken: () => live.announce('audit'),
    });
    sequencer.start();
    undo.add('audit', sequencer.stop);

    const checks = () => healthChecks({ db, modules });
    const ports: { http: number; tls: number; est: number; mqtt: number; metrics: number | undefined } = {
      http: 0,
      tls: 0,
      est: 0,
      mqtt: 0,
      metrics: undefined,
    };
    const http = await createHttp({
      operations,
      handlers: handlersOf(modules, {
        db,
        clock,
        jobs,
        live,
        auditKey: noteKey(auditOrigin, createPublicKey(auditPrivateKey)),
        describe: () =>
          describeSystem({
            loaded,
            db,
            clock,
            startedAt,
            replica,
            kind: storage.kind,
            ports,
            checks,
            rootFingerprint: modules.identity.rootFingerprint,
          }),
      }),
      problems,
      authenticate: modules.access.authenticate,
      clock,
      metrics,
      maxUploadBytes: config.http.maxUploadBytes,
      checkAnswers,
      hostnames: config.http.hostnames,
      consoleDirectory,
      log,
      ready: checks,
      pki: modules.identity.pkiListener,
    });
    const doors = await openDoors(config, modules.identity, http.listener, metrics);
    undo.add('http', async () => {
      live.close(); // open streams would hold the drain
      await doors.close();
    });
    const mqtt = await modules.connectivity.start({ host: config.vehicles.host, port: config.vehicles.mqttPort });
    undo.add('mqtt', modules.connectivity.stop);
    Object.assign(ports, {
      http: doors.httpPort,
      tls: doors.tlsPort,
      est: doors.estPort,
      mqtt: mqtt.port,
      metrics: doors.metricsPort,
    });

    if (config.bootstrap.tokenFile) await writeBootstrapToken(modules, config.bootstrap.tokenFile);
    const consoleUrl = `http://localhost:${doors.httpPort}`;
    return Object.freeze({
      consoleUrl,
      setupLink: await offerSetup(modules, loaded, directory, consoleUrl),
      rootFingerprint: modules.identity.rootFingerprint,
      dataDirectory: directory,
      mqttPort: mqtt.port,
      estPort: doors.estPort,
      httpPort: doors.httpPort,
      tlsPort: doors.tlsPort,
      metricsPort: doors.metricsPort,
      modules,
      stop: undo.runAll,
    });
  } catch (error) {
    await undo.runAll();
    throw error;
  }
}
