import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { generateKey, issueCertificate, parseCertificationRequest, randomSerial, selfIssuer } from '@bulkhead/pki';
import { claimCertificate, ecusOf, estPath, registerEcus, requestOf } from './harness/fleet.ts';
import { postOf, runHttpLoad, writeRequests } from './harness/load.ts';
import { openOpensslCa } from './harness/openssl-ca.ts';
import { openPlatform, type Platform } from './harness/platform.ts';
import { cores } from './harness/processor.ts';
import { opensslSpeed } from './harness/programs.ts';
import type { Run } from './harness/run.ts';

/** Certificates a second: over EST with the durable row, in process without it, and what `openssl` makes of the same. */
export async function benchEstIssue(run: Run): Promise<void> {
  const count = run.quick ? 300 : 20_000;
  const platform = await openPlatform(run, { core: cores.server });
  run.say(`registering ${count} ECUs and making their requests`);
  const ecus = ecusOf(count);
  await registerEcus(platform, ecus);
  const claim = await claimCertificate(platform);
  const requests = ecus.map((ecu) => requestOf(ecu).der);
  const file = writeRequests(
    join(run.directory, 'requests'),
    requests.map((der) => postOf(estPath, 'application/pkcs10', der.toString('base64'))),
  );

  const load = {
    port: platform.ports.est,
    requests: file,
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
  await platform.stopServer();

  run.say('openssl ca and openssl speed');
  const peerCount = run.quick ? 50 : 2_000;
  const ca = await openOpensslCa(join(run.directory, 'peer'));
  const { seconds, cpu } = await ca.issue(requests.slice(0, peerCount));
  const peer = { rate: peerCount / seconds, perCore: peerCount / cpu };
  const speed = await opensslSpeed({ cwd: run.directory, core: cores.server, seconds: run.quick ? 1 : 3 });
  const limit = 1 / (1 / speed.sign + 1 / speed.verify);

  const rate = result.completed / result.seconds;
  const { server, database } = result.usage;
  const perCore = result.completed / (server + database);
  const mine = `by the clock; ${count} ECUs, ${load.connections} TLS connections; server and PostgreSQL on one core, client on the other (${cpuText(result.cpu, result.seconds)} busy); p50 ${result.p50.toFixed(0)} ms, p99 ${result.p99.toFixed(0)} ms`;
  const budget = '>=3000/s';
  run.add({ bench: 'est.issue', value: rate, unit: '1/s', against: 'openssl ca', ratio: rate / peer.rate, note: mine });
  const cost = `certificates per CPU second, ${((server / result.completed) * 1e6).toFixed(0)} us in Node and ${((database / result.completed) * 1e6).toFixed(0)} us in PostgreSQL each; ${perTransaction.toFixed(1)} certificates per transaction of any kind`;
  run.add({
    bench: 'est.issue.per-core',
    value: perCore,
    unit: '1/s',
    against: 'openssl speed ecdsap256 (verify + sign)',
    ratio: perCore / limit,
    budget,
    met: perCore >= 3000,
    note: cost,
  });
  const ahead = {
    against: 'openssl ca',
    ratio: perCore / peer.perCore,
    budget: '>=openssl ca',
    met: perCore >= peer.perCore,
  };
  run.add({
    bench: 'est.issue.openssl-ca',
    value: peer.perCore,
    unit: '1/s',
    note: `per CPU second; ${peer.rate.toFixed(0)}/s by the clock; one process, one batch of ${peerCount}; no network, no durable row each`,
  });
  run.add({
    bench: 'est.issue.ahead',
    value: perCore,
    unit: '1/s',
    ...ahead,
    note: 'per core, TLS, HTTP and the durable row included on our side only',
  });
  const inProcess = issueInProcess(requests.slice(0, run.quick ? 200 : 5_000));
  run.add({
    bench: 'est.issue.in-process',
    value: inProcess,
    unit: '1/s',
    against: 'openssl speed ecdsap256 (verify + sign)',
    ratio: inProcess / limit,
    note: 'request parsed and verified, certificate written and signed; no network, no row',
  });
}

/** Transactions of the database so far; the figure is a second or so old. */
async function transactions({ sql }: Platform): Promise<number> {
  await sleep(1_500);
  const { rows } = await sql.query<{ n: string }>(
    'select xact_commit as n from pg_stat_database where datname = current_database()',
  );
  return Number(rows[0]?.n);
}

const cpuText = (cpu: number, seconds: number) => `${Math.round((cpu / seconds) * 100)} %`;

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
