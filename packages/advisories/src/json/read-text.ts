import {
  collectWarnings,
  readJsonObject,
  readText,
  SbomError,
  type SbomErrorCode,
  defaultLimits as sbomLimits,
} from '@bulkhead/sbom';
import { AdvisoryError, type AdvisoryErrorCode } from '../error.ts';
import { type AdvisoryLimits, defaultLimits } from '../limits.ts';
import type { JsonObject } from './fields.ts';

const codes = new Map<SbomErrorCode, AdvisoryErrorCode>([
  ['sbom.too-large', 'advisory.too-large'],
  ['sbom.too-deep', 'advisory.too-large'],
  ['sbom.too-many-values', 'advisory.too-large'],
  ['sbom.string-too-long', 'advisory.too-large'],
  ['sbom.wrong-type', 'advisory.wrong-type'],
]);

/**
 * Reads the text of one document under bounds of size, depth and number of values, all checked before it is parsed.
 * Text with NUL or half surrogates is refused.
 * @throws AdvisoryError `advisory.too-large`, `advisory.not-json`, `advisory.wrong-type`
 */
export function readJsonText(input: Uint8Array | string, limits: Partial<AdvisoryLimits> = {}): JsonObject {
  const bounds = { ...sbomLimits, ...defaultLimits, ...limits };
  const start = typeof input === 'string' ? input.slice(0, 64) : new TextDecoder().decode(input.subarray(0, 64));
  if (
    !start
      .replace(/^\ufeff/, '')
      .trimStart()
      .startsWith('{')
  ) {
    throw new AdvisoryError('advisory.not-json', '$', 'expected one JSON object: it must begin with "{"');
  }
  try {
    return readJsonObject(readText(input, bounds), bounds, collectWarnings(0));
  } catch (error) {
    if (!(error instanceof SbomError)) throw error;
    const detail = error.path === '$' ? error.message : error.message.slice(error.path.length + 2);
    throw new AdvisoryError(codes.get(error.code) ?? 'advisory.not-json', error.path, detail, error);
  }
}
