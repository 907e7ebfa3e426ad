import { clientIdOf, type InventoryReport } from '@bulkhead/contract';
import type { Clock } from '@bulkhead/kernel';
import { createConnectionLoop } from './connection-loop.ts';
import { createDeviceIdentity } from './device-identity.ts';
import { createEvents, type EventInput } from './events.ts';
import type { Log } from './log.ts';
import { openSession } from './mqtt-session.ts';
import { createReports } from './reports.ts';
import { openState, type State, type StateOptions } from './state.ts';
import type { Credential } from './tls-context.ts';
import { createAgentUpdates, type ProvidedUpdates } from './updates/agent-updates.ts';

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
  /** Left out: this agent takes no updates. */
  readonly updates?: ProvidedUpdates;
  /** How often updates are asked for when nobody wakes this agent. */
  readonly pollSeconds?: number | undefined;
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
  const { vin, serial, spread, log = () => {} } = options;
  const state = openState(options.state);
  const boot = state.nextBoot();
  const events = createEvents({ ...options, log }, state, boot);
  const identity = identityOf(options, state, log, () => {
    events.record({ type: 'agent.certificate-renewed', severity: 'info' });
    loop.renewConnection(); // the next connection uses the new certificate
  });
  const { record } = events;
  const wiring = { ...options, log, state, record, identity: identity.inUse, reportInventory: () => reportInventory() };
  // one door for EST and updates
  const updates = options.updates && createAgentUpdates(options.updates, { ...wiring, url: options.estUrl });
  const reports = createReports(
    { ...options, renewCertificate: identity.renew, checkUpdates: () => updates?.wake() ?? false, log },
    boot,
  );
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
    if (!session) return;
    reports.beat(session);
    void identity.renewWhenDue();
  });

  async function reportInventory(): Promise<void> {
    const session = loop.session();
    if (session) await reports.inventory(session);
  }

  return Object.freeze({
    vin,
    serial,
    boot,
    start: (): void => {
      events.record({ type: 'agent.started', severity: 'info', data: { boot } });
      heartbeat.start();
      loop.run();
      updates?.start();
    },
    /** Ends the connection cleanly; what was not acknowledged stays in the journal. */
    stop: (): void => {
      updates?.stop();
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
    reportInventory,
    /** Asks for updates now. */
    checkUpdates: (): void => void updates?.wake(),
    /** The state of the vehicle or the mind of its user changed: an update that waits for that goes on. */
    vehicleChanged: (): void => updates?.changed(),
    /** The modem says whether there is coverage: without it nothing is tried and nothing drains the battery. */
    setNetwork: loop.setNetwork,
    status: (): AgentStatus => statusOf(identity, loop, events),
  });
}

const identityOf = (options: AgentOptions, state: State, log: Log, renewed: () => void) => {
  const { vin, serial, trust, estUrl, claim } = options;
  return createDeviceIdentity({ ...options, state, log, renewed, claim, est: { url: estUrl, trust, vin, serial } });
};

const statusOf = (
  identity: ReturnType<typeof createDeviceIdentity>,
  loop: ReturnType<typeof createConnectionLoop>,
  { journal, forwarder }: ReturnType<typeof createEvents>,
): AgentStatus => ({
  state: identity.enrolling() ? 'enrolling' : loop.state(),
  detail: loop.detail(),
  waitingEvents: journal.size(),
  acknowledgedEvents: forwarder.acknowledged(),
});
export type Agent = ReturnType<typeof createAgent>;
