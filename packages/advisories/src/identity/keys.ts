import { type Cpe, parseCpe, textOf } from '../cpe/cpe.ts';
import type { Advisory, AffectedPackage, ComponentIdentity, CpeConfiguration } from '../model.ts';
import { type KnownPurl, knownComponent } from './known-component.ts';
import { knownPackage } from './known-package.ts';
import { foldName } from './names.ts';
import { packageOf } from './registry.ts';

/** The key of every record about the kernel of kernel.org, and of every component that is one. */
export const kernelKey = 'linux';

/**
 * The keys under which an advisory is filed. A component that shares a key with it is a candidate and no more:
 * `matchAdvisory` decides. Kinds: `purl:npm/lodash`, `osv:almalinux:9/openssl`, `cpe:openssl/openssl`,
 * the same with a star as vendor for components whose CPE leaves it open, `name:openssl` for names of
 * projects, `package:openssl` for those of registries and distributions, `linux`.
 */
export function packageKeysOf(advisory: Advisory): readonly string[] {
  const keys = new Set<string>();
  for (const affected of advisory.affected) addPackageKeys(affected, keys);
  return [...keys];
}

const fewEntries = 8;
const filed = new WeakMap<Advisory, ReadonlyMap<string, readonly number[]>>();

/** The entries of the record that share a key with the component, in their order. Records of distributions have hundreds. */
export function entriesFor(advisory: Advisory, component: ComponentIdentity): readonly AffectedPackage[] {
  const { affected } = advisory;
  if (affected.length <= fewEntries) return affected;
  const byKey = filed.get(advisory) ?? fileEntries(affected);
  filed.set(advisory, byKey);
  const found = new Set<number>();
  for (const key of componentKeysOf(component)) for (const i of byKey.get(key) ?? []) found.add(i);
  return [...found].sort((a, b) => a - b).map((i) => affected[i] as AffectedPackage);
}

function fileEntries(affected: readonly AffectedPackage[]): ReadonlyMap<string, readonly number[]> {
  const byKey = new Map<string, number[]>();
  for (const [i, entry] of affected.entries()) {
    for (const key of entryKeysOf(entry)) {
      const entries = byKey.get(key);
      if (entries) entries.push(i);
      else byKey.set(key, [i]);
    }
  }
  return byKey;
}

/** The keys of one entry. */
export function entryKeysOf(affected: AffectedPackage): ReadonlySet<string> {
  const keys = new Set<string>();
  addPackageKeys(affected, keys);
  return keys;
}

function addPackageKeys(affected: AffectedPackage, keys: Set<string>): void {
  const { purls, distro, distroName, osvName, cpes, vendor, product, names, namespace, isKernel } =
    knownPackage(affected);
  for (const { package: id } of purls) keys.add(`purl:${id}`);
  if (distro && distroName !== undefined) {
    // A release is found by components of the release, and by those that do not tell theirs.
    if (distro.stream === undefined) keys.add(distroKey(distro.distro, undefined, distroName));
    else for (const stream of [distro.stream, '?']) keys.add(distroKey(distro.distro, stream, distroName));
  }
  if (osvName !== undefined) keys.add(`purl:${osvName}`);
  for (const { cpe } of cpes) addCpeKeys(cpe, keys);
  for (const cpe of vulnerableCpes(affected.configuration)) {
    addCpeKeys(cpe, keys);
    const name = textOf(cpe.product);
    if (name !== undefined) keys.add(`name:${foldName(name)}`);
  }
  if (product !== undefined) keys.add(`cpe:*/${product}`);
  if (product !== undefined && vendor !== undefined) keys.add(`cpe:${vendor}/${product}`);
  for (const name of names) keys.add(`${namespace === 'upstream' ? 'name' : 'package'}:${name}`);
  if (isKernel) keys.add(kernelKey);
}

function vulnerableCpes(configuration: CpeConfiguration | undefined): Cpe[] {
  return (configuration?.nodes ?? []).flatMap(({ matches }) =>
    matches.flatMap(({ vulnerable, criteria }) => {
      const cpe = vulnerable ? parseCpe(criteria) : undefined;
      return cpe ? [cpe] : [];
    }),
  );
}

function addCpeKeys({ vendor, product }: Cpe, keys: Set<string>): void {
  const name = textOf(product);
  if (name === undefined) return;
  keys.add(`cpe:*/${name}`);
  const maker = textOf(vendor);
  if (maker !== undefined) keys.add(`cpe:${maker}/${name}`);
}

function distroKey(distro: string, stream: string | undefined, name: string): string {
  return stream === undefined ? `osv:${distro}/${name}` : `osv:${distro}:${stream}/${name}`;
}

const looked = new WeakMap<ComponentIdentity, readonly string[]>();

/** The keys under which a component looks for advisories; see `packageKeysOf`. */
export function componentKeysOf(component: ComponentIdentity): readonly string[] {
  const before = looked.get(component);
  if (before) return before;
  const keys = readComponentKeys(component);
  looked.set(component, keys);
  return keys;
}

function readComponentKeys(component: ComponentIdentity): readonly string[] {
  const { purls, cpes, products, names, namespace, kernel } = knownComponent(component);
  const keys = new Set<string>();
  for (const purl of purls) addPurlKeys(purl, keys);
  for (const { cpe } of cpes) {
    const name = textOf(cpe.product);
    if (name !== undefined) keys.add(`cpe:${textOf(cpe.vendor) ?? '*'}/${name}`);
  }
  for (const { vendor, product } of products) keys.add(`cpe:${vendor}/${product}`);
  for (const name of names) {
    keys.add(`name:${name}`);
    // Names of a registry or distribution: only for components that do not say whose names they use.
    if (namespace === undefined) keys.add(`package:${name}`);
  }
  if (kernel !== undefined) keys.add(kernelKey);
  return [...keys];
}

function addPurlKeys({ package: id, purl, distro, packages }: KnownPurl, keys: Set<string>): void {
  keys.add(`purl:${id}`);
  for (const { name } of packages) {
    if (name !== purl.name) keys.add(`purl:${packageOf({ ...purl, name })}`);
    if (!distro) continue;
    keys.add(distroKey(distro.distro, undefined, name));
    keys.add(distroKey(distro.distro, distro.stream ?? '?', name));
  }
}
