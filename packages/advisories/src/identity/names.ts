import type { ComponentIdentity } from '../model.ts';

/** One spelling for names that differ only in case, blanks and underscores. */
export function foldName(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/[\s_]+/g, '-');
}

/** Words that sources write where they have no name. */
const noNames: ReadonlySet<string> = new Set([
  '',
  '-',
  '*',
  'n/a',
  'na',
  'none',
  'unknown',
  'unspecified',
  'multiple',
  'various',
]);

export function meaningful(name: string | undefined): string | undefined {
  return name === undefined || noNames.has(name.trim().toLowerCase()) ? undefined : name.trim();
}

export interface SourcePackage {
  readonly name: string;
  /** Absent = built at the version of the binary. */
  readonly version?: string;
}

/**
 * The source package in a purl's `upstream` qualifier: `openssl`, `openssl@3.0.11-1` (deb, apk) or
 * `openssl-3.0.7-24.el9.src.rpm` (rpm). Distributions' advisories name source packages, SBOMs list binaries.
 */
export function sourceOfQualifier(upstream: string | undefined): SourcePackage | undefined {
  const text = upstream?.trim();
  if (text === undefined || text === '' || text.length > 1024) return undefined;
  if (text.endsWith('.src.rpm') || text.endsWith('.nosrc.rpm')) {
    const stem = text.replace(/\.(no)?src\.rpm$/, '');
    const release = stem.lastIndexOf('-');
    const version = release === -1 ? -1 : stem.lastIndexOf('-', release - 1);
    return version <= 0 ? { name: stem } : { name: stem.slice(0, version), version: stem.slice(version + 1) };
  }
  const at = text.indexOf('@');
  return at <= 0 ? { name: text } : { name: text.slice(0, at), version: text.slice(at + 1) };
}

/** The version of the project inside the version of a distribution's package: epoch and packaging revision go. */
export function projectVersion(type: string, version: string): string {
  const bare = version.replace(/^\d+:/, '');
  if (type === 'apk') return bare.replace(/-r\d+$/, '');
  const revision = bare.lastIndexOf('-');
  return (revision <= 0 ? bare : bare.slice(0, revision)).replace(/\+(dfsg|ds|git|really|repack).*$/, '');
}

/** Yocto: `3.0.12-r0` is the recipe's version and its revision, `+gitAUTOINC+...` a commit after it. */
export function recipeVersion(version: string): string {
  return version.replace(/-r\d+(\.\d+)*$/, '').replace(/\+(git|svn|AUTOINC).*$/i, '');
}

/** All names under which the component may be known, folded. */
export function namesOf(component: ComponentIdentity, more: Iterable<string | undefined>): ReadonlySet<string> {
  const names = new Set<string>();
  for (const name of [component.name, ...more]) {
    const kept = meaningful(name);
    if (kept !== undefined) names.add(foldName(kept));
  }
  const group = meaningful(component.group);
  if (group !== undefined) {
    names.add(foldName(`${group}/${component.name}`));
    names.add(foldName(`${group}:${component.name}`));
  }
  return names;
}
