import { notificationSeverities } from '@bulkhead/contract';
import type { Entry, Parcel } from './parcel.ts';

/** Characters of a message's text that a digest shows. */
const excerpt = 300;

export const titleOf = ({ severity, subject }: Entry): string => `[${severity}] ${subject}`;

export const worstOf = (entries: readonly Entry[]): Entry['severity'] =>
  notificationSeverities.findLast((severity) => entries.some((entry) => entry.severity === severity)) ?? 'info';

/** The line that stands for the whole parcel. */
export function headlineOf({ digest, entries, more }: Parcel): string {
  const [first] = entries;
  const count = entries.length + more;
  if (first && (!digest || count === 1)) return titleOf(first);
  return `[${worstOf(entries)}] ${count} notifications`;
}

export const moreLineOf = ({ more }: Parcel): string => `and ${more} more`;

/** At most `most` characters, cut with an ellipsis and never inside a character. */
export const shorten = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1)}…`.toWellFormed();

export const entryText = (entry: Entry, digest: boolean): string =>
  digest ? shorten(entry.text, excerpt) : entry.text;

export function plainTextOf(parcel: Parcel): string {
  const { digest, entries, more, moreLink } = parcel;
  const blocks = entries.map((entry) =>
    [digest ? titleOf(entry) : undefined, entryText(entry, digest), entry.link]
      .filter((part) => part !== undefined && part !== null && part !== '')
      .join('\n'),
  );
  if (more > 0) blocks.push(`${moreLineOf(parcel)}\n${moreLink}`);
  return `${blocks.join('\n\n')}\n`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
export const escapeHtml = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');

/** No style sheet, no image, no script: a mail that looks the same everywhere and tells nobody that it was opened. */
export function htmlOf(parcel: Parcel): string {
  const { digest, entries, more, moreLink } = parcel;
  const linkTo = (address: string, text: string) => `<p><a href="${escapeHtml(address)}">${escapeHtml(text)}</a></p>`;
  const blocks = entries.map((entry) => {
    const text = escapeHtml(entryText(entry, digest)).replaceAll('\n', '<br>\n');
    return `<h3>${escapeHtml(titleOf(entry))}</h3>\n<p>${text}</p>\n${entry.link ? linkTo(entry.link, 'Open in Bulkhead') : ''}`;
  });
  if (more > 0) blocks.push(linkTo(moreLink, moreLineOf(parcel)));
  return `<!doctype html>\n<html><body>\n${blocks.join('\n<hr>\n')}\n</body></html>\n`;
}
