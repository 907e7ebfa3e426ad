import { type NotificationSeverity, notificationSeverities } from '@bulkhead/contract';
import type { Json } from '@bulkhead/kernel';

/** What a module tells; which channels hear it is decided by their subscriptions. */
export interface Message {
  readonly topic: string;
  readonly severity: NotificationSeverity;
  /** One line, at most 200 characters; longer ones are cut. */
  readonly subject: string;
  /** Plain text, at most 8,000 characters; longer ones are cut. */
  readonly text: string;
  /** Path in the console, such as `/jobs/1`. */
  readonly link?: string;
  /** For webhooks, at most 16 KiB of JSON. */
  readonly data?: Json;
  /** A message of the same topic and key is written once, as long as the first is kept (30 days after it ended). */
  readonly dedupeKey?: string;
}

const longest = { subject: 200, text: 8_000, link: 500, data: 16_384, dedupeKey: 200 } as const;

/** C0, C1, line ends and the marks that turn the direction of text: none of them has a place in one line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const unprintable = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const unprintableButLines = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

const cut = (text: string, most: number) => (text.length <= most ? text : `${text.slice(0, most - 1)}…`).toWellFormed();

/** One line that can stand in a header, a list or a log. */
export const oneLine = (text: string, most: number = longest.subject) =>
  cut(
    text
      .slice(0, most * 4)
      .replaceAll(unprintable, ' ')
      .trim(),
    most,
  );

/**
 * Makes a message storable. It never throws for what a foreign name or text brings in: the change that is told must not
 * fail because of its telling.
 */
export function storable(message: Message) {
  const { subject, text, link, data, dedupeKey } = message;
  const body = cut(
    text
      .slice(0, longest.text * 2)
      .replaceAll(/\r\n?/g, '\n')
      .replaceAll(unprintableButLines, ' '),
    longest.text,
  );
  return {
    severity: notificationSeverities.indexOf(message.severity),
    subject: oneLine(subject) || message.topic,
    body,
    link: link !== undefined && isConsolePath(link) ? link : null,
    data: data === undefined ? null : jsonOf(data),
    dedupe_key: dedupeKey === undefined ? null : oneLine(dedupeKey, longest.dedupeKey),
  };
}

/** A path of this console and nothing else: `//host` and `/\host` would lead away from it. */
export function isConsolePath(link: string): boolean {
  return link.length <= longest.link && /^\/(?![/\\])[\u0021-\u007e]*$/.test(link);
}

/** The column is `json` and not `jsonb`: it keeps the escapes of NUL and of lone surrogates, which are legal in JSON. */
function jsonOf(data: Json): string {
  const text = JSON.stringify(data);
  return Buffer.byteLength(text) > longest.data ? '{"omitted":"larger than 16 KiB"}' : text;
}
