import type { Json } from '@bulkhead/kernel';
import { quote, UptaneError } from '../error.ts';
import { scanJson, type TextRule } from './scan-json.ts';

export type JsonObject = { readonly [key: string]: Json | undefined };

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Decodes, bounds, scans and parses; the result is a JSON object.
 * @throws UptaneError `uptane.endless-data` above `maxBytes`, and the format codes.
 */
export function readJsonObject(bytes: Uint8Array, maxBytes: number, rule: TextRule): JsonObject {
  if (bytes.length > maxBytes)
    throw new UptaneError(
      'uptane.endless-data',
      '$',
      `${bytes.length} bytes are more than the ${maxBytes} allowed here`,
    );
  const text = decode(bytes);
  scanJson(text, rule);
  const value = parse(text);
  if (!isJsonObject(value)) throw new UptaneError('uptane.wrong-value', '$', 'the document must be a JSON object');
  return value;
}

// A byte order mark is kept, so that JSON.parse refuses it: what is signed starts with the brace.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decode(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new UptaneError('uptane.bad-text', '$', 'the bytes are not UTF-8', cause);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? quote(cause.message) : 'unreadable';
    throw new UptaneError('uptane.not-json', '$', `not valid JSON: ${why}`, cause);
  }
}
