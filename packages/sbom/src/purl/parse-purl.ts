import { quote } from '../errors.ts';
import { badPurl, canonicalPurl, maxPurlLength } from './canonicalise.ts';
import { writePurl } from './format-purl.ts';
import type { Purl, PurlMode } from './purl.ts';
import { purlTypes } from './types.ts';

/**
 * Reads a package URL from right to left, as the purl specification (s6, "how to parse") describes, and applies the
 * rules of its type, so that equal packages give equal parts.
 * @throws SbomError `sbom.bad-purl`
 */
export function parsePurl(text: string, mode: PurlMode = 'strict'): Purl {
  if (text.length > maxPurlLength) throw badPurl(`it is longer than ${maxPurlLength} characters`);
  const [beforeSubpath, subpath] = cut(text, text.lastIndexOf('#'));
  const [beforeQualifiers, qualifiers] = cut(beforeSubpath, beforeSubpath.lastIndexOf('?'));
  if (!/^pkg:/i.test(beforeQualifiers)) throw badPurl(`${quote(text)} does not start with "pkg:"`);
  // s5.1: "pkg://type/..." is tolerated, the slashes carry no meaning.
  const path = beforeQualifiers.slice(4).replace(/^\/+/, '');
  const slash = path.indexOf('/');
  if (slash === -1) throw badPurl(`${quote(text)} has no type; write pkg:type/name`);
  const [beforeVersion, version] = cut(path.slice(slash + 1), versionAt(path.slice(slash + 1)));
  const rest = version === undefined ? trimEndSlashes(beforeVersion) : beforeVersion;
  const type = path.slice(0, slash);
  const nameIsPath = purlTypes.get(type.toLowerCase())?.nameIsPath === true;
  const nameAt = nameIsPath ? rest.indexOf('/') : rest.lastIndexOf('/');
  const name = rest.slice(nameAt + 1);
  return canonicalPurl(
    {
      type,
      namespace: nameAt === -1 ? undefined : decodeSegments(rest.slice(0, nameAt)),
      name: nameIsPath ? decodeSegments(name) : decode(name),
      version: version === undefined ? undefined : decode(version),
      qualifiers: qualifiers === undefined ? undefined : parseQualifiers(qualifiers),
      subpath: subpath === undefined ? undefined : decodeSegments(subpath),
    },
    mode,
  );
}

/** The canonical text of a package URL that may be spelled loosely. */
export function normalizePurl(text: string): string {
  return writePurl(parsePurl(text, 'lenient'));
}

/** The version starts at the last "@", unless that begins a namespace segment such as an npm scope left unencoded. */
function versionAt(path: string): number {
  const at = path.lastIndexOf('@');
  const opensNamespaceSegment = path.indexOf('/', at) !== -1 && (at === 0 || path.charAt(at - 1) === '/');
  return opensNamespaceSegment ? -1 : at;
}

function cut(text: string, at: number): [string, string | undefined] {
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function trimEndSlashes(text: string): string {
  let end = text.length;
  while (end > 0 && text.charAt(end - 1) === '/') end--;
  return text.slice(0, end);
}

function decode(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    throw badPurl(`${quote(text)} is not percent-encoded UTF-8; write "%" itself as %25`);
  }
}

function decodeSegments(text: string): string {
  return text
    .split('/')
    .map((segment) => {
      const decoded = decode(segment);
      if (decoded.includes('/')) throw badPurl(`the segment ${quote(segment)} must not hold an encoded slash`);
      return decoded;
    })
    .join('/');
}

function parseQualifiers(text: string): Record<string, string> {
  const pairs = new Map<string, string>();
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    if (equals === -1) throw badPurl(`the qualifier ${quote(pair)} has no value; write key=value`);
    const key = pair.slice(0, equals);
    if (pairs.has(key)) throw badPurl(`the qualifier ${quote(key)} is given twice; keep one`);
    pairs.set(key, decode(pair.slice(equals + 1)));
  }
  return Object.fromEntries(pairs);
}
