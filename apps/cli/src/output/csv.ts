import { escapeLines } from './escape.ts';

/**
 * One field (RFC 4180 s2). Text that a spreadsheet would run as a formula gets an apostrophe in front (OWASP, CSV
 * injection); numbers keep their sign.
 */
export function csvField(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'string' ? guarded(value) : json(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Lists of words are joined by spaces, anything deeper is JSON. */
function json(value: unknown): string {
  const words = Array.isArray(value) && value.every((item) => typeof item !== 'object');
  return words ? guarded(value.join(' ')) : (JSON.stringify(value) ?? '');
}

const guarded = (text: string) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);

export function csvLine(values: readonly unknown[], onTerminal = false): string {
  const line = values.map(csvField).join(',');
  return `${onTerminal ? escapeLines(line) : line}\r\n`;
}
