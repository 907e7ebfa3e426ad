import { Problem } from '@bulkhead/kernel';
import { type Static, type TSchema, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { OneOf } from './operation.ts';

/** Bounds of one message, the same for the vehicle, the endpoint and the published AsyncAPI document. */
export const messageLimits = Object.freeze({
  payloadBytes: 128 * 1024,
  depth: 12,
  eventsPerMessage: 200,
  ecusPerReport: 200,
  softwarePerReport: 2_000,
});

/** What stands in one level of a topic and in a client id: no separators, no wildcards, no blanks, no `$` in front. */
export const topicLevelPattern = '^[A-Za-z0-9][A-Za-z0-9._~-]{0,63}$';

const SerialText = Type.String({
  pattern: topicLevelPattern,
  description: 'Serial number of an ECU of the same vehicle',
});
const ShortText = Type.String({ minLength: 1, maxLength: 128 });
const Counter = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const Boot = Type.Integer({
  minimum: 0,
  maximum: 0xffff_ffff,
  description: 'Boot counter of the reporting ECU; never falls',
});
const Seq = Type.Integer({
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'Counts up within one boot; (ECU, boot, seq) names the message and makes its storage exactly-once',
});
// RFC 3339, UTC only: vehicles report no local time.
const Instant = Type.String({
  pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,9})?Z$',
  maxLength: 32,
  description: 'UTC time by the clock of the vehicle, which may be wrong',
});
const BoundedObject = Type.Record(Type.String({ maxLength: 64 }), Type.Unknown(), {
  maxProperties: 64,
  description: 'Free members; the depth and size of the whole message are bounded',
});
const closed = { additionalProperties: false } as const;

export const Heartbeat = Type.Object(
  {
    boot: Boot,
    uptimeS: Type.Number({ minimum: 0, maximum: 4e9 }),
    state: Type.Optional(
      Type.Union([Type.Literal('parked'), Type.Literal('driving'), Type.Literal('charging'), Type.Literal('workshop')]),
    ),
  },
  { ...closed, $id: 'Heartbeat', description: 'Sign of life. Carries no position: that would be personal data' },
);
export type Heartbeat = Static<typeof Heartbeat>;

export const ReportedSoftware = Type.Object(
  {
    ecuSerial: SerialText,
    slot: Type.Optional(
      Type.String({ minLength: 1, maxLength: 32, description: 'Bank or partition; absent = the running one' }),
    ),
    name: ShortText,
    version: ShortText,
    partNumber: Type.Optional(ShortText),
    sha256: Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$' })),
  },
  closed,
);
export const ReportedEcu = Type.Object(
  {
    serial: SerialText,
    hardwareVersion: Type.Optional(ShortText),
    partNumber: Type.Optional(ShortText),
    name: Type.Optional(ShortText),
  },
  closed,
);
export const InventoryReport = Type.Object(
  {
    boot: Boot,
    seq: Seq,
    software: Type.Array(ReportedSoftware, { maxItems: messageLimits.softwarePerReport }),
    ecus: Type.Array(ReportedEcu, { maxItems: messageLimits.ecusPerReport }),
  },
  {
    ...closed,
    $id: 'InventoryReport',
    description: 'What the reporting ECU finds installed on itself and on the ECUs behind it',
  },
);
export type InventoryReport = Static<typeof InventoryReport>;

export const eventSeverities = ['info', 'low', 'medium', 'high', 'critical'] as const;
export type EventSeverity = (typeof eventSeverities)[number];

export const SecurityEvent = Type.Object(
  {
    boot: Boot,
    seq: Seq,
    at: Instant,
    type: Type.String({ pattern: '^[a-z0-9]+([.-][a-z0-9]+)*$', maxLength: 96 }),
    severity: OneOf(eventSeverities),
    ecuSerial: Type.Optional(SerialText),
    data: Type.Optional(BoundedObject),
  },
  {
    ...closed,
    $id: 'SecurityEvent',
    description: 'One observation; ecuSerial names the ECU when a gateway reports for it',
  },
);
export type SecurityEvent = Static<typeof SecurityEvent>;

export const SecurityEvents = Type.Union(
  [SecurityEvent, Type.Array(SecurityEvent, { minItems: 1, maxItems: messageLimits.eventsPerMessage })],
  { $id: 'SecurityEvents', description: 'One event, or a batch in the order of its sequence numbers' },
);
export type SecurityEvents = Static<typeof SecurityEvents>;

export const CommandAnswer = Type.Object(
  {
    id: Type.String({ minLength: 1, maxLength: 64, description: 'The id of the command answered' }),
    outcome: Type.Union([
      Type.Literal('accepted'),
      Type.Literal('done'),
      Type.Literal('refused'),
      Type.Literal('failed'),
    ]),
    at: Type.Optional(Instant),
    detail: Type.Optional(Type.String({ maxLength: 1_000 })),
    data: Type.Optional(BoundedObject),
  },
  { ...closed, $id: 'CommandAnswer' },
);
export type CommandAnswer = Static<typeof CommandAnswer>;

export const Command = Type.Object(
  {
    id: Type.String({ minLength: 1, maxLength: 64 }),
    command: Type.String({ pattern: '^[a-z0-9]+([.-][a-z0-9]+)*$', maxLength: 96 }),
    expiresAt: Type.Optional(Instant),
    arguments: Type.Optional(BoundedObject),
  },
  { ...closed, $id: 'Command' },
);
export type Command = Static<typeof Command>;

export const Notice = Type.Object(
  {
    kind: Type.String({ pattern: '^[a-z0-9]+([.-][a-z0-9]+)*$', maxLength: 96 }),
    data: Type.Optional(BoundedObject),
    seq: Type.Optional(Counter),
  },
  { ...closed, $id: 'Notice' },
);
export type Notice = Static<typeof Notice>;

export type MessageProblemCode =
  | 'message.too-large'
  | 'message.too-deep'
  | 'message.too-often'
  | 'message.not-json'
  | 'message.not-valid';
export class MessageProblem extends Problem<MessageProblemCode> {}

/**
 * Bytes to JSON with size and depth bounded *before* the parser runs, and UTF-8 checked (RFC 8259 s8.1). Text that no
 * database holds is made storable: NUL becomes its escape in six characters, half a surrogate pair U+FFFD.
 * @throws MessageProblem
 */
export function decodeJson(payload: Uint8Array, limits: { bytes?: number; depth?: number } = {}): unknown {
  const bytes = limits.bytes ?? messageLimits.payloadBytes;
  const depth = limits.depth ?? messageLimits.depth;
  if (payload.length > bytes)
    throw new MessageProblem(
      'message.too-large',
      `a message has at most ${bytes} bytes, this one has ${payload.length}`,
    );
  if (deeperThan(payload, depth))
    throw new MessageProblem('message.too-deep', `objects and arrays nest at most ${depth} deep`);
  try {
    const text = strictUtf8.decode(payload);
    const value: unknown = JSON.parse(text);
    // Both can only come as an escape.
    return text.includes('\\u') ? storable(value) : value;
  } catch (cause) {
    throw new MessageProblem('message.not-json', 'the payload is not JSON in UTF-8', { cause });
  }
}

/** One message that PostgreSQL refuses would hold up every other message of its batch. */
function storable(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('\0', '\\u0000').toWellFormed();
  if (Array.isArray(value)) return value.map(storable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [storable(name), storable(member)]));
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });
const [quote, backslash, openBrace, openBracket, closeBrace, closeBracket] = [0x22, 0x5c, 0x7b, 0x5b, 0x7d, 0x5d];

function deeperThan(payload: Uint8Array, most: number): boolean {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < payload.length; i++) {
    const byte = payload[i] as number;
    if (quoted) {
      if (byte === backslash) i++;
      else if (byte === quote) quoted = false;
    } else if (byte === quote) quoted = true;
    else if (byte === openBrace || byte === openBracket) {
      if (++depth > most) return true;
    } else if (byte === closeBrace || byte === closeBracket) depth--;
  }
  return false;
}

/** A decoder that bounds, parses and checks one kind of message; its problems name the member at fault. */
export function messageDecoder<const Schema extends TSchema>(schema: Schema): (payload: Uint8Array) => Static<Schema> {
  const compiled = Compile(schema);
  return (payload) => {
    const value = decodeJson(payload);
    if (compiled.Check(value)) return value as Static<Schema>;
    const fault = compiled.Errors(value)[0];
    const where = fault === undefined || fault.instancePath === '' ? 'the message' : fault.instancePath;
    throw new MessageProblem('message.not-valid', `${where} ${fault?.message ?? 'does not fit its schema'}`);
  };
}

export const decodeHeartbeat = messageDecoder(Heartbeat);
export const decodeInventoryReport = messageDecoder(InventoryReport);
export const decodeCommandAnswer = messageDecoder(CommandAnswer);

/** The pattern takes the 30th of February and the hour 99; the database takes neither. */
function isInstant(text: string): boolean {
  const date = new Date(text);
  return date.getUTCFullYear() > 0 && date.getUTCDate() === Number(text.slice(8, 10));
}

const decodeEventOrBatch = messageDecoder(SecurityEvents);
/** Always a list: a single event is a batch of one. */
export function decodeSecurityEvents(payload: Uint8Array): SecurityEvent[] {
  const found = decodeEventOrBatch(payload);
  const events = Array.isArray(found) ? found : [found];
  const wrong = events.findIndex(({ at }) => !isInstant(at));
  if (wrong >= 0) throw new MessageProblem('message.not-valid', `event ${wrong}: at is not a time that exists`);
  return events;
}
