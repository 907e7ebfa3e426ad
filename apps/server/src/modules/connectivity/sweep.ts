import type { Db } from '../../platform/db/database.ts';
import type { Connection } from './connection.ts';
import { pump } from './deliver.ts';
import type { Peer, Verdict } from './deps.ts';
import { reason } from './domain/reasons.ts';
import type { Front } from './front.ts';
import type { Journal } from './journal.ts';
import type { DueWill } from './session-port.ts';

export interface SweepDeps {
  readonly front: Front;
  readonly journal: Journal;
  readonly authenticate: (peer: Peer) => Verdict | Promise<Verdict>;
}

export interface Sweep {
  /** Publishes wills that are due now rather than at the next turn. */
  wills(): void;
  stop(): void;
}

const everyMs = 1_000;
/** All live certificates are judged again this often, so that a lost revocation notice costs seconds, not a session. */
const recheckTurns = 15;
/** A device that does not read is held no longer than this: what waits for it is memory. */
const stuckMs = 60_000;

/** Everything that time brings about: one pass a second over the live connections instead of a timer for each. */
export function startSweep(deps: SweepDeps): Sweep {
  const { front, journal } = deps;
  let turn = 0;
  let publishing = false;

  function pass(): void {
    turn++;
    const now = front.nowMs();
    let slice = 0;
    for (const connection of front.registry.all()) {
      checkTime(front, connection, now);
      if (connection.wantsPump) void pump(front, connection);
      if (slice++ % recheckTurns === turn % recheckTurns) void recheck(deps, connection);
    }
    front.connects.tidy();
    front.deps.metrics.gauge('mqtt_connections', front.registry.size);
    front.deps.metrics.gauge('mqtt_queued', front.committer.queued());
    void journal.flush();
    wills();
  }

  function wills(): void {
    if (publishing) return;
    publishing = true;
    publishWills(front)
      .catch((error: unknown) => front.deps.log.warn({ err: error }, 'wills could not be published; tried again'))
      .finally(() => {
        publishing = false;
      });
  }

  const timer = setInterval(pass, everyMs);
  return { wills, stop: () => clearInterval(timer) };
}

function checkTime(front: Front, connection: Connection, now: number): void {
  const { limits } = front;
  if (connection.ended !== undefined) return;
  if (connection.phase === 'new' && now - connection.since > limits.connectSeconds * 1_000) {
    front.refused(connection, 'protocol', `no CONNECT within ${limits.connectSeconds} s`);
    connection.end(undefined, 'no CONNECT in time');
  } else if (connection.keepAliveMs > 0 && !connection.held && now - connection.lastReceived > connection.keepAliveMs) {
    connection.end(reason.keepAliveTimeout, 'nothing was heard within one and a half keep-alives');
  } else if (connection.stuck && now - connection.lastReceived > stuckMs) {
    connection.end(undefined, 'the device took nothing that was sent to it');
  } else if (now >= connection.validTo) {
    front.refused(connection, 'certificate', 'expired while connected');
    connection.end(reason.administrative, 'the certificate has expired');
  }
}

async function recheck({ front, authenticate }: SweepDeps, connection: Connection): Promise<void> {
  try {
    const verdict = await authenticate(connection.peer);
    if (verdict.ok || connection.ended !== undefined) return;
    front.refused(connection, 'certificate', `${verdict.reason}: ${verdict.detail}`);
    connection.end(reason.administrative, 'the certificate is no longer accepted');
  } catch (error) {
    // Not knowing is not a verdict: a database outage must not cut the fleet.
    front.deps.log.debug({ err: error }, 'a certificate could not be checked again');
  }
}

/** A due will takes the way of any other message of the device. */
async function publishWills(front: Front): Promise<void> {
  const { sinks } = front.deps;
  const publish = async (tx: Db, { device, channel, payload, qos }: DueWill) => {
    const message = sinks[channel].parse(payload, device);
    await sinks[channel].store(tx, [{ device, message, qos, receivedAt: front.now() }]);
  };
  while ((await front.store.takeDueWills(front.now(), publish)) > 0);
}
