import { type MacroVector, macroScore } from './macro-vectors.ts';
import type { Metrics, Scores } from './scores.ts';

/** How many steps a value lies below the worst one, by metric (CVSS 4.0 s8.2, severity distance). */
const steps = {
  AV: 'NALP',
  PR: 'NLH',
  UI: 'NPA',
  AC: 'LH',
  AT: 'NP',
  VC: 'HLN',
  VI: 'HLN',
  VA: 'HLN',
  SC: 'SHLN',
  SI: 'SHLN',
  SA: 'SHLN',
  CR: 'HML',
  IR: 'HML',
  AR: 'HML',
  E: 'APU',
} as const;
type Metric = keyof typeof steps;
const all = Object.keys(steps) as Metric[];
const impacts: readonly Metric[] = ['VC', 'VI', 'VA', 'SC', 'SI', 'SA'];

type Levels = Readonly<Record<Metric, number>>;

/**
 * CVSS 4.0 s8: the base score with all else not defined (CVSS-B), with the threat metric (CVSS-BT), and with
 * everything that is set (CVSS-BTE).
 */
export function scoreV4(metrics: Metrics): Scores {
  return {
    base: score(levelsOf(metrics, false, false)),
    temporal: score(levelsOf(metrics, true, false)),
    environmental: score(levelsOf(metrics, true, true)),
  };
}

/** What is not defined is taken at its worst, as s3 and s4.1 say (E:A, CR:H, IR:H, AR:H): level 0. */
export function levelsOf(metrics: Metrics, threat: boolean, environment: boolean): Levels {
  const level = (name: Metric): number => {
    if (name === 'E') return indexIn('E', threat ? metrics.get('E') : undefined);
    const modified = environment ? metrics.get(`M${name}`) : undefined;
    const isRequirement = name === 'CR' || name === 'IR' || name === 'AR';
    return indexIn(name, modified ?? (isRequirement && !environment ? undefined : metrics.get(name)));
  };
  return Object.fromEntries(all.map((name) => [name, level(name)])) as Levels;
}

function indexIn(name: Metric, value: string | undefined): number {
  return value === undefined ? 0 : steps[name].indexOf(value);
}

/**
 * The macrovector's score less the mean of what the vector lies below the worst of each set, in whole numbers: the
 * quotients have the denominators 1 to 10, so 840 times them is whole. The specification's sample code works with
 * binary fractions and needs an epsilon before it rounds; exact halves round up here without one.
 */
function score(levels: Levels): number {
  if (impacts.every((name) => levels[name] === steps[name].length - 1)) return 0;
  const macro = macroVectorOf(levels);
  const value = macroScore(macro) ?? 0;
  let sets = 0;
  let below = 0;
  for (const { lower, distance, depth } of setsOf(macro, levels)) {
    const next = Math.max(...lower.map((change) => macroScore({ ...macro, ...change }) ?? -1));
    if (next < 0) continue;
    sets++;
    below += ((value - next) * distance * 840) / depth;
  }
  const scale = 840 * Math.max(sets, 1);
  const tenths = Math.floor((2 * (value * scale - below) + scale) / (2 * scale));
  return Math.min(Math.max(tenths, 0), 100) / 10;
}

/** CVSS 4.0 s8.2, tables 24 to 29. */
export function macroVectorOf({ AV, PR, UI, AC, AT, VC, VI, VA, SC, SI, SA, CR, IR, AR, E }: Levels): MacroVector {
  const easy = [AV, PR, UI].filter((level) => level === 0).length;
  const subsequent = Math.min(SC, SI, SA);
  return {
    eq1: easy === 3 ? 0 : easy > 0 && AV !== 3 ? 1 : 2,
    eq2: AC + AT === 0 ? 0 : 1,
    eq3: VC + VI === 0 ? 0 : VC * VI * VA === 0 ? 1 : 2,
    eq4: Math.min(subsequent, 2),
    eq5: E,
    eq6: CR + VC === 0 || IR + VI === 0 || AR + VA === 0 ? 0 : 1,
  };
}

interface EquivalenceSet {
  /** The next lower macrovectors; where there are two the higher score counts (s8.2, EQ3 with EQ6). */
  readonly lower: readonly Partial<MacroVector>[];
  /** Steps below a worst vector of the set. All worst vectors of a set are equally many steps below the worst values. */
  readonly distance: number;
  /** Steps from the worst to the mildest vector of the set, plus one. */
  readonly depth: number;
}

/** EQ5 has one metric and so no vector below the worst of its level: it adds to the mean, but nothing to the sum. */
function setsOf({ eq1, eq2, eq3, eq4, eq5, eq6 }: MacroVector, levels: Levels): EquivalenceSet[] {
  const { AV, PR, UI, AC, AT, VC, VI, VA, SC, SI, SA, CR, IR, AR } = levels;
  const joint = eq3 * 2 + eq6;
  const impact = VC + VI + VA + CR + IR + AR;
  return [
    { lower: [{ eq1: eq1 + 1 }], distance: AV + PR + UI - at([0, 1, 3], eq1), depth: at([1, 4, 5], eq1) },
    { lower: [{ eq2: eq2 + 1 }], distance: AC + AT - at([0, 1], eq2), depth: at([1, 2], eq2) },
    {
      lower: [{ eq3: eq3 + 1 }, { eq6: eq6 + 1 }],
      distance: impact - at([0, 3, 1, 3, 0, 3], joint),
      depth: at([7, 6, 8, 8, 1, 10], joint),
    },
    { lower: [{ eq4: eq4 + 1 }], distance: SC + SI + SA - at([1, 3, 6], eq4), depth: at([6, 5, 4], eq4) },
    { lower: [{ eq5: eq5 + 1 }], distance: 0, depth: 1 },
  ];
}

function at(values: readonly number[], index: number): number {
  return values[index] ?? 0;
}
