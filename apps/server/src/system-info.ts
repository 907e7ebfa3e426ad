import { readFileSync } from 'node:fs';
import type { SystemInfo } from '@bulkhead/contract';
import type { Clock } from '@bulkhead/kernel';
import { authority } from './doors.ts';
import type { Modules } from './modules.ts';
import type { LoadedConfig } from './platform/config/load.ts';
import type { Config } from './platform/config/schema.ts';
import type { Db } from './platform/db/database.ts';
import { serverFacts } from './platform/db/server-facts.ts';
import type { HealthCheck } from './platform/http/server.ts';

export const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** Milliseconds by which the database's clock may differ from ours before certificates and audit times cannot be trusted. */
const clockTolerance = 30_000;

async function databaseCheck(db: Db): Promise<HealthCheck[]> {
  try {
    const before = Date.now();
    const { now } = await serverFacts(db);
    const off = Math.abs(now.getTime() - before);
    return [
      { name: 'database', ok: true, detail: 'migrated and answering' },
      {
        name: 'clock',
        ok: off < clockTolerance,
        detail:
          off < clockTolerance
            ? 'agrees with the database'
            : `differs from the database by ${Math.round(off / 1000)} s`,
      },
    ];
  } catch {
    return [{ name: 'database', ok: false, detail: 'does not answer' }];
  }
}

/** What readiness means: database migrated, clock sane, CA usable, front door open. */
export async function healthChecks({ db, modules }: { db: Db; modules: Modules }): Promise<HealthCheck[]> {
  const mqtt = modules.connectivity.ready();
  return [
    ...(await databaseCheck(db)),
    { name: 'certificate authority', ok: modules.identity.rootFingerprint !== '', detail: 'keys loaded' },
    { name: 'vehicle front door', ok: mqtt, detail: mqtt ? 'listening' : 'not listening' },
  ];
}

/** Where the doors really are; 0 until they are open. */
export interface Ports {
  readonly http: number;
  readonly tls: number;
  readonly est: number;
  readonly mqtt: number;
  readonly metrics: number | undefined;
}

export interface SystemFacts {
  readonly loaded: LoadedConfig;
  readonly db: Db;
  readonly clock: Clock;
  readonly startedAt: Date;
  readonly replica: string;
  readonly kind: 'embedded' | 'external';
  readonly ports: Ports;
  readonly rootFingerprint: string;
  readonly checks: () => Promise<readonly HealthCheck[]>;
}

/** What the Settings page shows; secrets are named, never shown. */
export async function describeSystem(facts: SystemFacts): Promise<SystemInfo> {
  const { config, settings } = facts.loaded;
  return {
    version,
    node: process.versions.node,
    postgres: (await serverFacts(facts.db)).version,
    database: facts.kind,
    replica: facts.replica,
    startedAt: facts.startedAt.toISOString(),
    demo: config.demo.enabled,
    rootFingerprint: facts.rootFingerprint,
    endpoints: endpointsOf(config, facts.ports),
    checks: [...(await facts.checks())],
    config: [...settings],
  };
}

function endpointsOf({ http, vehicles }: Config, ports: Ports): SystemInfo['endpoints'] {
  const endpoints = [
    {
      name: 'Console and API',
      address: `http://${authority(http.host, ports.http)}`,
      purpose: 'On this machine; also CRL and OCSP',
    },
    {
      name: 'Console and API',
      address: `https://${authority(http.tlsHost, ports.tls)}`,
      purpose: 'For the network, by TLS',
    },
    {
      name: 'EST',
      address: `https://${authority(vehicles.host, ports.est)}`,
      purpose: 'Enrolment and renewal of ECU certificates',
    },
    { name: 'MQTT', address: `mqtts://${authority(vehicles.host, ports.mqtt)}`, purpose: 'Vehicle front door' },
  ];
  if (ports.metrics)
    endpoints.push({
      name: 'Metrics',
      address: `http://127.0.0.1:${ports.metrics}/metrics`,
      purpose: 'Prometheus, loopback only',
    });
  return endpoints;
}
