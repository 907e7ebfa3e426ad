import { schemeOfEcosystem, schemeOfPurlType, type VersionScheme } from '@bulkhead/versions';
import { type CpeMeeting, meetCpe } from '../cpe/compare.ts';
import { textOf } from '../cpe/cpe.ts';
import type { DistroStream } from '../identity/distro.ts';
import { kernelVersion } from '../identity/kernel.ts';
import { type KnownComponent, type KnownCpe, type KnownPurl, knownComponent } from '../identity/known-component.ts';
import { type KnownPackage, knownPackage } from '../identity/known-package.ts';
import type { SourcePackage } from '../identity/names.ts';
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
type Meetings = readonly Meeting[] | 'apart';

/** Whether the component is the product of the entry: by the surest identifier without doubt, else by the surest. */
export function meet(affected: AffectedPackage, component: ComponentIdentity): Meeting | undefined {
  const record = knownPackage(affected);
  const known = knownComponent(component);
  let doubtful: Meeting | undefined;
  for (const attempt of [byKernel, byDistro, byPurl, byCpe, byVendorAndProduct, byName]) {
    const found = attempt(record, known, affected);
    if (found === 'apart') return doubtful;
    const sure = found.find(({ doubts }) => doubts.length === 0);
    if (sure) return sure;
    doubtful ??= found[0];
  }
  return doubtful;
}

const isBackporting = 'a distribution carries fixes back without changing the version: its own advisory decides';

function byKernel(record: KnownPackage, known: KnownComponent): Meetings {
  if (!record.isKernel) return [];
  // Headers, tools and firmware are built from the kernel's source and are no kernel.
  if (known.kernel === undefined) return 'apart';
  const version = known.projectVersion === undefined ? undefined : kernelVersion(known.projectVersion);
  const doubts = known.kernel === 'name' ? ['only the name says that it is a Linux kernel'] : [];
  if (known.namespace === 'distro') doubts.push(isBackporting);
  const isVendors = version !== undefined && known.projectVersion !== undefined && known.projectVersion !== version;
  const note = `judged as kernel ${version}: what the vendor added or fixed in ${known.projectVersion} is not known`;
  return [
    {
      strength: known.kernel,
      identifier: `Linux kernel: ${ownName(known)}`,
      version: version ?? known.projectVersion,
      scheme: 'linux',
      doubts,
      notes: isVendors ? [note] : [],
    },
  ];
}

function ownName({ component, cpes }: KnownComponent): string {
  return component.purl ?? cpes[0]?.text ?? component.name;
}

/** Advisories of distributions name source packages and speak of one release only. */
function byDistro(record: KnownPackage, known: KnownComponent, affected: AffectedPackage): Meetings {
  const { distro, distroName } = record;
  if (!distro || distroName === undefined) return [];
  const meetings: Meeting[] = [];
  let isOtherRelease = false;
  for (const own of known.purls) {
    const meant = own.packages.find(({ name }) => name === distroName);
    if (!meant || own.distro?.distro !== distro.distro) continue;
    if (distro.stream !== undefined && own.distro.stream !== undefined && distro.stream !== own.distro.stream) {
      isOtherRelease = true;
    } else meetings.push(distroMeeting(own, meant, distro, affected));
  }
  return meetings.length === 0 && isOtherRelease ? 'apart' : meetings;
}

function distroMeeting(own: KnownPurl, meant: SourcePackage, distro: DistroStream, affected: AffectedPackage): Meeting {
  const { ecosystem, purl } = affected;
  const isSource = meant.name !== own.purl.name;
  const source = isSource ? `source package ${meant.name} of ` : '';
  return {
    strength: own.isAlias ? 'alias' : 'distro',
    identifier: `${aliased(own)}${source}${own.package} = ${ecosystem === undefined ? purl : `${ecosystem}/${meant.name}`}`,
    version: meant.version ?? own.version,
    scheme: (ecosystem === undefined ? undefined : schemeOfEcosystem(ecosystem)) ?? schemeOfPurlType(own.purl.type),
    doubts: [
      ...(own.distro?.stream === undefined ? ['the component does not say its release (purl qualifier "distro")'] : []),
      ...(distro.stream === undefined ? ['the record does not say which release it speaks of'] : []),
    ],
    notes:
      isSource && meant.version === undefined
        ? ['the version of the binary package stands for that of its source']
        : [],
  };
}

function aliased({ isAlias }: { readonly isAlias: boolean }): string {
  return isAlias ? 'confirmed alias ' : '';
}

function byPurl(record: KnownPackage, known: KnownComponent): Meetings {
  if (record.distro) return [];
  return known.purls
    .filter((own) => record.osvName === own.package || record.purls.some((purl) => purl.package === own.package))
    .map(purlMeeting);
}

function purlMeeting(own: KnownPurl): Meeting {
  return {
    strength: own.isAlias ? 'alias' : 'purl',
    identifier: `${aliased(own)}pkg:${own.package}`,
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

function byCpe(record: KnownPackage, known: KnownComponent): Meetings {
  if (record.namespace !== 'upstream') return [];
  const meetings: Meeting[] = [];
  let isApart = false;
  for (const own of known.cpes) {
    for (const other of record.cpes) {
      const met = meetCpe(other.cpe, own.cpe);
      if (met === 'apart') isApart = true;
      else if (met) meetings.push(cpeMeeting(own, other.text, cpeDoubts(met), known));
    }
  }
  return meetings.length === 0 && isApart ? 'apart' : meetings;
}

/** What a meeting of two CPE names leaves open. */
export function cpeDoubts({ vendorOpen, open }: CpeMeeting): string[] {
  return [
    ...(vendorOpen ? ['the component leaves its vendor open'] : []),
    ...(open.length > 0 ? [`the record speaks of ${open.join(', ')} only`] : []),
  ];
}

export function cpeMeeting(own: KnownCpe, other: string, doubts: readonly string[], known: KnownComponent): Meeting {
  return {
    strength: own.isAlias ? 'alias' : 'cpe',
    identifier: `${aliased(own)}${own.text} = ${other}`,
    version: known.projectVersion,
    doubts: [...doubts, ...projectDoubts(known)],
    notes: [],
  };
}

/** CVE records name vendor and product in the words of whoever wrote them; equal after folding is as good as a CPE. */
function byVendorAndProduct({ vendor, product }: KnownPackage, known: KnownComponent): Meetings {
  if (product === undefined) return [];
  const words = `vendor ${vendor ?? 'not given'}, product ${product}`;
  const isConfirmed = known.products.some((own) => own.product === product && own.vendor === vendor);
  const confirmed: Meeting = {
    strength: 'alias',
    identifier: `confirmed alias ${vendor}/${product} = ${words}`,
    version: known.projectVersion,
    doubts: projectDoubts(known),
    notes: [],
  };
  const named = known.cpes.filter(({ cpe }) => {
    const maker = textOf(cpe.vendor);
    return textOf(cpe.product) === product && (cpe.vendor.kind === 'any' || (vendor !== undefined && maker === vendor));
  });
  const meetings = named.map((own) =>
    cpeMeeting(own, words, cpeDoubts({ vendorOpen: own.cpe.vendor.kind === 'any', open: [] }), known),
  );
  return isConfirmed ? [confirmed, ...meetings] : meetings;
}

/**
 * The weakest of all. A purl says whose names the component uses: the npm package `curl` is not the C library, and a
 * component that has a purl of its own is not the package of some distribution.
 */
function byName(record: KnownPackage, known: KnownComponent): Meetings {
  if (known.namespace !== undefined && record.namespace !== 'upstream') return [];
  const name = record.names.find((candidate) => known.names.has(candidate));
  if (name === undefined) return [];
  return [
    {
      strength: 'name',
      identifier: `name ${name}`,
      version: record.namespace === 'upstream' ? known.projectVersion : known.version,
      doubts: ['only the name is equal; confirm an alias to make it sure', ...projectDoubts(known)],
      notes: [],
    },
  ];
}
