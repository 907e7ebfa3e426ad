import { messageLimits } from '@bulkhead/contract';
import type { Journal, JournalRecord } from './journal.ts';
import type { Session } from './mqtt-session.ts';

export interface ForwarderOptions {
  readonly journal: Journal;
  readonly topic: string;
  /** Writes the notice that events were given up into the journal and returns the id of its record. */
  readonly notice: (count: number, code: number) => number;
  /** How long nothing is sent after the nth refusal in a row that may pass. */
  readonly pauseMs: (attempt: number) => number;
  readonly log: (fields: object, message: string) => void;
}

const eventsPerMessage = 50;
/** Topic, properties and framing around a payload. */
const overheadBytes = 512;

/**
 * Answers after which the same message would be refused for ever (MQTT 5 s3.4.2.1): implementation specific error, topic
 * name invalid, packet too large, payload format invalid. Any other refusal may pass, so the events stay.
 */
const neverAcceptable: ReadonlySet<number> = new Set([0x83, 0x90, 0x95, 0x99]);

const payloadOf = (records: readonly JournalRecord[]) =>
  Buffer.from(`[${records.map((record) => record.content.toString()).join(',')}]`);

/** The records of the next message; up to `singlesUntil` they go one by one. */
function nextBatch(journal: Journal, cursor: number, singlesUntil: number, roomBytes: number) {
  const most = Math.min(messageLimits.payloadBytes, roomBytes);
  const records = journal.peek(cursor, eventsPerMessage);
  const [first] = records;
  if (first && first.id <= singlesUntil) return [first];
  let bytes = 2;
  const fit = records.findIndex((record) => (bytes += record.content.length + 1) > most);
  // a record that is too long by itself goes alone: the platform's answer decides about it
  return fit < 0 ? records : records.slice(0, Math.max(1, fit));
}

/** Events given up, counted until the platform has stored a notice of them; one notice is under way at a time. */
function createGivenUp({ journal, notice: write, log }: ForwarderOptions) {
  let count = 0;
  let notice: { readonly id: number; readonly count: number } | undefined;
  const announce = (code: number) => {
    notice ??= { id: write(count, code), count };
  };
  let lastCode = 0;
  return {
    add: (record: JournalRecord, code: number): void => {
      journal.acknowledge([record]);
      log({ code }, 'the platform refused an event for good; it is given up');
      if (record.id === notice?.id) {
        notice = undefined; // no notice about a notice: that could go on for ever
        return;
      }
      count += 1;
      lastCode = code;
      announce(code);
    },
    accepted: (records: readonly JournalRecord[]): void => {
      if (!notice || !records.some(({ id }) => id === notice?.id)) return;
      count -= notice.count;
      notice = undefined;
      if (count > 0) announce(lastCode);
    },
  };
}

/**
 * Sends what waits in the journal, in order and as many messages at once as the platform allows. A record leaves the
 * journal when the platform has stored it, or when it alone is the reason of a refusal that cannot pass; the latter is
 * counted and told to the platform, never silent.
 */
export function createForwarder(options: ForwarderOptions) {
  const { journal } = options;
  let session: Session | undefined;
  let cursor = 0;
  let inFlight = 0;
  let pause: NodeJS.Timeout | undefined;
  let refusalsInRow = 0;
  let rewind = false;
  let singlesUntil = 0;
  let acknowledged = 0;
  const givenUp = createGivenUp(options);

  function flush(): void {
    if (rewind && inFlight === 0) {
      cursor = 0;
      rewind = false;
    }
    while (session && !pause && !rewind && session.free() > 1) {
      const records = nextBatch(journal, cursor, singlesUntil, session.maximumPacketBytes - overheadBytes);
      const last = records.at(-1);
      if (!last) return;
      cursor = last.id;
      inFlight += 1;
      void send(session, records);
    }
  }

  async function send(to: Session, records: readonly JournalRecord[]): Promise<void> {
    const code = await to.publish(options.topic, payloadOf(records)).catch(() => undefined);
    if (code === undefined || to !== session) return; // the connection ended; the next one sends them again
    inFlight -= 1;
    if (code < 0x80) accept(records);
    else if (neverAcceptable.has(code)) refuse(records, code);
    else wait(code);
    flush();
  }

  function accept(records: readonly JournalRecord[]): void {
    refusalsInRow = 0;
    acknowledged += records.length;
    journal.acknowledge(records);
    givenUp.accepted(records);
  }

  function refuse(records: readonly JournalRecord[], code: number): void {
    const [first] = records;
    if (first && records.length === 1) return givenUp.add(first, code);
    // one of them spoils the others: they go again one by one
    singlesUntil = Math.max(singlesUntil, records.at(-1)?.id ?? 0);
    rewind = true;
  }

  function wait(code: number): void {
    rewind = true;
    if (pause) return;
    const ms = options.pauseMs(refusalsInRow++);
    options.log({ code, ms }, 'the platform cannot take events now; they are kept');
    pause = setTimeout(() => {
      pause = undefined;
      flush();
    }, ms);
    pause.unref();
  }

  return Object.freeze({
    flush,
    /** The connection to send on, from the oldest record; `undefined` when it ended. */
    attach: (to: Session | undefined): void => {
      session = to;
      cursor = 0;
      inFlight = 0;
      rewind = false;
      clearTimeout(pause);
      pause = undefined;
      flush();
    },
    acknowledged: () => acknowledged,
  });
}
