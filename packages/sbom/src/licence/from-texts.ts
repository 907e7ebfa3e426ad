import type { SbomLicence } from '../model.ts';
import { findLicenceId, licenceExpressionFault } from './expression.ts';

/**
 * Licences from plain texts, as an inventory keeps them. CycloneDX allows licences or one lone expression: where an
 * expression stands beside others, all become one (each must be met), unless one of them is no SPDX expression.
 */
export function licencesFromTexts(texts: readonly string[]): readonly SbomLicence[] {
  const valid = texts.every((text) => licenceExpressionFault(text) === undefined);
  const ids = texts.map(findLicenceId);
  if (valid && texts.length > 1 && ids.includes(undefined)) {
    return [{ expression: texts.map((text) => (/\s/.test(text) ? `(${text})` : text)).join(' AND ') }];
  }
  return texts.map((text, i) => {
    const id = ids[i];
    return id !== undefined ? { id } : valid ? { expression: text } : { name: text };
  });
}
