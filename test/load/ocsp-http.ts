import { randomFillSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { enrolDevices } from './harness/fleet.ts';
import { postOf, runHttpLoad, writeRequests } from './harness/load.ts';
import { openOpensslCa } from './harness/openssl-ca.ts';
import { freePort, openPlatform } from './harness/platform.ts';
import { cores, cpuSeconds } from './harness/processor.ts';
import { startPeer, timed } from './harness/programs.ts';
import type { Run } from './harness/run.ts';
import type { HttpLoad } from './processes/http-load.ts';

const distinct = 2_000;

/** The same question with as many nonces as there are requests: no responder can answer from a cache. */
function withNonces(request: Buffer): Buffer[] {
  return Array.from({ length: distinct }, () => {
    const copy = Buffer.from(request);
    randomFillSync(copy, copy.length - 16); // the nonce is the last extension of what `openssl ocsp` writes
    return copy;
  });
}

/** OCSP answers a second, signed live, against `openssl ocsp` under the same client. */
export async function benchOcspHttp(run: Run): Promise<void> {
  const milliseconds = run.quick ? 1_000 : 10_000;
  const common = { connections: 64, once: false, milliseconds, warmUp: run.quick ? 50 : 5_000 } as const;
  const platform = await openPlatform(run, { core: cores.server });
  const [device] = await enrolDevices(platform, 1);
  const base = `http://127.0.0.1:${platform.ports.http}/pki`;
  const authority = Buffer.from(await (await fetch(`${base}/ca/vehicles.pem`)).text());
  writeFileSync(join(run.directory, 'vehicles.pem'), authority);
  writeFileSync(join(run.directory, 'device.pem'), device?.cert ?? '');
  const ask = ['openssl', 'ocsp', '-issuer', 'vehicles.pem', '-cert', 'device.pem', '-reqout', 'ours.req'];
  await timed(ask, { cwd: run.directory });
  const ours = withNonces(readFileSync(join(run.directory, 'ours.req')));
  const fileOf = (name: string, path: string, bodies: readonly Buffer[], close: boolean) =>
    writeRequests(
      join(run.directory, name),
      bodies.map((body) => postOf(path, 'application/ocsp-request', body, close)),
    );

  const path = '/pki/ocsp/vehicles';
  const { http: port } = platform.ports;
  const kept = { ...common, port, mode: 'keep-alive', requests: fileOf('kept', path, ours, false) } as const;
  const closed = { ...common, port, mode: 'close', requests: fileOf('closed', path, ours, true) } as const;
  const measure = async (load: HttpLoad, cpu: () => { readonly server: number }) => {
    const result = await runHttpLoad(load, cpu);
    if (result.failed > 0) throw new Error(`${result.failed} OCSP requests were refused`);
    const busy = `client ${Math.round((result.cpu / result.seconds) * 100)} % of its core`;
    const note = `${(result.completed / result.seconds).toFixed(0)}/s by the clock, p99 ${result.p99.toFixed(1)} ms, ${busy}`;
    return { perCore: result.completed / result.usage.server, rate: result.completed / result.seconds, note };
  };
  run.say('live OCSP over keep-alive, then one connection per request');
  const serverOnly = () => ({ server: platform.cpu().server });
  const live = await measure(kept, serverOnly);
  const single = await measure(closed, serverOnly);
  await platform.stopServer();

  run.say('openssl ocsp');
  const peer = await measureOpenssl(run, (load) => measure({ ...common, ...load }, () => ({ server: load.cpu() })));
  const against = 'openssl ocsp';
  const budget = '>=10000/s';
  run.add({
    bench: 'ocsp.http',
    value: live.perCore,
    unit: '1/s',
    against,
    ratio: live.perCore / peer.perCore,
    budget,
    met: live.perCore >= 10_000,
    note: `per CPU second of the server, keep-alive, nonce each; ${live.note}`,
  });
  run.add({
    bench: 'ocsp.http.clock',
    value: live.rate,
    unit: '1/s',
    against,
    ratio: live.rate / peer.rate,
    budget: '>=openssl ocsp',
    met: live.rate >= peer.rate,
    note: 'by the clock, each server alone on one core, the same client program',
  });
  run.add({
    bench: 'ocsp.http.close',
    value: single.perCore,
    unit: '1/s',
    against,
    ratio: single.perCore / peer.perCore,
    note: `one connection per request; ${single.note}`,
  });
  run.add({
    bench: 'ocsp.http.openssl',
    value: peer.perCore,
    unit: '1/s',
    note: `one connection per request, it knows no other way; ${peer.note}`,
  });
}

interface PeerLoad {
  readonly port: number;
  readonly requests: string;
  readonly mode: 'close';
  cpu(): number;
}

/** `openssl ocsp` with a small index and a P-256 responder key. */
async function measureOpenssl<T>(run: Run, measure: (load: PeerLoad) => Promise<T>): Promise<T> {
  const directory = join(run.directory, 'peer');
  const ca = await openOpensslCa(directory);
  await ca.openssl('ocsp', '-issuer', 'ca.pem', '-cert', 'ocsp.pem', '-reqout', 'peer.req');
  const bodies = withNonces(readFileSync(join(directory, 'peer.req')));
  const port = await freePort();
  const words = ['openssl', 'ocsp', '-index', 'index.txt', '-port', String(port), '-rsigner', 'ocsp.pem'];
  const child = await startPeer(run, [...words, '-rkey', 'ocsp.key', '-CA', 'ca.pem', '-nmin', '60'], {
    cwd: directory,
    port,
    core: cores.server,
  });
  const requests = writeRequests(
    join(directory, 'requests'),
    bodies.map((body) => postOf('/', 'application/ocsp-request', body, true)),
  );
  return measure({ port, requests, mode: 'close', cpu: () => cpuSeconds(child.pid) });
}
