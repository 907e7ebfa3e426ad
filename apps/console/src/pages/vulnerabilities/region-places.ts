/** A region as fleets name it, with the countries that it covers (ISO 3166-1 numeric, as in the map). */
interface RegionPlace {
  readonly name: string;
  readonly countries: readonly string[];
}

const list = (text: string): string[] => text.split(' ').filter((word) => word !== '');
const europeanUnion = list(
  '040 056 100 191 196 203 208 233 246 250 276 300 348 372 380 428 440 442 470 528 616 620 642 703 705 724 752',
);
const efta = list('352 578 756');
const balkans = list('008 070 499 688 807');
const northAmerica = list('124 840 484');
const southAmerica = list('032 068 076 152 170 218 328 600 604 740 858 862');
const centralAmerica = list('084 188 222 320 340 558 591 192 214 332 388');
const middleEast = list('048 364 368 376 400 414 422 512 634 682 784 887');
const africa = list(
  '012 024 072 108 120 140 148 178 180 204 231 232 262 266 270 288 324 384 404 426 430 434 450 454 466 478 504 508 516 562 566 624 646 686 694 706 710 716 728 729 732 748 768 788 800 818 834 854 894 226',
);
const oceania = list('036 554 598');
const southEastAsia = list('096 104 116 360 418 458 608 626 702 704 764');
const eastAsia = list('156 158 392 410');

/** Regions of several countries. A fleet that names its regions otherwise sees them listed beside the map. */
const groups: Readonly<Record<string, RegionPlace>> = {
  eu: { name: 'European Union', countries: europeanUnion },
  eea: { name: 'European Economic Area', countries: [...europeanUnion, '352', '578'] },
  europe: { name: 'Europe', countries: [...europeanUnion, ...efta, ...balkans, '826', '498', '804'] },
  na: { name: 'North America', countries: northAmerica },
  latam: { name: 'Latin America', countries: ['484', ...centralAmerica, ...southAmerica] },
  sa: { name: 'South America', countries: southAmerica },
  me: { name: 'Middle East', countries: middleEast },
  mena: { name: 'Middle East and North Africa', countries: [...middleEast, ...list('012 434 504 788 818')] },
  mea: { name: 'Middle East and Africa', countries: [...middleEast, ...africa] },
  africa: { name: 'Africa', countries: africa },
  emea: {
    name: 'Europe, Middle East and Africa',
    countries: [...europeanUnion, ...efta, ...balkans, '826', ...middleEast, ...africa],
  },
  apac: { name: 'Asia and Pacific', countries: [...eastAsia, ...southEastAsia, ...oceania, '356'] },
  asean: { name: 'South-East Asia', countries: southEastAsia.filter((id) => id !== '626') },
  anz: { name: 'Australia and New Zealand', countries: ['036', '554'] },
  oceania: { name: 'Oceania', countries: oceania },
};

/** Single markets by their ISO 3166-1 code of two letters; `uk` is what most people write. */
const countries = list(
  'ae=784 ar=032 at=040 au=036 be=056 bg=100 br=076 ca=124 ch=756 cl=152 cn=156 co=170 cz=203 de=276 dk=208 eg=818 es=724 fi=246 fr=250 gb=826 gr=300 hr=191 hu=348 id=360 ie=372 il=376 in=356 is=352 it=380 jp=392 kr=410 lt=440 lu=442 lv=428 ma=504 mx=484 my=458 nl=528 no=578 nz=554 pe=604 ph=608 pl=616 pt=620 ro=642 rs=688 ru=643 sg=702 se=752 si=705 sk=703 th=764 tr=792 tw=158 ua=804 uk=826 us=840 usa=840 vn=704 za=710',
);
const names = new Intl.DisplayNames('en', { type: 'region' });
const isoOf: Readonly<Record<string, string>> = { uk: 'GB', usa: 'US' };

const places: ReadonlyMap<string, RegionPlace> = new Map([
  ...countries.map((entry): [string, RegionPlace] => {
    const [code = '', id = ''] = entry.split('=');
    return [code, { name: names.of(isoOf[code] ?? code.toUpperCase()) ?? code, countries: [id] }];
  }),
  ...Object.entries(groups),
]);

/** Where a region of the fleet lies; undefined for a code that nobody but the fleet knows. */
export const placeOf = (region: string): RegionPlace | undefined => places.get(region.trim().toLowerCase());

/** Every code that the map knows. */
export const knownRegions = (): string[] => [...places.keys()];

export interface RegionCount {
  readonly region: string;
  readonly vehicles: number;
}

/** One step of the scale: regions with so many vehicles. */
export interface ScaleStep {
  readonly step: number;
  readonly from: number;
  readonly to: number;
}

const steps = 4;

/** Equal steps up to the largest count; a fleet with few vehicles has fewer steps. */
export function scaleOf(counts: readonly number[]): ScaleStep[] {
  const most = Math.max(0, ...counts);
  const scale: ScaleStep[] = [];
  for (let step = 1, from = 1; step <= steps; step++) {
    const to = Math.ceil((most * step) / steps);
    if (to < from) continue;
    scale.push({ step, from, to });
    from = to + 1;
  }
  return scale;
}

/** The step that a count belongs to; none for no vehicle. */
export const stepOf = (scale: readonly ScaleStep[], vehicles: number): number =>
  scale.find(({ from, to }) => vehicles >= from && vehicles <= to)?.step ?? 0;

/** Each country once, to the smallest region that claims it: a market beside its continent is seen. */
export function ownersOf(counts: readonly RegionCount[]): Map<string, string> {
  const owners = new Map<string, string>();
  const bySize = counts
    .map(({ region }) => ({ region, countries: placeOf(region)?.countries ?? [] }))
    .toSorted((a, b) => a.countries.length - b.countries.length);
  for (const { region, countries: claimed } of bySize)
    for (const id of claimed) if (!owners.has(id)) owners.set(id, region);
  return owners;
}
