import { readFileSync } from 'node:fs';
import { connect as connectTls, createSecureContext, type SecureContext } from 'node:tls';
import { argumentOf, tell } from '../harness/child.ts';
import type { DeviceCredentials } from '../harness/fleet.ts';

/** Full handshakes, each judged by the front door: a first packet that is no CONNECT ends it without a session row. */
export interface Handshakes {
  readonly port: number;
  readonly ca: string;
  readonly devices: string;
  readonly count: number;
  readonly atOnce: number;
}

const load = await argumentOf<Handshakes>();
const devices = JSON.parse(readFileSync(load.devices, 'utf8')) as DeviceCredentials[];
const contexts = devices.map(({ key, cert }) => createSecureContext({ key, cert, ca: load.ca }));
const pingRequest = Buffer.from([0xc0, 0]);

function handshake(secureContext: SecureContext): Promise<number> {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const socket = connectTls({ host: '127.0.0.1', servername: 'localhost', port: load.port, secureContext });
    socket.once('secureConnect', () => socket.write(pingRequest));
    socket.resume();
    socket.once('error', reject);
    socket.once('close', () => resolve(performance.now() - began));
  });
}

/** One round for each `again` message; milliseconds of every handshake. */
async function round(): Promise<void> {
  const times: number[] = [];
  let next = 0;
  const worker = async () => {
    while (next < load.count) times.push(await handshake(contexts[next++ % contexts.length] as SecureContext));
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: load.atOnce }, worker));
  tell('round', { times, seconds: (performance.now() - began) / 1_000 });
}

process.on('message', () => void round());
tell('ready');
