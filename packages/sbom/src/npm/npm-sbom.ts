import { SbomError } from '../errors.ts';
import { defined, objectField, textField } from '../json/fields.ts';
import { isJsonObject, type JsonObject } from '../json/read-json.ts';
import { findLicenceId, licenceExpressionFault } from '../licence/expression.ts';
import type { Sbom, SbomComponent, SbomDependency, SbomHash, SbomLicence } from '../model.ts';
import { formatPurl } from '../purl/format-purl.ts';
import { readIntegrity } from './integrity.ts';

export interface NpmRoot {
  readonly name: string;
  readonly version: string;
  readonly supplier?: string;
  /** Given by the caller, who has the clock and the ids. */
  readonly created?: string;
  readonly serial?: string;
  /** Leave out what only development needs. */
  readonly productionOnly?: boolean;
}

/**
 * Turns a package-lock of version 3 (npm 7 and newer; also the `packages` part of version 2) into the model, so that
 * the platform can publish and load its own SBOM. Packages installed several times in the same version are one
 * component. Workspace packages get no purl: their names could be taken by strangers on the public registry.
 * @throws SbomError `sbom.bad-lockfile`
 */
export function npmSbom(packageLock: object, root: NpmRoot): Sbom {
  const packages = lockedPackages(packageLock);
  const subject: SbomComponent = defined<SbomComponent>({
    ref: `${root.name}@${root.version}`,
    type: 'application',
    name: root.name,
    version: root.version,
    versionRange: undefined,
    group: undefined,
    supplier: root.supplier,
    purl: undefined,
    cpe: undefined,
    hashes: [],
    licences: readLicence(textField(packages.get('') ?? {}, 'license')),
    scope: undefined,
    parent: undefined,
  });

  const refs = new Map([['', subject.ref]]); // path in the lock file -> reference
  const components = new Map<string, SbomComponent>();
  for (const [path, entry] of packages) {
    if (path === '' || entry['link'] === true || (root.productionOnly === true && isDevelopment(entry))) continue;
    const component = mergeScope(components, readPackage(path, entry));
    components.set(component.ref, component);
    refs.set(path, component.ref);
  }
  return defined<Sbom>({
    format: 'CycloneDX',
    specVersion: '1.6',
    documentName: root.name,
    serial: root.serial,
    revision: 1,
    created: root.created,
    tools: [{ name: 'bulkhead' }],
    subject,
    components: [...components.values()].sort((a, b) => (a.ref < b.ref ? -1 : 1)),
    dependencies: resolveEdges(packages, refs),
    authors: [],
    completeness: undefined,
    statements: [],
    warnings: [],
  });
}

function lockedPackages(packageLock: object): ReadonlyMap<string, JsonObject> {
  const lock: unknown = packageLock;
  const packages = isJsonObject(lock) ? objectField(lock, 'packages') : undefined;
  if (!packages) {
    const remedy = 'write the lock file with npm 7 or newer (lockfileVersion 3)';
    throw new SbomError('sbom.bad-lockfile', '$.packages', `is missing; ${remedy}`);
  }
  return new Map(Object.entries(packages).filter((pair): pair is [string, JsonObject] => isJsonObject(pair[1])));
}

function isDevelopment(entry: JsonObject): boolean {
  return entry['dev'] === true || entry['devOptional'] === true;
}

function readPackage(path: string, entry: JsonObject): SbomComponent {
  const at = path.lastIndexOf('node_modules/');
  const isLocal = at === -1;
  const fullName = textField(entry, 'name') ?? (isLocal ? path : path.slice(at + 'node_modules/'.length));
  const [group, name] = splitScope(fullName);
  const version = textField(entry, 'version');
  const hashes = readIntegrity(textField(entry, 'integrity'));
  const purl = isLocal ? undefined : purlOf(group, name, version, textField(entry, 'resolved'));
  return defined<SbomComponent>({
    ref: purl ?? `workspace:${path}`,
    type: 'library',
    name,
    version,
    versionRange: undefined,
    group,
    supplier: undefined,
    purl,
    cpe: undefined,
    hashes,
    licences: readLicence(textField(entry, 'license')),
    scope: isDevelopment(entry) ? 'excluded' : entry['optional'] === true ? 'optional' : 'required',
    parent: undefined,
  });
}

function splitScope(fullName: string): readonly [string | undefined, string] {
  const slash = fullName.startsWith('@') ? fullName.indexOf('/') : -1;
  return slash === -1 ? [undefined, fullName] : [fullName.slice(0, slash), fullName.slice(slash + 1)];
}

/** A package taken from a repository instead of a registry says so, because its content is not the registry's. */
function purlOf(group: string | undefined, name: string, version: string | undefined, resolved: string | undefined) {
  const qualifiers = resolved?.startsWith('git+') ? { vcs_url: resolved } : undefined;
  return formatPurl({ type: 'npm', namespace: group, name, version, qualifiers });
}

function readLicence(text: string | undefined): readonly SbomLicence[] {
  if (text === undefined) return [];
  const id = findLicenceId(text);
  if (id !== undefined) return [{ id, acknowledgement: 'declared' }];
  const isExpression = licenceExpressionFault(text) === undefined;
  return [
    isExpression ? { expression: text, acknowledgement: 'declared' } : { name: text, acknowledgement: 'declared' },
  ];
}

const scopeRank = { excluded: 0, optional: 1, required: 2 } as const;

/** The same package may be installed for development in one place and for use in another: the stronger need counts. */
function mergeScope(components: ReadonlyMap<string, SbomComponent>, found: SbomComponent): SbomComponent {
  const known = components.get(found.ref);
  if (!known) return found;
  const stronger = scopeRank[known.scope ?? 'required'] >= scopeRank[found.scope ?? 'required'] ? known : found;
  return { ...stronger, hashes: unionOfHashes(known.hashes, found.hashes) };
}

function unionOfHashes(a: readonly SbomHash[], b: readonly SbomHash[]): readonly SbomHash[] {
  return [...a, ...b.filter((hash) => !a.some(({ value }) => value === hash.value))];
}

function resolveEdges(
  packages: ReadonlyMap<string, JsonObject>,
  refs: ReadonlyMap<string, string>,
): readonly SbomDependency[] {
  const edges = new Map<string, SbomDependency>();
  for (const [path, entry] of packages) {
    const from = refs.get(path);
    if (from === undefined) continue;
    for (const name of dependencyNames(path, entry)) {
      const to = refs.get(resolve(packages, path, name) ?? '\u0000');
      if (to !== undefined && to !== from) edges.set(`${from} ${to}`, { from, to, kind: 'depends-on' });
    }
  }
  addWorkspaces(packages, refs, edges);
  return [...edges.values()].sort((a, b) => (a.from < b.from || (a.from === b.from && a.to < b.to) ? -1 : 1));
}

/** The root names its workspaces apart from its dependencies; the lock file shows them as links. */
function addWorkspaces(
  packages: ReadonlyMap<string, JsonObject>,
  refs: ReadonlyMap<string, string>,
  edges: Map<string, SbomDependency>,
): void {
  const from = refs.get('') as string;
  for (const entry of packages.values()) {
    const to = entry['link'] === true ? refs.get(textField(entry, 'resolved') ?? '') : undefined;
    if (to !== undefined && to !== from) edges.set(`${from} ${to}`, { from, to, kind: 'depends-on' });
  }
}

function dependencyNames(path: string, entry: JsonObject): readonly string[] {
  const isOwn = !path.includes('node_modules/'); // development dependencies of others are never installed
  const kinds = ['dependencies', 'optionalDependencies', 'peerDependencies', ...(isOwn ? ['devDependencies'] : [])];
  return kinds.flatMap((kind) => Object.keys(objectField(entry, kind) ?? {}));
}

/** Node's own search: the package's node_modules first, then those of each folder above. Links lead to a workspace. */
function resolve(packages: ReadonlyMap<string, JsonObject>, from: string, name: string): string | undefined {
  let folder = from;
  for (;;) {
    const path = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    const entry = packages.get(path);
    if (entry) return entry['link'] === true ? textField(entry, 'resolved') : path;
    if (folder === '') return undefined;
    const up = folder.lastIndexOf('/');
    folder = up === -1 ? '' : folder.slice(0, up);
  }
}
