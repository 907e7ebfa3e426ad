import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { generateKey, issueCertificate, parseCertificationRequest, randomSerial, selfIssuer } from '@bulkhead/pki';
import type { Figure } from './harness/figure.ts';
import { type Claim, claimCertificate, ecusOf, estPath, registerEcus, requestOf } from './harness/fleet.ts';
import { postOf, runHttpLoad, writeRequests } from './harness/load.ts';
import { openOpensslCa } from './harness/openssl-ca.ts';
import { openPlatform, type Platform } from './harness/platform.ts';
import { cores } from './harness/processor.ts';
import { opensslSpeed } from './harness/programs.ts';
import type { Run } from './harness/run.ts';

type Certificates = Awaited<ReturnType<typeof enrolAll>>;
type Peers = Awaited<ReturnType<typeof measurePeers>>;

const limitName = 'openssl speed ecdsap256 (verify + sign)';

/** Certificates a second: over EST with the durable row, in process without it, and what `openssl` makes of the same. */
export async function benchEstIssue(run: Run): Promise<void> {
  const count = run.quick ? 300 : 20_000;
  const platform = await openPlatform(run, { core: cores.server });
  run.say(`registering ${count} ECUs and making their requests`);
  const ecus = ecusOf(count);
  await registerEcus(platform, ecus);
  const claim = await claimCertificate(platform);
  const requests = ecus.map((ecu) => requestOf(ecu).der);
  const ours = await enrolAll(run, platform, claim, requests);
  await platform.stopServer();
  run.say('openssl ca and openssl speed');
  const peers = await measurePeers(run, requests.slice(0, run.quick ? 50 : 2_000));
  addEnrolment(run, ours, peers);
  const value = issueInProcess(requests.slice(0, run.quick ? 200 : 5_000));
  const note = 'request parsed and verified, certificate written and signed; no network, no row';
  run.add({ bench: 'est.issue.in-process', value, unit: '1/s', against: limitName, ratio: value / peers.limit, note });
}

/** Every request once, over mutual TLS with a plant claim certificate; all of them must be in the table afterwards. */
async function enrolAll(run: Run, platform: Platform, claim: Claim, requests: readonly Buffer[]) {
  const count = requests.length;
  const posts = requests.map((der) => postOf(estPath, 'application/pkcs10', der.toString('base64')));
  const load = {
    port: platform.ports.est,
    requests: writeRequests(join(run.directory, 'requests'), posts),
    connections: run.quick ? 16 : 256,
    mode: 'keep-alive',
    once: true,
    milliseconds: 0,
    warmUp: Math.floor(count / 10),
    tls: { ca: platform.rootPem, ...claim },
  } as const;
  const committed = await transactions(platform);
  const result = await runHttpLoad(load, platform.cpu);
  const perTransaction = count / ((await transactions(platform)) - committed);
  const { rows } = await platform.sql.query<{ n: string }>(
    "select count(*) as n from identity_certificate where profile = 'ecu-operational'",
  );
  if (Number(rows[0]?.n) !== count || result.failed > 0)
    throw new Error(`${count} certificates were asked for, ${rows[0]?.n} are stored, ${result.failed} were refused`);
  return { ...result, count, perTransaction, connections: load.connections };
}

async function measurePeers(run: Run, requests: readonly Buffer[]) {
  const ca = await openOpensslCa(join(run.directory, 'peer'));
  const { seconds, cpu } = await ca.issue(requests);
  const speed = await opensslSpeed({ cwd: run.directory, core: cores.server, seconds: run.quick ? 1 : 3 });
  const limit = 1 / (1 / speed.sign + 1 / speed.verify);
  return { count: requests.length, rate: requests.length / seconds, perCore: requests.length / cpu, limit };
}

function addEnrolment(run: Run, ours: Certificates, peers: Peers): void {
  const { server, database } = ours.usage;
  const rate = ours.completed / ours.seconds;
  const perCore = ours.completed / (server + database);
  const each = (cpu: number) => `${((cpu / ours.completed) * 1e6).toFixed(0)} us`;
  const client = `${Math.round((ours.cpu / ours.seconds) * 100)} %`;
  const add = (bench: string, value: number, note: string, more: Partial<Figure> = {}) =>
    run.add({ bench, value, unit: '1/s', note, ...more });
  add(
    'est.issue',
    rate,
    `by the clock; ${ours.count} ECUs, ${ours.connections} TLS connections; server and PostgreSQL on one core, client on the other (${client} busy); p50 ${ours.p50.toFixed(0)} ms, p99 ${ours.p99.toFixed(0)} ms`,
    { against: 'openssl ca', ratio: rate / peers.rate },
  );
  add(
    'est.issue.per-core',
    perCore,
    `certificates per CPU second, ${each(server)} in Node and ${each(database)} in PostgreSQL each; ${ours.perTransaction.toFixed(1)} certificates per transaction of any kind`,
    { against: limitName, ratio: perCore / peers.limit, budget: '>=3000/s', met: perCore >= 3000 },
  );
  add('est.issue.ahead', perCore, 'per CPU second; TLS, HTTP and the durable row included on our side only', {
    against: 'openssl ca',
    ratio: perCore / peers.perCore,
    budget: '>=openssl ca',
    met: perCore >= peers.perCore,
  });
  add(
    'est.issue.openssl-ca',
    peers.perCore,
    `per CPU second; ${peers.rate.toFixed(0)}/s by the clock; one process, one batch of ${peers.count}; no network, no durable row each`,
  );
}

/** Transactions of the database so far; the figure is a second or so old. */
async function transactions({ sql }: Platform): Promise<number> {
  await sleep(1_500);
  const { rows } = await sql.query<{ n: string }>(
    'select xact_commit as n from pg_stat_database where datname = current_database()',
  );
  return Number(rows[0]?.n);
}

function issueInProcess(requests: readonly Buffer[]): number {
  const { privateKey } = generateKey();
  const issuer = selfIssuer([{ type: 'CN', value: 'Bench CA' }], privateKey);
  const notBefore = new Date();
  const notAfter = new Date(notBefore.getTime() + 365 * 86_400_000);
  const before = process.cpuUsage();
  for (const der of requests) {
    const request = parseCertificationRequest(der);
    issueCertificate({
      subject: request.subject,
      spki: request.spki,
      serial: randomSerial(),
      notBefore,
      notAfter,
      basicConstraints: { ca: false },
      keyUsage: ['digitalSignature'],
      extendedKeyUsage: ['clientAuth'],
      san: { uri: request.san.uri },
      issuer,
    });
  }
  const { user, system } = process.cpuUsage(before);
  return requests.length / ((user + system) / 1e6);
}
