import { quote, SbomError } from '../errors.ts';
import type { SbomLimits } from '../limits.ts';
import type { Warnings } from '../warnings.ts';
import { scanJson } from './scan-json.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** Bounds and decodes a document. Accepts a UTF-8 byte order mark. @throws SbomError */
export function readText(input: Uint8Array | string, limits: SbomLimits): string {
  if (input.length > limits.maxBytes) {
    const size = `${input.length} bytes are more than the limit of ${limits.maxBytes} (maxBytes)`;
    throw new SbomError('sbom.too-large', '$', `${size}; split the document or raise the limit`);
  }
  return typeof input === 'string' ? checkText(input) : decode(input);
}

/** Scans and parses; the result is a JSON object. */
export function readJsonObject(text: string, limits: SbomLimits, warnings: Warnings): JsonObject {
  refuseOtherSyntax(text);
  scanJson(text, limits, warnings);
  const value = parse(text);
  if (!isJsonObject(value)) throw new SbomError('sbom.wrong-type', '$', 'the document must be a JSON object');
  return value;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function checkText(text: string): string {
  if (!text.isWellFormed()) {
    throw new SbomError('sbom.bad-text', '$', 'the text holds half of a surrogate pair; write valid Unicode text');
  }
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

function decode(bytes: Uint8Array): string {
  const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  try {
    if (!utf16) return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // falls through to the same answer
  }
  throw new SbomError(
    'sbom.bad-text',
    '$',
    `the bytes are ${utf16 ? 'UTF-16' : 'not UTF-8'}; save the document as UTF-8`,
  );
}

function refuseOtherSyntax(text: string): void {
  const start = text.slice(0, 200).trimStart();
  if (start.startsWith('{')) return;
  const isTagValue = /^(#|SPDXVersion:)/.test(start);
  const found = isTagValue ? 'SPDX tag-value' : start === '' ? 'nothing' : 'something else';
  throw new SbomError(
    'sbom.unknown-format',
    '$',
    `expected an SBOM and found ${found}; export CycloneDX 1.2-1.7 as JSON or XML, SPDX 2.2-2.3 or 3.0 as JSON`,
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? quote(cause.message) : 'unreadable';
    throw new SbomError('sbom.not-json', '$', `not valid JSON: ${why}`, cause);
  }
}
