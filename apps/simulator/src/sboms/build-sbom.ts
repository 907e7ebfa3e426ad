import { createHash } from 'node:crypto';
import { formatPurl, type SbomComponent, type SbomDependency, writeCycloneDx } from '@bulkhead/sbom';
import { type Program, releasesOf } from '../fleet/software.ts';
import { type Recipe, recipes } from './recipes.ts';
import { needs, type Source, sources } from './sources.ts';

/** Day the SBOMs were written down; fixed, so that the same version always has the same document. */
const created = '2026-11-01T00:00:00Z';

/** The version of the nth release; the last one given holds for all that follow. */
function versionAt(versions: string, release: number): string {
  const all = versions.split(' ');
  return all[Math.min(release, all.length - 1)] as string;
}

function purlOf({ name, registry = 'generic' }: Source, version: string): string {
  const [type = 'generic', namespace] = registry.split('/');
  return formatPurl({ type, namespace, name, version });
}

/** CPE 2.3 formatted string (NISTIR 7695 s6.2); dots and dashes of a version stay, all else is quoted. */
function cpeOf(cpe: string, version: string): string {
  const quote = (text: string) => text.replaceAll(/[^A-Za-z0-9_.-]/g, (sign) => `\\${sign}`);
  const [vendor = '', product = ''] = cpe.split(':');
  const part = product === 'linux_kernel' || product === 'freertos' ? 'o' : 'a';
  return `cpe:2.3:${part}:${quote(vendor)}:${quote(product)}:${quote(version)}:*:*:*:*:*:*:*`;
}

function openComponent(name: string, version: string): SbomComponent {
  const source = sources.get(name);
  if (!source) throw new Error(`The source "${name}" is not described in sources.ts`);
  const purl = purlOf(source, version);
  return {
    ref: purl,
    type: name === 'linux' || name === 'freertos-kernel' ? 'operating-system' : 'library',
    name,
    version,
    supplier: source.supplier,
    purl,
    ...(source.cpe ? { cpe: cpeOf(source.cpe, version) } : {}),
    hashes: [],
    licences: [{ id: source.licence, acknowledgement: 'declared' }],
  };
}

function closedComponents({ closed }: Recipe, release: number): SbomComponent[] {
  return closed.flatMap(({ supplier, versions, modules }) => {
    const version = versionAt(versions, release);
    return modules.split(' ').map((name) => ({
      ref: `${supplier.toLowerCase().replaceAll(' ', '-')}/${name}@${version}`,
      type: 'library' as const,
      name,
      version,
      supplier,
      hashes: [],
      licences: [],
    }));
  });
}

/** A serial number that follows from the name, in the form of a UUID (version 8: the rest is ours, RFC 9562 s5.8). */
function serialOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** The CycloneDX document of one version of a program. */
export function buildSbom(program: Program, version: string): string {
  const recipe = recipes[program.name];
  if (!recipe) throw new Error(`There is no recipe for "${program.name}"`);
  const release = [...releasesOf(program), program.correction].indexOf(version);
  const open = Object.entries(recipe.open).map(([name, versions]) => openComponent(name, versionAt(versions, release)));
  const closed = closedComponents(recipe, release);
  const subject: SbomComponent = {
    ref: `${program.name}@${version}`,
    type: 'firmware',
    name: program.name,
    version,
    supplier: program.supplier,
    hashes: [],
    licences: [],
  };
  return writeCycloneDx({
    serial: serialOf(subject.ref),
    revision: 1,
    created,
    tools: [{ name: 'bulkhead-simulator' }],
    subject,
    components: [...open, ...closed],
    dependencies: edgesOf(subject, open, closed),
  });
}

/** Closed modules and what nobody else needs hang on the program itself. */
function edgesOf(subject: SbomComponent, open: readonly SbomComponent[], closed: readonly SbomComponent[]) {
  const refs = new Map(open.map(({ name, ref }) => [name, ref]));
  const inner = open.flatMap(({ name, ref }) =>
    (needs[name] ?? []).flatMap((other) => {
      const to = refs.get(other);
      return to ? [edge(ref, to)] : [];
    }),
  );
  const needed = new Set(inner.map(({ to }) => to));
  const top = [...open.filter(({ ref }) => !needed.has(ref)), ...closed].map(({ ref }) => edge(subject.ref, ref));
  return [...top, ...inner];
}

const edge = (from: string, to: string): SbomDependency => ({ from, to, kind: 'depends-on' });
