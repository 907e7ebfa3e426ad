import type { Purl } from '@bulkhead/sbom';
import { type Cpe, fold, parseCpe, textOf } from '../cpe/cpe.ts';
import type { ComponentAlias, ComponentIdentity } from '../model.ts';
import { type DistroStream, distroOfEcosystem, distroOfPurl } from './distro.ts';
import { isKernelName, isKernelProduct } from './kernel.ts';
import { namesOf, projectVersion, recipeVersion, type SourcePackage, sourceOfQualifier } from './names.ts';
import { namespaceOfType, packageOf, purlOfEcosystem, tryPurl } from './registry.ts';

/** A component read once for all the records that it is held against. */
export interface KnownComponent {
  readonly component: ComponentIdentity;
  readonly purls: readonly KnownPurl[];
  readonly cpes: readonly KnownCpe[];
  /** Vendor and product that a person confirmed, folded as CPE does. */
  readonly products: readonly { readonly vendor: string; readonly product: string }[];
  readonly names: ReadonlySet<string>;
  readonly kernel: 'purl' | 'cpe' | 'alias' | 'name' | undefined;
  /** As its own document gives it, with the epoch of an rpm. */
  readonly version: string | undefined;
  /** Of the project, without what a distribution adds. */
  readonly projectVersion: string | undefined;
  /** Whose package it is, by its own purl; nothing when it has none. */
  readonly namespace: 'registry' | 'distro' | 'upstream' | undefined;
}

export interface KnownPurl {
  readonly purl: Purl;
  readonly package: string;
  readonly distro: DistroStream | undefined;
  /** The package itself and the source package that it was built from. */
  readonly packages: readonly SourcePackage[];
  readonly version: string | undefined;
  readonly isAlias: boolean;
}

export interface KnownCpe {
  readonly text: string;
  readonly cpe: Cpe;
  readonly isAlias: boolean;
}

const known = new WeakMap<ComponentIdentity, KnownComponent>();

export function knownComponent(component: ComponentIdentity): KnownComponent {
  const before = known.get(component);
  if (before) return before;
  const made = readComponent(component);
  known.set(component, made);
  return made;
}

function readComponent(component: ComponentIdentity): KnownComponent {
  const own = component.purl === undefined ? undefined : tryPurl(component.purl);
  const cpes = cpesOf(component);
  const version = ownVersion(component, own, cpes);
  const aliases = component.aliases ?? [];
  const purls = [
    ...(own ? [knownPurl(own, component, version, false)] : []),
    ...aliases.flatMap((alias) => aliasPurls(alias, component, version)),
  ];
  const namespace = own ? namespaceOfType(own.type) : undefined;
  return {
    component,
    purls,
    cpes,
    products: aliases.flatMap(({ vendor, product }) =>
      vendor !== undefined && product !== undefined ? [{ vendor: fold(vendor), product: fold(product) }] : [],
    ),
    names: namesOf(component, [
      own?.name,
      component.upstream?.name,
      ...cpes.map(({ cpe }) => textOf(cpe.product)),
      ...purls.flatMap(({ packages }) => packages.map(({ name }) => name)),
    ]),
    kernel: kernelBy(component, own, cpes),
    version,
    projectVersion: version === undefined ? undefined : versionOfProject(version, own, purls),
    namespace,
  };
}

function ownVersion(
  component: ComponentIdentity,
  own: Purl | undefined,
  cpes: readonly KnownCpe[],
): string | undefined {
  const written = own?.version?.trim() || component.version?.trim() || cpeVersion(cpes);
  return written === undefined || own === undefined ? written : withEpoch(own, written);
}

/** purl type rpm: the epoch is a qualifier, and absent means 0. */
function withEpoch(purl: Purl, version: string): string {
  const epoch = qualifier(purl, 'epoch');
  const needed = purl.type === 'rpm' && epoch !== undefined && /^\d{1,6}$/.test(epoch) && !version.includes(':');
  return needed ? `${epoch}:${version}` : version;
}

function cpeVersion(cpes: readonly KnownCpe[]): string | undefined {
  for (const { cpe, isAlias } of cpes) {
    const version = isAlias ? undefined : textOf(cpe.version);
    if (version !== undefined) return textOf(cpe.update) === undefined ? version : `${version}-${textOf(cpe.update)}`;
  }
  return undefined;
}

function versionOfProject(version: string, own: Purl | undefined, purls: readonly KnownPurl[]): string {
  if (own === undefined) return recipeVersion(version);
  if (namespaceOfType(own.type) !== 'distro') return own.type === 'yocto' ? recipeVersion(version) : version;
  const source = purls[0]?.packages.at(-1)?.version;
  return projectVersion(own.type, source ?? version);
}

function cpesOf(component: ComponentIdentity): KnownCpe[] {
  const own = [component.cpe, ...(component.cpes ?? [])].map((text) => ({ text, isAlias: false }));
  const confirmed = (component.aliases ?? []).map(({ cpe }) => ({ text: cpe, isAlias: true }));
  return [...own, ...confirmed].flatMap(({ text, isAlias }) => {
    const cpe = text === undefined ? undefined : parseCpe(text);
    return text !== undefined && cpe ? [{ text, cpe, isAlias }] : [];
  });
}

function qualifier(purl: Purl, key: string): string | undefined {
  return purl.qualifiers && Object.hasOwn(purl.qualifiers, key) ? purl.qualifiers[key] : undefined;
}

function knownPurl(purl: Purl, component: ComponentIdentity, version: string | undefined, isAlias: boolean): KnownPurl {
  const source = component.upstream ?? sourceOfQualifier(qualifier(purl, 'upstream'));
  const epoch = source?.version === undefined ? undefined : withEpoch(purl, source.version);
  const built =
    source && source.name !== purl.name ? [{ name: source.name, ...(epoch ? { version: epoch } : {}) }] : [];
  return {
    purl,
    package: packageOf(purl),
    distro: distroOfPurl(purl.type, purl.namespace, qualifier(purl, 'distro')),
    packages: [{ name: purl.name }, ...built],
    version: isAlias && purl.version !== undefined ? purl.version : version,
    isAlias,
  };
}

function aliasPurls(alias: ComponentAlias, component: ComponentIdentity, version: string | undefined): KnownPurl[] {
  const { ecosystem, name } = alias;
  const isNamed = ecosystem !== undefined && name !== undefined;
  const texts = [alias.purl, isNamed ? purlOfEcosystem(ecosystem, name) : undefined];
  const found = texts.flatMap((text) => {
    const purl = text === undefined ? undefined : tryPurl(text);
    return purl ? [knownPurl(purl, { name: component.name }, version, true)] : [];
  });
  const distro = isNamed ? distroOfEcosystem(ecosystem) : undefined;
  if (!isNamed || found.length > 0) return found;
  const purl: Purl = { type: 'osv', namespace: ecosystem.toLowerCase(), name };
  return [{ purl, package: `osv/${purl.namespace}/${name}`, distro, packages: [{ name }], version, isAlias: true }];
}

function kernelBy(
  component: ComponentIdentity,
  own: Purl | undefined,
  cpes: readonly KnownCpe[],
): KnownComponent['kernel'] {
  const byCpe = cpes.find(({ cpe }) => {
    const vendor = cpe.vendor.kind === 'any' ? 'linux' : textOf(cpe.vendor);
    return textOf(cpe.product) === 'linux_kernel' && isKernelProduct(vendor, 'linux_kernel');
  });
  const aliases = component.aliases ?? [];
  const isAlias = aliases.some(({ vendor, product, purl, ecosystem, name }) => {
    const isNamed =
      (vendor !== undefined && isKernelProduct(vendor, product)) || (ecosystem === 'Linux' && name === 'Kernel');
    const aliasPurl = purl === undefined ? undefined : tryPurl(purl);
    return isNamed || (aliasPurl !== undefined && isKernelPurl(aliasPurl));
  });
  if (own && isKernelPurl(own)) return 'purl';
  if (byCpe) return byCpe.isAlias ? 'alias' : 'cpe';
  if (isAlias) return 'alias';
  return isKernelName(component.name) && own === undefined ? 'name' : undefined;
}

function isKernelPurl(purl: Purl): boolean {
  if (namespaceOfType(purl.type) === 'registry') return false;
  return purl.type === 'github'
    ? /^(torvalds|gregkh)\/linux$/.test(`${purl.namespace}/${purl.name}`)
    : isKernelName(purl.name);
}
