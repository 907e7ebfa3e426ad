import { createPublicKey, type KeyObject } from 'node:crypto';
import { rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { operations } from '@bulkhead/contract';
import { type Clock, systemClock } from '@bulkhead/kernel';
import { noteKey } from '@bulkhead/merkle';
import { authority, openDoors } from './doors.ts';
import { createModules, type Modules, matcherTopic, migrations, type Platform, relayEvents } from './modules.ts';
import { createSequencer } from './platform/audit/sequencer.ts';
import type { LoadedConfig } from './platform/config/load.ts';
import { createHttp, portProblem } from './platform/http/server.ts';
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
import { writeSecretFile } from './secret-file.ts';
import { openStorage, type Storage } from './storage.ts';
import { describeSystem, healthChecks, type Ports } from './system-info.ts';

const consoleDirectory = fileURLToPath(new URL('../../console/dist', import.meta.url));
const auditOrigin = 'bulkhead/audit';
/** Large fleets show counts that are this old at most. */
const figuresEveryMs = 120_000;
/** How soon a case shows what vehicles reported. */
const casesEveryMs = 15_000;
/** How often it is looked whether the Image repository's timestamp grows old; it lasts a day. */
const signEveryMs = 60_000;
const lookEveryMs = 3_600_000;
/** How soon it is noticed that a vehicle does not report. */
const watchEveryMs = 300_000;
/** A decision is over this long after its time at most. */
const decisionsEveryMs = 30_000;

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

const bootstrapToken = 'bootstrap';
const bootstrapMaker = { kind: 'system', id: 'bootstrap', name: 'bootstrap.tokenFile' } as const;

/** A credential for tools that start together with the server: valid one day, one at a time, readable by this user only. */
async function writeBootstrapToken(modules: Modules, { bootstrap, demo }: LoadedConfig['config']): Promise<void> {
  // the demonstration also brings advisories, and invites people who ship an update: that is not for a plant to do
  const roles = demo.enabled ? (['provisioner', 'engineer', 'administrator'] as const) : (['provisioner'] as const);
  const { secret } = await modules.access.tokens.replace(
    { name: bootstrapToken, roles: [...roles], days: 1 },
    bootstrapMaker,
  );
  writeSecretFile(bootstrap.tokenFile, secret);
}

/** The set-up link for the first operator; without a terminal it is also left in a file of mode 0600. */
async function offerSetup(modules: Modules, { config }: LoadedConfig, directory: string, consoleUrl: string) {
  const { email, password } = config.admin;
  if (email !== '' && password !== '') {
    const path = join(directory, 'admin-totp');
    await modules.access.createFirstOperator(email, password, (uri) => {
      writeSecretFile(path, uri);
      process.stdout.write(
        `Operator ${email} is set up. The address for an authenticator app is in ${path}; delete it once it is loaded.\n`,
      );
    });
  }
  const link = await modules.access.enrolment.createSetupLink();
  const file = join(directory, 'setup-token');
  rmSync(file, { force: true });
  if (!link) return undefined;
  const url = `${consoleUrl}/setup#${link.token}`;
  writeSecretFile(file, url);
  return { url, minutes: 30 };
}

export interface RunningServer {
  readonly consoleUrl: string;
  readonly setupLink: { readonly url: string; readonly minutes: number } | undefined;
  readonly rootFingerprint: string;
  readonly dataDirectory: string;
  readonly ports: Ports;
  readonly modules: Modules;
  /** Drains and stops everything; what was acknowledged is stored. */
  stop(): Promise<void>;
}

type Undo = ReturnType<typeof createUndo>;

/** What modules stand on: keys, bus, live hints, jobs, metrics. */
async function openPlatform(
  loaded: LoadedConfig,
  storage: Storage,
  clock: Clock,
  log: Log,
  undo: Undo,
): Promise<Platform> {
  const { config } = loaded;
  const { db, url, directory } = storage;
  const passphrase = config.keys.passphrase ? { passphrase: config.keys.passphrase } : {};
  const keys = createKeyStore({ directory: join(directory, 'keys'), ...passphrase });
  const bus = await createBus({ url, log });
  undo.add('bus', bus.close);
  const live = createLive({
    broadcast: (topics) => bus.publish(db, 'console.changed', [...topics]),
    onError: (error) => log.warn({ err: error }, 'a change could not be announced'),
  });
  undo.add('live', live.close);
  bus.subscribe('console.changed', (topics) => live.deliver(topics as string[]));
  bus.subscribe(jobTopic, () => live.deliver(['jobs', 'imports']));
  bus.subscribe('connectivity.refusals', () => live.deliver(['refusals', 'traffic']));
  const jobs = createJobs({ db, url, bus, clock, log, exclusive: storage.kind === 'embedded' });
  const pkiUrl = config.vehicles.publicPkiUrl || `http://${authority(config.http.host, config.http.port)}`;
  return {
    config,
    db,
    clock,
    keys,
    bus,
    jobs,
    live,
    log,
    metrics: createMetrics({ runtime: true }),
    replica: hostname(),
    pkiUrl,
    dataDirectory: directory,
  };
}

/** Starts what works by itself: outbox, jobs, audit sequencer. Answers the key that signs the audit log. */
async function startBackground(
  { db, bus, jobs, live, log, keys, clock, replica }: Platform,
  modules: Modules,
  undo: Undo,
): Promise<KeyObject> {
  const relay = createRelay({ db, bus, log });
  relayEvents(relay, modules, live);
  relay.start();
  undo.add('outbox', relay.stop);
  await jobs.open();
  undo.add('jobs', jobs.close);
  modules.notify.worker.start();
  undo.add('notifications', modules.notify.worker.stop);
  bus.subscribe(matcherTopic, modules.vulnerabilities.matcher.wake, modules.vulnerabilities.matcher.wake);
  modules.vulnerabilities.matcher.start();
  undo.add('figures of findings', modules.vulnerabilities.stopFigures);
  undo.add('matcher', modules.vulnerabilities.matcher.stop);
  await modules.vulnerabilities.catchUp();
  modules.advisorySources.schedule.start();
  undo.add('schedule of sources', modules.advisorySources.schedule.stop);
  const figures = setInterval(() => {
    Promise.all([modules.inventory.refreshFigures(), modules.vulnerabilities.refreshFigures()]).catch(
      (error: unknown) => log.warn({ err: error }, 'the figures of the fleet could not be counted'),
    );
  }, figuresEveryMs);
  undo.add('figures', () => clearInterval(figures));
  const decisions = setInterval(() => {
    modules.vulnerabilities.decisions
      .sweep()
      .catch((error: unknown) => log.warn({ err: error }, 'decisions could not be looked through; it is tried again'));
  }, decisionsEveryMs);
  undo.add('decisions', () => clearInterval(decisions));
  const campaigns = modules.updates.driver({ replica, log });
  campaigns.start();
  undo.add('campaigns', campaigns.stop);
  undo.add('image repository', keepImages(modules, log));
  undo.add('director', keepDirector(modules, log));
  const cases = setInterval(() => {
    modules.cases
      .sweep()
      .catch((error: unknown) => log.warn({ err: error }, 'cases could not be looked at; it is tried again'));
  }, casesEveryMs);
  undo.add('cases', () => clearInterval(cases));
  const privateKey = ed25519KeyFrom(deriveSecret(keys, 'audit-signing'));
  const sequencer = createSequencer({
    db,
    privateKey,
    origin: auditOrigin,
    clock,
    log,
    onTaken: () => live.announce('audit'),
  });
  sequencer.start();
  undo.add('audit', sequencer.stop);
  return createPublicKey(privateKey);
}

/** Looks for vehicles that do not report, and renews the root of the Director. */
function keepDirector({ director }: Modules, log: Log): () => void {
  const look = () =>
    void director.watch().catch((error: unknown) => log.warn({ err: error }, 'the Director is looked at again later'));
  const timer = setInterval(look, watchEveryMs);
  look();
  return () => clearInterval(timer);
}

/** Signs what vehicles read of the Image repository anew before it expires, and clears away what was begun and left. */
function keepImages({ images: { keeper } }: Modules, log: Log): () => Promise<void> {
  let running: Promise<unknown> = Promise.resolve();
  const run = (work: () => Promise<void>, what: string) => {
    running = running.then(work).catch((error: unknown) => log.warn({ err: error, what }, 'it is tried again later'));
  };
  const sign = () => run(keeper.refreshAll, 'signing the image repository');
  const look = () => {
    run(keeper.watchExpiry, 'looking at expiry in the image repository');
    run(keeper.sweep, 'clearing away images');
  };
  const timers = [setInterval(sign, signEveryMs), setInterval(look, lookEveryMs)];
  sign();
  look();
  return async () => {
    for (const timer of timers) clearInterval(timer);
    await running;
  };
}

interface Opening {
  readonly loaded: LoadedConfig;
  readonly platform: Platform;
  readonly modules: Modules;
  readonly auditKey: KeyObject;
  readonly kind: Storage['kind'];
  readonly startedAt: Date;
  readonly checkAnswers: boolean;
}

/** Binds the operations to HTTP. The real ports are known only once the doors are open, so they are filled in later. */
function createApi({ loaded, platform, modules, auditKey, kind, startedAt, checkAnswers }: Opening, ports: Ports) {
  const { config, db, clock, jobs, live, log, metrics, replica } = platform;
  const checks = () => healthChecks({ db, modules });
  const { rootFingerprint } = modules.identity;
  const describe = () =>
    describeSystem({ loaded, db, clock, startedAt, replica, kind, ports, checks, rootFingerprint });
  return createHttp({
    operations,
    handlers: handlersOf(modules, {
      db,
      clock,
      jobs,
      live,
      auditKey: noteKey(auditOrigin, auditKey),
      describe,
      stillGood: modules.access.stillGood,
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
}

/** Opens every door; vehicles come last, when everything behind them works. */
async function openAllDoors(opening: Opening, undo: Undo): Promise<Ports> {
  const { platform, modules } = opening;
  const { config, live, metrics } = platform;
  const ports: Ports = { http: 0, tls: 0, est: 0, mqtt: 0, metrics: undefined };
  const http = await createApi(opening, ports);
  const doors = await openDoors(config, modules.identity, modules.vehicleListeners, http.listener, metrics);
  undo.add('http', async () => {
    live.close(); // open streams would hold the drain
    await doors.close();
  });
  undo.add('mqtt', modules.connectivity.stop); // it works behind the door before it opens
  const { host, mqttPort } = config.vehicles;
  const mqtt = await modules.connectivity.start({ host, port: mqttPort }).catch((error: unknown) => {
    throw portProblem(error as NodeJS.ErrnoException, host, mqttPort, 'vehicles.mqttPort');
  });
  return Object.assign(ports, {
    http: doors.httpPort,
    tls: doors.tlsPort,
    est: doors.estPort,
    mqtt: mqtt.port,
    metrics: doors.metricsPort,
  });
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
    const platform = await openPlatform(loaded, storage, clock, log, undo);
    const modules = await createModules(platform);
    undo.add('identity', modules.identity.close);
    const auditKey = await startBackground(platform, modules, undo);
    const ports = await openAllDoors(
      { loaded, platform, modules, auditKey, kind: storage.kind, startedAt, checkAnswers },
      undo,
    );
    // what a demonstration on the same data was given ends with it
    if (!config.demo.enabled) await modules.access.tokens.endWithRole(bootstrapToken, 'administrator', bootstrapMaker);
    if (config.bootstrap.tokenFile) await writeBootstrapToken(modules, config);
    const consoleUrl = `http://localhost:${ports.http}`;
    const setupLink = await offerSetup(modules, loaded, storage.directory, consoleUrl);
    const { rootFingerprint } = modules.identity;
    return Object.freeze({
      consoleUrl,
      setupLink,
      rootFingerprint,
      dataDirectory: storage.directory,
      ports,
      modules,
      stop: undo.runAll,
    });
  } catch (error) {
    await undo.runAll();
    throw error;
  }
}
