import { AdvisoryError } from '../error.ts';
import { asObject, isObject, type JsonObject } from '../json/fields.ts';
import { root } from '../json/place.ts';
import { readJsonText } from '../json/read-text.ts';
import type { AdvisoryLimits } from '../limits.ts';
import type { VexDefaults, VexFormat, VexStatement } from './model.ts';
import { readCsafVex } from './read-csaf-vex.ts';
import { readCycloneDxVex } from './read-cyclonedx-vex.ts';
import { readOpenVex } from './read-openvex.ts';

/** The format of a parsed VEX document; nothing when it is none. */
export function detectVexFormat(json: JsonObject): Exclude<VexFormat, 'spdx'> | undefined {
  const context = json['@context'];
  if (typeof context === 'string' && context.startsWith('https://openvex.dev/')) return 'openvex';
  if (isObject(json['document']) && Object.hasOwn(json['document'], 'csaf_version')) return 'csaf';
  return json['bomFormat'] === 'CycloneDX' ? 'cyclonedx' : undefined;
}

/**
 * Reads the statements of a parsed OpenVEX, CSAF or CycloneDX document. For text from outside use `readVexText`, which
 * bounds it before it is parsed. Whether the signature is good is for the caller to know before a statement may close
 * anything.
 * @throws AdvisoryError naming the place in the document
 */
export function readVex(json: unknown, defaults: VexDefaults = {}): VexStatement[] {
  const document = asObject(json, root);
  switch (detectVexFormat(document)) {
    case 'openvex':
      return readOpenVex(document);
    case 'csaf':
      return readCsafVex(document);
    case 'cyclonedx':
      return readCycloneDxVex(document, defaults);
    case undefined:
      throw new AdvisoryError('advisory.unknown-format', '$', 'this is no OpenVEX, CSAF 2.0 or CycloneDX document');
  }
}

/** @throws AdvisoryError */
export function readVexText(
  text: Uint8Array | string,
  defaults: VexDefaults = {},
  limits?: Partial<AdvisoryLimits>,
): VexStatement[] {
  return readVex(readJsonText(text, limits), defaults);
}
