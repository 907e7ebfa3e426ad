import { type EventSeverity, eventSeverities, isTopicLevel } from '@bulkhead/contract';
import type { EventInput } from './events.ts';

/** Longest line a local program may hand over. */
export const maxLineBytes = 32 * 1024;
const typeForm = /^[a-z0-9]+([.-][a-z0-9]+)*$/;

const isSeverity = (value: unknown): value is EventSeverity => (eventSeverities as readonly unknown[]).includes(value);

/** Reads an event of a local program: one JSON object with type, severity, and maybe ecuSerial and data. */
export function readEventLine(line: string): EventInput | { readonly fault: string } {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { fault: 'not JSON' };
  }
  if (typeof value !== 'object' || value === null) return { fault: 'not an object' };
  const { type, severity, ecuSerial, data, ...more } = value as Record<string, unknown>;
  const [unknown] = Object.keys(more);
  if (unknown !== undefined) return { fault: `"${unknown.slice(0, 64)}" is not known` };
  if (typeof type !== 'string' || type.length > 96 || !typeForm.test(type))
    return { fault: 'type must be words of a-z and 0-9 joined by dots and dashes' };
  if (!isSeverity(severity)) return { fault: `severity must be one of ${eventSeverities.join(', ')}` };
  if (ecuSerial !== undefined && (typeof ecuSerial !== 'string' || !isTopicLevel(ecuSerial)))
    return { fault: 'ecuSerial is not a serial number' };
  if (data !== undefined && (typeof data !== 'object' || data === null || Array.isArray(data)))
    return { fault: 'data must be an object' };
  return {
    type,
    severity,
    ...(ecuSerial === undefined ? {} : { ecuSerial }),
    ...(data === undefined ? {} : { data: data as Record<string, unknown> }),
  };
}

/** Cuts a stream into lines of a bounded length; a longer one is handed over as `undefined`. */
export function createLineSplitter(each: (line: string | undefined) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0);
  let skipping = false;
  return (chunk) => {
    let data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let end = data.indexOf(0x0a); end >= 0; end = data.indexOf(0x0a)) {
      each(skipping || end > maxLineBytes ? undefined : data.toString('utf8', 0, end));
      skipping = false;
      data = data.subarray(end + 1);
    }
    skipping ||= data.length > maxLineBytes;
    rest = skipping ? Buffer.alloc(0) : Buffer.from(data);
  };
}
