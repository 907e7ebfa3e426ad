import { X509Certificate } from 'node:crypto';
import {
  type Command,
  clientIdOf,
  decodeJson,
  downlinkFilter,
  type EventSeverity,
  type InventoryReport,
  messageLimits,
  parseDownlink,
  uplinkTopic,
} from '@bulkhead/contract';
import type { Clock } from '@bulkhead/kernel';
import { AgentError } from './error.ts';
import { type Credential, type EstOptions, enrol, renew } from './est.ts';
import { type Journal, openJournal } from './journal.ts';
import { openSession, type Session } from './mqtt-session.ts';
import { type Identity, openState, type StateOptions } from './state.ts';

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
  readonly log?: (level: 'info' | 'warn', fields: object, message: string) => void;
}

export interface EventInput {
  readonly type: string;
  readonly severity: EventSeverity;
  readonly ecuSerial?: string;
  readonly data?: Record<string, unknown>;
  readonly at?: Date;
}

export interface AgentStatus {
  readonly state: 'starting' | 'enrolling' | 'connecting' | 'online' | 'waiting' | 'stopped';
  readonly detail: string;
  readonly waitingEvents: number;
  readonly acknowledgedEvents: number;
}

const firstDelayMs = 1_000;
const longestDelayMs = 300_000;
const sessionExpirySeconds = 7 * 86_400;
const eventsPerMessage = 50;

/** Renewal opens after two thirds of the validity; `spread` delays it by up to a sixth more. */
export function renewalDue(chain: string, now: Date, spread: number): boolean {
  const { validFrom, validTo } = new X509Certificate(chain);
  const [from, to] = [Date.parse(validFrom), Date.parse(validTo)];
  return now.getTime() >= from + (to - from) * (2 / 3 + spread / 6);
}

/** The wait before attempt n: doubles up to five minutes, and half of it depends on the device. */
export function backoffMs(attempt: number, spread: number): number {
  const full = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(attempt, 20));
  return full / 2 + (full / 2) * spread;
}

/**
 * The in-vehicle program. Makes its key, enrols over EST, connects out by MQTT (it opens no port), reports inventory,
 * heartbeat and security events with boot counter and sequence number, keeps events while offline, renews its
 * certificate, and answers commands. Everything it must not lose is on the medium before it is acted on.
 */
export function createAgent(options: AgentOptions) {
  const { vin, serial, clock, spread } = options;
  const state = openState(options.state);
  const boot = state.nextBoot();
  const startedAt = clock.now().getTime();
  const journal: Journal = openJournal({
    directory: `${state.directory}/journal`,
    key: state.sealingKey,
    durable: state.durable,
    ...(options.journalBytes ? { maxBytes: options.journalBytes } : {}),
  });
  const est: EstOptions = { url: options.estUrl, trust: options.trust, vin, serial };
  const log = options.log ?? (() => {});
  let sequence = 0;
  let reportSequence = 0;
  let acknowledged = 0;
  let session: Session | undefined;
  let sending = 0;
  let attempt = 0;
  let status: AgentStatus['state'] = 'starting';
  let detail = '';
  let timer: NodeJS.Timeout | undefined;
  let heartbeat: NodeJS.Timeout | undefined;

  function report(event: EventInput): void {
    const { at = clock.now(), ...rest } = event;
    journal.append(Buffer.from(JSON.stringify({ boot, seq: sequence++, at: at.toISOString(), ...rest })));
    flush();
  }

  /** Sends what waits, in order, as many messages at once as the platform allows; each is removed once it is stored. */
  function flush(): void {
    const lost = journal.takeDropped();
    if (lost > 0) report({ type: 'agent.events-dropped', severity: 'medium', data: { count: lost } });
    while (session && session.free() > 1 && sending < journal.size()) {
      const records = takeBatch();
      sending += records.length;
      send(session, records);
    }
  }

  function takeBatch() {
    let bytes = 2;
    const records = journal.peek(sending, eventsPerMessage);
    const fit = records.findIndex((record) => (bytes += record.content.length + 1) > messageLimits.payloadBytes);
    return fit <= 0 ? records.slice(0, fit === 0 ? 1 : records.length) : records.slice(0, fit);
  }

  function send(to: Session, records: readonly { content: Buffer }[]): void {
    const payload = Buffer.from(`[${records.map((record) => record.content.toString()).join(',')}]`);
    to.publish(uplinkTopic(vin, serial, 'events'), payload).then(
      (code) => {
        if (to !== session) return;
        // a refused message would be refused again for ever; it is given up and said so
        if (code >= 0x80) log('warn', { code, events: records.length }, 'the platform refused events');
        sending -= records.length;
        acknowledged += records.length;
        journal.acknowledge(records.length);
        flush();
      },
      () => {}, // the connection ended; what was in flight goes again with the next one
    );
  }

  async function reportInventory(to: Session): Promise<void> {
    const found = options.inventory();
    const code = await to.publish(
      uplinkTopic(vin, serial, 'inventory'),
      Buffer.from(JSON.stringify({ boot, seq: reportSequence++, ...found })),
    );
    if (code >= 0x80) log('warn', { code }, 'the platform refused the inventory report');
  }

  const beat = (to: Session) =>
    to.send(
      uplinkTopic(vin, serial, 'heartbeat'),
      Buffer.from(JSON.stringify({ boot, uptimeS: Math.round((clock.now().getTime() - startedAt) / 1000) })),
    );

  async function answer(command: Command): Promise<void> {
    const to = session;
    if (!to) return;
    const reply = (outcome: string, text?: string) =>
      to.publish(
        uplinkTopic(vin, serial, 'ack'),
        Buffer.from(JSON.stringify({ id: command.id, outcome, ...(text ? { detail: text.slice(0, 500) } : {}) })),
      );
    if (command.expiresAt && Date.parse(command.expiresAt) < clock.now().getTime())
      return void (await reply('refused', 'expired'));
    if (command.command === 'report-inventory') {
      await reportInventory(to);
      await reply('done');
    } else if (command.command === 'renew-certificate') {
      await reply('accepted');
      await renewIdentity();
    } else await reply('refused', 'this agent does not know the command');
  }

  function onMessage(topic: string, payload: Buffer): void {
    const to = parseDownlink(topic);
    if (to?.channel !== 'commands') return;
    try {
      answer(decodeJson(payload) as Command).catch((error: unknown) =>
        log('warn', { err: String(error) }, 'a command failed'),
      );
    } catch (error) {
      log('warn', { err: String(error) }, 'a command could not be read');
    }
  }

  async function identityInUse(): Promise<Identity> {
    const known = state.identity();
    if (known) return known;
    status = 'enrolling';
    const claim = options.claim?.();
    if (!claim)
      throw new AgentError(
        'agent.enrolment-refused',
        'There is no identity yet and no claim certificate to ask for one',
      );
    const identity = await enrol(est, claim);
    state.saveIdentity(identity);
    log('info', { serial }, 'enrolled');
    return identity;
  }

  async function renewIdentity(): Promise<void> {
    const current = state.identity();
    if (!current) return;
    state.saveIdentity(await renew(est, current));
    report({ type: 'agent.certificate-renewed', severity: 'info' });
    session?.end(); // the next connection uses the new certificate
  }

  async function connect(): Promise<void> {
    const identity = await identityInUse();
    if (renewalDue(identity.chain, clock.now(), spread))
      await renewIdentity().catch((error: unknown) =>
        log('warn', { err: String(error) }, 'renewal failed; it is tried again later'),
      );
    const { key, chain } = state.identity() ?? identity;
    status = 'connecting';
    const opened = await openSession({
      ...options.mqtt,
      trust: options.trust,
      key,
      chain,
      clientId: clientIdOf(vin, serial),
      keepAliveSeconds: 60,
      sessionExpirySeconds,
      onMessage,
      onEnd,
    });
    if (status === ('stopped' as AgentStatus['state'])) return opened.end();
    session = opened;
    sending = 0;
    attempt = 0;
    status = 'online';
    detail = '';
    if (!opened.sessionPresent) await opened.subscribe(downlinkFilter(vin, serial));
    beat(opened);
    await reportInventory(opened);
    flush();
  }

  function onEnd(reason: string): void {
    session = undefined;
    if (status === 'stopped') return;
    schedule(reason);
  }

  function schedule(reason: string): void {
    if (status === 'stopped') return;
    status = 'waiting';
    detail = reason;
    clearTimeout(timer);
    timer = setTimeout(run, backoffMs(attempt++, spread));
  }

  function run(): void {
    connect().catch((error: unknown) => {
      const text = error instanceof Error ? error.message : String(error);
      log('warn', { attempt }, text);
      // a refusal will not change by itself within seconds
      if (error instanceof AgentError && error.code === 'agent.enrolment-refused') attempt = Math.max(attempt, 6);
      if (session) session.end();
      else schedule(text);
    });
  }

  const period = (options.heartbeatSeconds ?? 60) * 1000;
  const tick = () => {
    if (session) beat(session);
    const identity = state.identity();
    if (session && identity && renewalDue(identity.chain, clock.now(), spread)) renewIdentity().catch(() => {});
    heartbeat = setTimeout(tick, period);
  };

  return Object.freeze({
    vin,
    serial,
    boot,
    start: (): void => {
      report({ type: 'agent.started', severity: 'info', data: { boot } });
      heartbeat = setTimeout(tick, period * (0.5 + spread / 2));
      run();
    },
    /** Ends the connection cleanly; what was not acknowledged stays in the journal. */
    stop: (): void => {
      status = 'stopped';
      clearTimeout(timer);
      clearTimeout(heartbeat);
      session?.end();
      journal.close();
    },
    report,
    reportInventory: async (): Promise<void> => {
      if (session) await reportInventory(session);
    },
    status: (): AgentStatus => ({
      state: status,
      detail,
      waitingEvents: journal.size(),
      acknowledgedEvents: acknowledged,
    }),
  });
}
export type Agent = ReturnType<typeof createAgent>;
