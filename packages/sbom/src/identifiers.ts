import { quote, SbomError } from './errors.ts';
import { type Place, pathOf } from './json/place.ts';
import { licenceExpressionFault } from './licence/expression.ts';
import type { SbomHash } from './model.ts';
import { normalizePurl } from './purl/parse-purl.ts';
import type { Warnings } from './warnings.ts';

// NISTIR 7695 s6.2 (2.3: part and ten attributes, colons escaped) and s6.1 (2.2 URI). Both patterns are linear.
const cpe23 = /^cpe:2\.3:[aho*-](:(\\[^\s]|[^\\:\s])+){10}$/;
const cpe22 = /^cpe:\/[aho]?(:[^:\s]*){0,6}$/i;

const digits: ReadonlyMap<string, number> = new Map([
  ['MD2', 32],
  ['MD4', 32],
  ['MD5', 32],
  ['SHA-1', 40],
  ['SHA-224', 56],
  ['SHA-256', 64],
  ['SHA-384', 96],
  ['SHA-512', 128],
  ['SHA3-256', 64],
  ['SHA3-384', 96],
  ['SHA3-512', 128],
  ['BLAKE2b-256', 64],
  ['BLAKE2b-384', 96],
  ['BLAKE2b-512', 128],
  ['Streebog-256', 64],
  ['Streebog-512', 128],
]); // BLAKE3 and MD6 have no fixed length

/** The canonical purl, or nothing and a warning: a component with a broken identifier still belongs in the inventory. */
export function readPurl(text: string | undefined, at: Place, warnings: Warnings): string | undefined {
  if (text === undefined) return undefined;
  try {
    return normalizePurl(text);
  } catch (error) {
    if (!(error instanceof SbomError)) throw error;
    warnings.add('bad-purl', () => pathOf(at), `${quote(text)} was left out: ${error.message}`);
    return undefined;
  }
}

export function readCpe(text: string | undefined, at: Place, warnings: Warnings): string | undefined {
  if (text === undefined) return undefined;
  if (text.length <= 2048 && (cpe23.test(text) || cpe22.test(text))) return text;
  warnings.add('bad-cpe', () => pathOf(at), `${quote(text)} was left out: it is not a CPE 2.2 or 2.3 name`);
  return undefined;
}

/** One recipe may go by several product names; at most so many are kept. */
const mostCpes = 20;

export function cpeFields(found: readonly string[]) {
  const cpes = [...new Set(found)].slice(0, mostCpes);
  return { cpe: cpes[0], cpes: cpes.length > 1 ? cpes : undefined };
}

/** A hash of the wrong length can never match anything, so that it is left out with a warning. */
export function readHash(algorithm: string, value: string, at: Place, warnings: Warnings): SbomHash | undefined {
  const expected = digits.get(algorithm);
  if (/^[0-9a-f]+$/i.test(value) && (expected === undefined || value.length === expected)) {
    return { algorithm, value: value.toLowerCase() };
  }
  const length = expected === undefined ? '' : `${expected} `;
  warnings.add('bad-hash', () => pathOf(at), `left out: ${algorithm} has ${length}hexadecimal digits`);
  return undefined;
}

export function checkExpression(expression: string, at: Place, warnings: Warnings): string {
  const fault = licenceExpressionFault(expression);
  if (fault !== undefined) warnings.add('bad-licence', () => pathOf(at), `kept as written, but ${fault}`);
  return expression;
}
