import { canonicalPurl, type PurlParts } from './canonicalise.ts';
import type { Purl } from './purl.ts';
import { purlTypes } from './types.ts';

/**
 * The canonical text of a package URL (purl specification s6, "how to build"). The parts are checked and brought to
 * the canonical case of their type first.
 * @throws SbomError `sbom.bad-purl`
 */
export function formatPurl(parts: PurlParts): string {
  return writePurl(canonicalPurl(parts, 'strict'));
}

/** The text of parts that are canonical already. */
export function writePurl(purl: Purl): string {
  const namespace = purl.namespace === undefined ? '' : `${encodeSegments(purl.namespace)}/`;
  const name = purlTypes.get(purl.type)?.nameIsPath ? encodeSegments(purl.name) : encode(purl.name);
  const version = purl.version === undefined ? '' : `@${encode(purl.version)}`;
  const pairs = Object.entries(purl.qualifiers ?? {}).map(([key, value]) => `${key}=${encode(value)}`);
  const qualifiers = pairs.length === 0 ? '' : `?${pairs.join('&')}`;
  const subpath = purl.subpath === undefined ? '' : `#${encodeSegments(purl.subpath)}`;
  return `pkg:${purl.type}/${namespace}${name}${version}${qualifiers}${subpath}`;
}

function encodeSegments(text: string): string {
  return text.split('/').map(encode).join('/');
}

/** Percent-encodes all but letters, digits, ".", "-", "_", "~" and, as s5.4 has it, the colon. */
function encode(text: string): string {
  const wellFormed = text.toWellFormed(); // encodeURIComponent throws on a lone surrogate
  return encodeURIComponent(wellFormed).replace(/%3A|[!'()*]/g, (found) =>
    found === '%3A' ? ':' : `%${found.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
