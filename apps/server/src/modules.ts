import { join } from 'node:path';
import { decodeCommandAnswer, messageLimits } from '@bulkhead/contract';
import type { Clock } from '@bulkhead/kernel';
import { relayShipping } from './case-relay.ts';
import { openDirector } from './director-port.ts';
import { createFleetPort, createVehiclePort } from './fleet-port.ts';
import { accessMigrations, createAccess, createAccessStore, createAccessViews } from './modules/access/index.ts';
import { createCompliance, type Facts } from './modules/compliance/index.ts';
import {
  type Connectivity,
  connectivityMigrations,
  createConnectivity,
  type Sink,
} from './modules/connectivity/index.ts';
import { directorMigrations } from './modules/director/index.ts';
import { createIdentity, type Identity, identityMigrations } from './modules/identity/index.ts';
import { createImages, createRepositoryListener, type Images, imagesMigrations } from './modules/images/index.ts';
import { createInventory, type Inventory, inventoryMigrations } from './modules/inventory/index.ts';
import { createMonitoring, type Monitoring, monitoringMigrations } from './modules/monitoring/index.ts';
import { createUpdates, type UpdatesDeps, updatesMigrations } from './modules/updates/index.ts';
import {
  createAdvisorySources,
  createAffectedVehicles,
  createCases,
  createVexOut,
  createVulnerabilities,
  sourceJob,
  type VulnerabilityDeps,
  type VulnerabilityEvents,
  vulnerabilitiesMigrations,
} from './modules/vulnerabilities/index.ts';
import { notificationTopics } from './notification-topics.ts';
import { createAudit } from './platform/audit/audit.ts';
import { createAuditViews } from './platform/audit/views.ts';
import { createBlobs } from './platform/blobs/blobs.ts';
import type { Config } from './platform/config/schema.ts';
import type { Db } from './platform/db/database.ts';
import { platformMigrations } from './platform/db/platform-migrations.ts';
import type { Jobs } from './platform/jobs/jobs.ts';
import { createSecretBox, deriveSecret, ed25519KeyFrom } from './platform/keys/derive.ts';
import type { KeyStore } from './platform/keys/index.ts';
import type { Live } from './platform/live/live.ts';
import { createNotify, type Notify } from './platform/notify/notify.ts';
import type { Bus } from './platform/outbox/bus.ts';
import { createOutbox } from './platform/outbox/outbox.ts';
import type { Relay } from './platform/outbox/relay.ts';
import type { Log } from './platform/telemetry/log.ts';
import type { Metrics } from './platform/telemetry/metrics.ts';
import { createReadingPort } from './reading-port.ts';
import { createReleaseDiff } from './release-diff.ts';
import { shippingFacts } from './shipping-facts.ts';

export interface Platform {
  readonly config: Config;
  readonly db: Db;
  readonly clock: Clock;
  readonly keys: KeyStore;
  readonly bus: Bus;
  readonly jobs: Jobs;
  readonly live: Live;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly replica: string;
  readonly pkiUrl: string;
  /** Of this replica: keys, uploads, what is being read. */
  readonly dataDirectory: string;
}

/** Every table of the platform, in the order in which modules build on one another. */
export const migrations = [
  ...platformMigrations,
  accessMigrations,
  inventoryMigrations,
  identityMigrations,
  connectivityMigrations,
  monitoringMigrations,
  imagesMigrations,
  updatesMigrations,
  directorMigrations,
  vulnerabilitiesMigrations,
];

const importJob = 'inventory.import';
/** Tells the matcher of every replica that something waits. */
export const matcherTopic = 'vulnerabilities.work';
const planJob = 'updates.plan';

// answers to commands are acknowledged and need no table yet: the command's effect is what is recorded
const noMessage = Object.freeze({ parse: (payload: Buffer) => decodeCommandAnswer(payload), store: async () => {} });

/** Forgets the message type of a sink; the front door hands each sink only what its own `parse` made. */
const sinkOf = <Message>(sink: Sink<Message>): Sink => sink;

/** What links in notifications begin with: as set, else the first name the console has, else this machine. */
function consoleUrlOf({ notifications, http }: Config): string {
  const [name] = http.hostnames;
  const url = notifications.consoleUrl || (name ? `https://${name}:${http.tlsPort}` : `http://localhost:${http.port}`);
  return url.replace(/\/+$/, '');
}

interface BehindTheDoor {
  readonly inventory: Inventory;
  readonly identity: Identity;
  readonly monitoring: Monitoring;
}

/** The vehicles' door, with what stands behind each channel. */
function createFrontDoor(platform: Platform, { inventory, identity, monitoring }: BehindTheDoor): Connectivity {
  const { config, db, clock, bus, live, log, metrics, replica } = platform;
  return createConnectivity({
    db,
    clock,
    log,
    metrics,
    replica,
    audit: createAudit,
    bus,
    authenticate: identity.authenticate,
    knowsEcu: async (vin, serial) => (await inventory.ecuForEnrolment({ vin, serial })) !== undefined,
    presence: async (tx, changes) => {
      await inventory.markConnected(tx, changes);
      for (const topic of ['connections', 'vehicles']) live.announce(topic);
    },
    onRevoked: identity.onRevoked,
    secureContext: () => ({
      ...identity.secureContext(),
      minVersion: config.vehicles.minTls === '1.2' ? 'TLSv1.2' : 'TLSv1.3',
    }),
    sinks: {
      heartbeat: inventory.heartbeatSink,
      inventory: inventory.reportSink,
      events: sinkOf(monitoring.eventSink),
      ack: noMessage,
    },
    limits: {
      payloadBytes: Math.min(config.vehicles.maxPayloadBytes, messageLimits.payloadBytes),
      messagesPerSecond: config.vehicles.messagesPerSecond,
      inFlight: config.vehicles.inFlight,
    },
  });
}

const wireAccess = ({ db, clock, keys }: Platform) =>
  createAccess({
    db,
    clock,
    views: createAccessViews(db),
    secretBox: createSecretBox(deriveSecret(keys, 'access-sealing')),
    bind: (tx) => ({ store: createAccessStore(tx), audit: createAudit(tx) }),
  });

/** What was decided, as documents signed with a key for that alone. */
const wireVexOut = ({ db, keys, config }: Platform) =>
  createVexOut({
    db,
    key: ed25519KeyFrom(deriveSecret(keys, 'vex-signing')),
    author: config.vulnerabilities.vexAuthor,
    namespace: config.vulnerabilities.vexNamespace || consoleUrlOf(config),
  });

/** Builds every module and hands each the narrow functions of the others that it uses; the only place that knows them all. */
export async function createModules(platform: Platform) {
  const { config, db, clock, keys, bus, jobs, live, log, metrics } = platform;
  const writers = (tx: Db) => ({ audit: createAudit(tx), outbox: createOutbox(tx) });

  const notify = createNotify({
    ...platform,
    config: config.notifications,
    consoleUrl: consoleUrlOf(config),
    secretBox: createSecretBox(deriveSecret(keys, 'notifications-sealing')),
    topics: notificationTopics,
    onChanged: () => live.announce('notifications'),
  });
  const access = wireAccess(platform);
  const inventory = createInventory({
    db,
    clock,
    bind: writers,
    notify: async (_tx, what) => live.announce(what),
    startImport: async (tx, { importId, title, by }) =>
      (await jobs.start(importJob, { importId }, by, { title, tx })).id,
  });
  jobs.define(importJob, inventory.importJob);
  const identity = await createIdentity({
    db,
    clock,
    keys,
    inventory,
    audit: createAudit,
    outbox: createOutbox,
    bus,
    log,
    metrics,
    pkiUrl: platform.pkiUrl,
    hostnames: [...new Set([...config.http.hostnames, ...config.vehicles.hostnames])],
  });
  const monitoring = createMonitoring({ db, clock, announce: async () => live.announce('events') });
  const connectivity = createFrontDoor(platform, { inventory, identity, monitoring });
  const fleet = createFleetPort(inventory);
  const vulnerabilityDeps: VulnerabilityDeps = {
    db,
    clock,
    log,
    bind: (tx) => ({ ...writers(tx), notify }),
    fleet,
    announce: (what) => live.announce(what),
    wake: (tx) => bus.publish(tx, matcherTopic, null),
  };
  const vulnerabilities = createVulnerabilities(vulnerabilityDeps);
  const advisorySources = createAdvisorySources(
    { ...vulnerabilityDeps, reading: createReadingPort(platform, notify) },
    vulnerabilities.matcher,
  );
  jobs.define(sourceJob, advisorySources.runJob);
  const cases = createCases({ ...vulnerabilityDeps, operatorName: access.operators.nameOf });
  const images = wireImages(platform, notify);
  const updates = wireUpdates(platform, notify, images, createReleaseDiff({ inventory, vulnerabilities }));
  const director = await openDirector(platform, { identity, inventory, monitoring, notify }, updates.assignments);
  const counted = { inventory, identity, connectivity, monitoring, vulnerabilities, cases, advisorySources, updates };
  const compliance = createCompliance({ facts: () => gatherFacts(counted, db) });
  return Object.freeze({
    access,
    inventory,
    identity,
    monitoring,
    connectivity,
    vulnerabilities,
    cases,
    vexOut: wireVexOut(platform),
    affectedVehicles: createAffectedVehicles({ db, fleet, vehicles: createVehiclePort(inventory) }),
    advisorySources,
    images,
    vehicleListeners: [repositoryListener(platform, images, identity), director.vehicleListener],
    updates,
    director,
    compliance,
    notify,
  });
}
export type Modules = Awaited<ReturnType<typeof createModules>>;

function wireImages({ config, db, clock, keys, log, metrics, live, dataDirectory }: Platform, notify: Notify) {
  return createImages({
    db,
    clock,
    keys,
    log,
    metrics,
    blobs: createBlobs({ directory: join(dataDirectory, 'images'), reserve: config.images.reserveBytes }),
    maxImageBytes: config.images.maxBytes,
    bind: (tx) => ({ audit: createAudit(tx) }),
    notify,
    announce: async (_tx, what) => live.announce(what),
  });
}

/** What the vehicles' HTTPS door reads of the Image repository. */
const repositoryListener = ({ clock, log, metrics }: Platform, { serving }: Images, { authenticate }: Identity) =>
  createRepositoryListener({ serving, authenticate, clock, log, metrics });

function wireUpdates(
  { db, clock, jobs, live }: Platform,
  notify: Notify,
  images: Images,
  diffOf: NonNullable<UpdatesDeps['diffOf']>,
) {
  const updates = createUpdates({
    diffOf,
    db,
    clock,
    bind: (tx) => ({ audit: createAudit(tx), outbox: createOutbox(tx) }),
    notify,
    images,
    announce: async (_tx, what) => live.announce(what),
    startPlanning: async (tx, { campaignId, title, by }) =>
      (await jobs.start(planJob, { campaignId }, by, { title, tx })).id,
  });
  jobs.define(planJob, updates.planJob);
  return updates;
}

/** What happens across modules after a commit; types without a handler would wait for ever. */
export function relayEvents(relay: Relay, { identity, inventory, vulnerabilities, cases }: Modules, live: Live): void {
  const system = { kind: 'system', id: 'inventory', name: 'retirement' } as const;
  relay.on('inventory.vehicle-retired', async ({ payload }, tx) => {
    const { ecuIds } = payload as { ecuIds: string[] };
    await identity.revokeEcus(tx, ecuIds, { reason: 'cessationOfOperation', by: system });
  });
  relay.on('inventory.software-reported', async ({ payload }, tx) => {
    const { changes } = payload as { changes: { name: string }[] };
    await cases.programsReported(tx, [...new Set(changes.map(({ name }) => name))]);
  });
  relay.on('inventory.sbom-stored', async ({ payload }, tx) => {
    await vulnerabilities.softwareChanged(tx, [(payload as { softwareId: string }).softwareId]);
  });
  relay.on('inventory.alias-changed', async ({ payload }, tx) => {
    const { aliasId } = payload as { aliasId: string };
    await vulnerabilities.softwareChanged(tx, await inventory.aliases.softwareOf(aliasId));
  });
  const listOf = (payload: unknown, name: string) => (payload as Record<string, string[]>)[name] ?? [];
  relay.on('vulnerabilities.software-loaded', async ({ payload }, tx) => {
    await vulnerabilities.vex.softwareLoaded(tx, listOf(payload, 'softwareIds'));
  });
  relay.on('vulnerabilities.findings-changed', async ({ payload }, tx) => {
    await vulnerabilities.vex.findingsChanged(tx, listOf(payload, 'vulnerabilityIds'));
  });
  relay.on('vulnerabilities.statement-applied', async ({ payload }, tx) => {
    const said = payload as unknown as VulnerabilityEvents['vulnerabilities.statement-applied'];
    await cases.answered(tx, said.vulnerabilityId, said.supplier ?? said.author, said.text);
  });
  relayShipping(relay, cases);
  for (const [type, topic] of Object.entries(hints)) relay.on(type, async () => live.announce(topic));
}

const hints = {
  'inventory.software-reported': 'vehicles',
  'inventory.unknown-ecu': 'vehicles',
  'inventory.sbom-stored': 'sboms',
  'inventory.sbom-rejected': 'sboms',
  'vulnerabilities.findings-changed': 'findings',
  'vulnerabilities.states-changed': 'findings',
  'vulnerabilities.statement-applied': 'decisions',
  'identity.issued': 'certificates',
  'identity.revoked': 'certificates',
  'updates.release-published': 'releases',
  'updates.release-ended': 'releases',
  'updates.campaign-started': 'campaigns',
  'updates.campaign-stopped': 'campaigns',
  'updates.campaign-finished': 'campaigns',
  'updates.vehicles-updated': 'campaigns',
  'updates.attack-reported': 'campaigns',
  'updates.rxswin-drifted': 'rxswins',
} as const;

/** The counts behind the ten rules, each asked from the module that owns it. */
async function gatherFacts(
  {
    inventory,
    identity,
    connectivity,
    monitoring,
    vulnerabilities,
    cases,
    advisorySources,
    updates,
  }: Pick<
    Modules,
    | 'inventory'
    | 'identity'
    | 'connectivity'
    | 'monitoring'
    | 'vulnerabilities'
    | 'cases'
    | 'advisorySources'
    | 'updates'
  >,
  db: Db,
): Promise<Facts> {
  const [fleet, ids, traffic, events, audit, portfolio, overdue, sources, shipping] = await Promise.all([
    inventory.vehiclesSummary(),
    identity.summary(),
    connectivity.traffic(),
    monitoring.summaryOfLastDay(),
    createAuditViews(db).size(),
    vulnerabilities.portfolio(),
    cases.list({ filter: 'overdue = true and state != closed', limit: 1, count: true }),
    advisorySources.listSources(),
    shippingFacts(updates),
  ]);
  // what people type in by hand grows old by nature and is never late
  const read = sources.items.filter(({ enabled, origin }) => enabled && origin !== 'own');
  const { immediate, outOfCycle, scheduled, defer } = portfolio.totals;
  const severe = events.bySeverity.filter(({ severity }) => severity === 'high' || severity === 'critical');
  return {
    vehicles: fleet.vehicles,
    vehiclesOnline: fleet.online,
    ecus: fleet.ecus,
    softwareVersions: fleet.softwareVersions,
    softwareWithSbom: fleet.withSbom,
    softwareWithoutSbom: portfolio.softwareWithoutSbom,
    unidentifiedComponents: portfolio.unidentifiedComponents,
    outdatedVehicles: fleet.outdated,
    openNetworkEcus: fleet.openEcus,
    enrolledEcus: ids.enrolledEcus,
    expiringCertificates: ids.expiring,
    expiredCertificates: ids.expired,
    revokedCertificates: ids.revoked,
    connections: traffic.connected,
    refusedLastHour: traffic.minutes.reduce((sum, minute) => sum + minute.refused, 0),
    eventsLastDay: events.total,
    severeEventsLastDay: severe.reduce((sum, { count }) => sum + count, 0),
    openFindings: { immediate, outOfCycle, scheduled, defer },
    overdueCases: overdue.total ?? 0,
    ...shipping,
    advisorySources: read.length,
    troubledSources: read.filter(({ freshness }) => freshness !== 'fresh').length,
    auditEntries: audit.size,
    auditCheckpointAt: audit.at,
  };
}
