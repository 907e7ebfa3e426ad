import { quote, SbomError } from '../errors.ts';
import type { Purl, PurlMode } from './purl.ts';
import { type PurlTypeRule, purlTypes } from './types.ts';

/** Parts as a caller or a parser has them; empty and absent mean the same. */
export interface PurlParts {
  readonly type: string;
  readonly namespace?: string | undefined;
  readonly name: string;
  readonly version?: string | undefined;
  readonly qualifiers?: Readonly<Record<string, string>> | undefined;
  readonly subpath?: string | undefined;
}

export const maxPurlLength = 8192;
const control = /[\u0000-\u001f\u007f]/;
const noRule: PurlTypeRule = {};

export function badPurl(detail: string): SbomError {
  return new SbomError('sbom.bad-purl', '$', `not a package URL: ${detail}`);
}

/** Applies the general rules and those of the type; the result has one spelling per package. */
export function canonicalPurl(parts: PurlParts, mode: PurlMode): Purl {
  const type = parts.type.toLowerCase();
  if (!/^[a-z][a-z0-9.-]*$/.test(type)) {
    throw badPurl(`the type ${quote(parts.type)} must start with a letter and hold letters, digits, "." and "-" only`);
  }
  const rule = purlTypes.get(type) ?? noRule;
  const namespace = casePart('namespace', joinSegments(parts.namespace, false), rule);
  const version = casePart('version', parts.version || undefined, rule);
  const qualifiers = canonicalQualifiers(parts.qualifiers, mode === 'lenient' || rule.anyCaseKeys === true);
  const name = canonicalName(parts.name, rule, qualifiers);
  const subpath = joinSegments(parts.subpath, true);
  for (const part of [namespace, name, version, subpath]) {
    if (part !== undefined && control.test(part)) throw badPurl(`${quote(part)} holds a control character; remove it`);
  }
  const purl: Purl = {
    type,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    ...(version === undefined ? {} : { version }),
    ...(qualifiers === undefined ? {} : { qualifiers }),
    ...(subpath === undefined ? {} : { subpath }),
  };
  checkType(purl, rule);
  return purl;
}

function canonicalName(given: string, rule: PurlTypeRule, qualifiers: Purl['qualifiers']): string {
  const repository =
    qualifiers && Object.hasOwn(qualifiers, 'repository_url') ? qualifiers['repository_url'] : undefined;
  const lower = rule.lowerNameIfRepository !== undefined && repository?.includes(rule.lowerNameIfRepository);
  const cased = lower ? given.toLowerCase() : (casePart('name', given, rule) ?? '');
  const name = rule.underscoreToDash ? cased.replaceAll('_', '-') : cased;
  if (name === '') throw badPurl('the name is missing; write pkg:type/name');
  return name;
}

function casePart(part: 'namespace' | 'name' | 'version', text: string | undefined, rule: PurlTypeRule) {
  if (text === undefined) return undefined;
  if (rule.lower?.includes(part)) return text.toLowerCase();
  return part === 'namespace' && rule.upper?.includes(part) ? text.toUpperCase() : text;
}

/** Drops empty segments; in a subpath also "." and "..", which must not mean anything (s5.6.6). */
function joinSegments(text: string | undefined, isSubpath: boolean): string | undefined {
  if (!text) return undefined;
  const kept = text.split('/').filter((part) => part !== '' && !(isSubpath && (part === '.' || part === '..')));
  return kept.length === 0 ? undefined : kept.join('/');
}

function canonicalQualifiers(given: PurlParts['qualifiers'], repairKeys: boolean): Purl['qualifiers'] {
  const result = new Map<string, string>();
  for (const [rawKey, value] of Object.entries(given ?? {})) {
    const key = repairKeys ? rawKey.toLowerCase() : rawKey;
    if (!/^[a-z][a-z0-9._-]*$/.test(key)) {
      throw badPurl(`the qualifier key ${quote(rawKey)} must be lower-case letters, digits, ".", "-" and "_"`);
    }
    if (value === '') continue;
    if (control.test(value)) throw badPurl(`the qualifier ${quote(key)} holds a control character; remove it`);
    if (result.has(key)) throw badPurl(`the qualifier ${quote(key)} is given twice; keep one`);
    result.set(key, value);
  }
  if (result.size === 0) return undefined;
  return Object.fromEntries([...result].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function checkType(purl: Purl, rule: PurlTypeRule): void {
  if (rule.namespace === 'required' && purl.namespace === undefined) {
    throw badPurl(`type ${purl.type} needs a namespace; write pkg:${purl.type}/namespace/name`);
  }
  if (rule.namespace === 'prohibited' && purl.namespace !== undefined) {
    throw badPurl(`type ${purl.type} has no namespace; write pkg:${purl.type}/name`);
  }
  if (rule.name && !rule.name.pattern.test(purl.name)) throw badPurl(`type ${purl.type}: ${rule.name.says}`);
  if (rule.version && purl.version !== undefined && !rule.version.pattern.test(purl.version)) {
    throw badPurl(`type ${purl.type}: ${rule.version.says}`);
  }
  const needed = rule.requiredQualifier;
  if (needed !== undefined && !(purl.qualifiers && Object.hasOwn(purl.qualifiers, needed))) {
    throw badPurl(`type ${purl.type} needs the qualifier ${needed}; add ?${needed}=...`);
  }
}
