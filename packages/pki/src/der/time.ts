import { PkiError } from '../error.ts';
import type { DerValue } from './read.ts';
import { malformed } from './read.ts';
import { tags } from './write.ts';

const two = (n: number): string => (n < 10 ? `0${n}` : String(n));

function digits(at: Date, from: 0 | 2): string {
  const year = at.getUTCFullYear();
  if (!(year >= 1950 && year <= 9999))
    throw new PkiError('pki.bad-time', 'Times in certificates lie between 1950 and 9999');
  const date = String(year).slice(from) + two(at.getUTCMonth() + 1) + two(at.getUTCDate());
  return `${date}${two(at.getUTCHours())}${two(at.getUTCMinutes())}${two(at.getUTCSeconds())}Z`;
}

function text(tag: number, value: string): Buffer {
  const out = Buffer.allocUnsafe(2 + value.length);
  out[0] = tag;
  out[1] = value.length;
  out.write(value, 2, 'latin1');
  return out;
}

/** GeneralizedTime in whole seconds (RFC 5280 s4.1.2.5.2). */
export const generalizedTime = (at: Date): Buffer => text(tags.generalizedTime, digits(at, 0));

/** UTCTime through 2049 and GeneralizedTime from 2050 on (RFC 5280 s4.1.2.5). */
export const time = (at: Date): Buffer =>
  at.getUTCFullYear() < 2050 ? text(tags.utcTime, digits(at, 2)) : generalizedTime(at);

/** Reads a Time of RFC 5280 s4.1.2.5: seconds and Z are there, fractions are not, and the form fits the year. */
export function readTime(value: DerValue, what: string): Date {
  const content = Buffer.from(
    value.source.buffer,
    value.source.byteOffset + value.body,
    value.end - value.body,
  ).toString('latin1');
  const short = value.tag === tags.utcTime;
  if (!short && value.tag !== tags.generalizedTime) throw malformed(`${what} is not a time`);
  if (!(short ? /^\d{12}Z$/ : /^\d{14}Z$/).test(content)) throw malformed(`${what} is not written YYMMDDHHMMSSZ`);
  const century = short ? (content < '50' ? '20' : '19') : '';
  const d = century + content;
  const iso = `${d.slice(0, 4)}-${d.slice(4, 6)}-${d.slice(6, 8)}T${d.slice(8, 10)}:${d.slice(10, 12)}:${d.slice(12, 14)}.000Z`;
  const at = new Date(iso);
  // Date accepts 30 February and hour 24; comparing with its own text refuses both.
  if (Number.isNaN(at.getTime()) || at.toISOString() !== iso) throw malformed(`${what} is not a date of the calendar`);
  if (!short && at.getUTCFullYear() < 2050) throw malformed(`${what} must be a UTCTime before 2050`);
  return at;
}
