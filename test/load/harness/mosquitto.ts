import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from './platform.ts';
import { cores } from './processor.ts';
import { startPeer } from './programs.ts';
import type { Run } from './run.ts';

export const mosquittoProgram = '/usr/sbin/mosquitto';

/** Debian's broker with mutual TLS and nothing on disk; a plain listener on loopback is for one subscriber. */
export async function startMosquitto(run: Run, directory: string) {
  const port = await freePort();
  const plainPort = await freePort();
  const configuration = `per_listener_settings false
allow_anonymous true
persistence false
log_type none
max_inflight_messages 100
max_queued_messages 100000
max_packet_size 262144
set_tcp_nodelay true
listener ${port} 127.0.0.1
cafile ${join(directory, 'ca.pem')}
certfile ${join(directory, 'server.pem')}
keyfile ${join(directory, 'server.key')}
require_certificate true
tls_version tlsv1.3
listener ${plainPort} 127.0.0.1
`;
  const file = join(directory, 'mosquitto.conf');
  writeFileSync(file, configuration);
  const child = await startPeer(run, [mosquittoProgram, '-c', file], { cwd: directory, port, core: cores.server });
  return { pid: child.pid, port, plainPort };
}
