import { type EventSeverity, uplinkTopic } from '@bulkhead/contract';
import type { Clock } from '@bulkhead/kernel';
import { createForwarder } from './forwarder.ts';
import { openJournal } from './journal.ts';
import type { Log } from './log.ts';
import type { State } from './state.ts';
import { backoffMs } from './timing.ts';

export interface EventInput {
  readonly type: string;
  readonly severity: EventSeverity;
  readonly ecuSerial?: string;
  readonly data?: Record<string, unknown>;
  readonly at?: Date;
}

export interface EventsOptions {
  readonly vin: string;
  readonly serial: string;
  readonly clock: Clock;
  readonly spread: number;
  readonly journalBytes?: number;
  readonly log: Log;
}

/** An event is small; more than this is cut to the fact that there was more. */
const maxEventBytes = 16 * 1024;
const json = (value: object) => Buffer.from(JSON.stringify(value));

/** Security events: numbered, kept in the journal, forwarded while there is a connection. */
export function createEvents(options: EventsOptions, state: State, boot: number) {
  const { vin, serial, clock, spread, journalBytes, log } = options;
  const journal = openJournal({
    directory: `${state.directory}/journal`,
    key: state.sealingKey,
    durable: state.durable,
    ...(journalBytes ? { maxBytes: journalBytes } : {}),
  });
  let sequence = 0;

  function record({ at = clock.now(), ...rest }: EventInput): number {
    const event = { boot, seq: sequence++, at: at.toISOString(), ...rest };
    const content = json(event);
    if (content.length <= maxEventBytes) return journal.append(content);
    return journal.append(json({ ...event, data: { tooLong: content.length } }));
  }

  const forwarder = createForwarder({
    journal,
    topic: uplinkTopic(vin, serial, 'events'),
    notice: (count, code) => record({ type: 'agent.events-refused', severity: 'medium', data: { count, code } }),
    pauseMs: (attempt) => backoffMs(attempt + 2, spread),
    log: (fields, message) => log('warn', fields, message),
  });
  return {
    journal,
    forwarder,
    record: (event: EventInput): void => {
      record(event);
      const lost = journal.takeDropped();
      if (lost > 0) record({ type: 'agent.events-dropped', severity: 'medium', data: { count: lost } });
      forwarder.flush();
    },
  };
}
