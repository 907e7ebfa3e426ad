import { clientIdOf, type InventoryReport } from '@bulkhead/contract';
import type { Clock } from '@bulkhead/kernel';
import { createConnectionLoop } from './connection-loop.ts';
import { createDeviceIdentity } from './device-identity.ts';
import type { Credential } from './est.ts';
import { createEvents, type EventInput } from './events.ts';
import type { Log } from './log.ts';
import { openSession } from './mqtt-session.ts';
import { createReports } from './reports.ts';
import { openState, type StateOptions } from './state.ts';

export interface AgentOptions {
  readonly vin: string;
  readonly serial: string;
  /** `https://host:port` for EST. */
  readonly estUrl: string;
  readonly mqtt: { readonly host: string; readonly port: number };
  readonly trust: string;
  readonly state: StateOptions;
  /** The plant's claim certificate; needed until the ECU has an identity. Asked for only then. */
  readonly claim?: () => Credential | undefined;
  /** What is installed on this ECU and on those behind it, read when a report is due. */
  readonly inventory: () => Pick<InventoryReport, 'software' | 'ecus'>;
  readonly clock: Clock;
  /** 0..1, different for each device: spreads reconnects, heartbeats and renewals of a fleet. */
  readonly spread: number;
  readonly heartbeatSeconds?: number;
  readonly journalBytes?: number;
  readonly log?: Log;
}

export interface AgentStatus {
  readonly state: 'starting' | 'enrolling' | 'connecting' | 'online' | 'waiting' | 'stopped';
  readonly detail: string;
  readonly waitingEvents: number;
  readonly acknowledgedEvents: number;
}

const sessionExpirySeconds = 7 * 86_400;
/** The first beat comes after half a period to a whole one, so that a fleet does not beat at once. */
function createHeartbeat({ heartbeatSeconds = 60, spread }: AgentOptions, beat: () => void) {
  const period = heartbeatSeconds * 1_000;
  let timer: NodeJS.Timeout | undefined;
  const run = () => {
    timer = setTimeout(run, period);
    beat();
  };
  return {
    start: (): void => {
      timer = setTimeout(run, period * (0.5 + spread / 2));
    },
    stop: (): void => clearTimeout(timer),
  };
}

const sessionOptions = ({ vin, serial, mqtt, trust }: AgentOptions) => ({
  ...mqtt,
  trust,
  clientId: clientIdOf(vin, serial),
  keepAliveSeconds: 60,
  sessionExpirySeconds,
});

/**
 * The in-vehicle program. Makes its key, enrols over EST, connects out by MQTT (it opens no port), reports inventory,
 * heartbeat and security events with boot counter and sequence number, keeps events while offline, renews its
 * certificate, and answers commands. Everything it must not lose is on the medium before it is acted on.
 */
export function createAgent(options: AgentOptions) {
  const { vin, serial, clock, spread, trust, log = () => {} } = options;
  const state = openState(options.state);
  const boot = state.nextBoot();
  const events = createEvents({ ...options, log }, state, boot);
  const identity = createDeviceIdentity({
    state,
    est: { url: options.estUrl, trust, vin, serial },
    claim: options.claim,
    clock,
    spread,
    renewed: () => {
      events.record({ type: 'agent.certificate-renewed', severity: 'info' });
      loop.renewConnection(); // the next connection uses the new certificate
    },
    log,
  });
  const reports = createReports({ ...options, renewCertificate: identity.renew, log }, boot);
  // what was queued may come in the same breath as the CONNACK, before there is a session to answer on
  const onMessage = (topic: string, payload: Buffer): void =>
    void setImmediate(() => reports.receive(topic, payload, loop.session()));
  const loop = createConnectionLoop({
    spread,
    open: async (onEnd) => openSession({ ...sessionOptions(options), ...(await identity.inUse()), onMessage, onEnd }),
    greet: async (session) => {
      await reports.greet(session);
      events.forwarder.attach(session);
    },
    ended: () => events.forwarder.attach(undefined),
    log,
  });
  const heartbeat = createHeartbeat(options, () => {
    const session = loop.session();
    if (session) reports.beat(session);
    if (session) void identity.renewWhenDue();
  });

  return Object.freeze({
    vin,
    serial,
    boot,
    start: (): void => {
      events.record({ type: 'agent.started', severity: 'info', data: { boot } });
      heartbeat.start();
      loop.run();
    },
    /** Ends the connection cleanly; what was not acknowledged stays in the journal. */
    stop: (): void => {
      heartbeat.stop();
      loop.stop();
      events.forwarder.attach(undefined);
      events.journal.close();
    },
    /** On the medium when this returns; sent when there is a connection. After `stop` it waits for the next start. */
    report: (event: EventInput): void => {
      events.record(event);
      if (loop.stopped()) events.journal.close();
    },
    reportInventory: async (): Promise<void> => {
      const session = loop.session();
      if (session) await reports.inventory(session);
    },
    /** The modem says whether there is coverage: without it nothing is tried and nothing drains the battery. */
    setNetwork: loop.setNetwork,
    status: (): AgentStatus => ({
      state: identity.enrolling() ? 'enrolling' : loop.state(),
      detail: loop.detail(),
      waitingEvents: events.journal.size(),
      acknowledgedEvents: events.forwarder.acknowledged(),
    }),
  });
}
export type Agent = ReturnType<typeof createAgent>;
