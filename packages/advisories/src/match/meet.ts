import { schemeOfEcosystem, schemeOfPurlType, type VersionScheme } from '@bulkhead/versions';
import { meetCpe } from '../cpe/compare.ts';
import { textOf } from '../cpe/cpe.ts';
import { kernelVersion } from '../identity/kernel.ts';
import { type KnownComponent, type KnownPurl, knownComponent } from '../identity/known-component.ts';
import { type KnownPackage, knownPackage } from '../identity/known-package.ts';
import type { AffectedPackage, ComponentIdentity, MatchStrength } from '../model.ts';

/** That and how a component is the product of an entry. */
export interface Meeting {
  readonly strength: MatchStrength;
  /** What of the component met what of the record. */
  readonly identifier: string;
  readonly version: string | undefined;
  /** Absent = chosen from the record. */
  readonly scheme?: VersionScheme;
  /** Each is a reason why a hit is not sure; none = sure. */
  readonly doubts: readonly string[];
  readonly notes: readonly string[];
}

/** `apart`: the two name different things, so that nothing weaker may bring them together. */
type Meet = Meeting | 'apart' | undefined;

/** Whether the component is the product of the entry, by the surest identifier that they share. */
export function meet(affected: AffectedPackage, component: ComponentIdentity): Meeting | undefined {
  const record = knownPackage(affected);
  const known = knownComponent(component);
  for (const attempt of [byKernel, byDistro, byPurl, byCpe, byVendorAndProduct, byName]) {
    const found = attempt(record, known, affected);
    if (found === 'apart') return undefined;
    if (found) return found;
  }
  return undefined;
}

const isBackporting = 'a distribution carries fixes back without changing the version: its own advisory decides';

function byKernel(record: KnownPackage, known: KnownComponent): Meet {
  if (!record.isKernel) return undefined;
  // Headers, tools and firmware are built from the kernel's source and are no kernel.
  if (known.kernel === undefined) return 'apart';
  const version = known.projectVersion === undefined ? undefined : kernelVersion(known.projectVersion);
  const strength = known.kernel;
  const doubts = strength === 'name' ? ['only the name says that it is a Linux kernel'] : [];
  if (known.namespace === 'distro') doubts.push(isBackporting);
  const isVendors = version !== undefined && known.projectVersion !== undefined && known.projectVersion !== version;
  const note = `judged as kernel ${version}: what the vendor added or fixed in ${known.projectVersion} is not known`;
  return {
    strength,
    identifier: `Linux kernel: ${ownName(known)}`,
    version: version ?? known.projectVersion,
    scheme: 'linux',
    doubts,
    notes: isVendors ? [note] : [],
  };
}

function ownName({ component, cpes }: KnownComponent): string {
  return component.purl ?? cpes[0]?.text ?? component.name;
}

/** Advisories of distributions name source packages and speak of one release only. */
function byDistro({ distro, distroName }: KnownPackage, known: KnownComponent, affected: AffectedPackage): Meet {
  if (!distro || distroName === undefined) return undefined;
  for (const own of known.purls) {
    if (own.distro?.distro !== distro.distro) continue;
    const meant = own.packages.find(({ name }) => name === distroName);
    if (!meant) continue;
    if (distro.stream !== undefined && own.distro.stream !== undefined && distro.stream !== own.distro.stream)
      return 'apart';
    const doubts = [
      ...(own.distro.stream === undefined ? ['the component does not say its release (purl qualifier "distro")'] : []),
      ...(distro.stream === undefined ? ['the record does not say which release it speaks of'] : []),
    ];
    const isSource = meant.name !== own.purl.name;
    return {
      strength: own.isAlias ? 'alias' : 'distro',
      identifier: `${own.isAlias ? 'confirmed alias ' : ''}${isSource ? `source package ${meant.name} of ` : ''}${own.package} = ${affected.ecosystem ?? affected.purl}/${distroName}`,
      version: meant.version ?? own.version,
      scheme:
        (affected.ecosystem === undefined ? undefined : schemeOfEcosystem(affected.ecosystem)) ??
        schemeOfPurlType(own.purl.type),
      doubts,
      notes:
        isSource && meant.version === undefined
          ? ['the version of the binary package stands for that of its source']
          : [],
    };
  }
  return undefined;
}

function byPurl(record: KnownPackage, known: KnownComponent): Meet {
  if (record.distro) return undefined;
  for (const own of known.purls) {
    const isSame = record.purls.some((purl) => purl.package === own.package) || record.osvName === own.package;
    if (isSame) return purlMeeting(own);
  }
  return undefined;
}

function purlMeeting(own: KnownPurl): Meeting {
  return {
    strength: own.isAlias ? 'alias' : 'purl',
    identifier: `${own.isAlias ? 'confirmed alias ' : ''}pkg:${own.package}`,
    version: own.version,
    scheme: schemeOfPurlType(own.purl.type),
    doubts: [],
    notes: [],
  };
}

/** A distribution's package under the name of the project: compared by the project's version, and never sure. */
function projectDoubts(known: KnownComponent): string[] {
  return known.namespace === 'distro' ? [isBackporting] : [];
}

function byCpe(record: KnownPackage, known: KnownComponent): Meet {
  if (record.namespace !== 'upstream') return undefined;
  let isApart = false;
  for (const own of known.cpes) {
    for (const other of record.cpes) {
      const met = meetCpe(other.cpe, own.cpe);
      if (met === 'apart') isApart = true;
      if (met === undefined || met === 'apart') continue;
      return {
        strength: own.isAlias ? 'alias' : 'cpe',
        identifier: `${own.isAlias ? 'confirmed alias ' : ''}${own.text} = ${other.text}`,
        version: known.projectVersion,
        doubts: [
          ...(met.vendorOpen ? ['the component leaves its vendor open'] : []),
          ...(met.open.length > 0 ? [`the record speaks of ${met.open.join(', ')} only`] : []),
          ...projectDoubts(known),
        ],
        notes: [],
      };
    }
  }
  return isApart ? 'apart' : undefined;
}

/** CVE records name vendor and product in the words of whoever wrote them; equal after folding is as good as a CPE. */
function byVendorAndProduct({ vendor, product }: KnownPackage, known: KnownComponent): Meet {
  if (product === undefined) return undefined;
  const alias = known.products.find((own) => own.product === product && own.vendor === vendor);
  const own = known.cpes.find(({ cpe }) => {
    const maker = textOf(cpe.vendor);
    return textOf(cpe.product) === product && (cpe.vendor.kind === 'any' || (vendor !== undefined && maker === vendor));
  });
  if (!alias && !own) return undefined;
  const isOpen = !alias && own?.cpe.vendor.kind === 'any';
  return {
    strength: alias || own?.isAlias ? 'alias' : 'cpe',
    identifier: `${alias || own?.isAlias ? 'confirmed alias ' : ''}${own && !alias ? own.text : `${vendor}/${product}`} = vendor ${vendor ?? 'not given'}, product ${product}`,
    version: known.projectVersion,
    doubts: [...(isOpen ? ['the component leaves its vendor open'] : []), ...projectDoubts(known)],
    notes: [],
  };
}

/**
 * The weakest of all. A purl says whose names the component uses: the npm package `curl` is not the C library, and a
 * component that has a purl of its own is not the package of some distribution.
 */
function byName(record: KnownPackage, known: KnownComponent): Meet {
  const own = known.namespace;
  if (own !== undefined && record.namespace !== 'upstream') return undefined;
  const name = record.names.find((candidate) => known.names.has(candidate));
  if (name === undefined) return undefined;
  return {
    strength: 'name',
    identifier: `name ${name}`,
    version: record.namespace === 'upstream' ? known.projectVersion : known.version,
    doubts: ['only the name is equal; confirm an alias to make it sure', ...projectDoubts(known)],
    notes: [],
  };
}
