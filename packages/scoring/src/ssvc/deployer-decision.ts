import type { Exploitation, Exposure, HumanImpact, MissionImpact, SafetyImpact, SsvcOutcome } from './words.ts';

const impacts = {
  low: 0,
  medium: 1,
  high: 2,
  'very-high': 3,
} as const satisfies Record<HumanImpact, number>;

const impactByLetter = new Map<string, HumanImpact>([
  ['L', 'low'],
  ['M', 'medium'],
  ['H', 'high'],
  ['V', 'very-high'],
]);

const missions = {
  degraded: 0,
  'mef-support-crippled': 1,
  'mef-failure': 2,
  'mission-failure': 3,
} as const satisfies Record<MissionImpact, number>;

/** SSVC "Human Impact" 2.0.2: a letter per mission impact, from degraded to mission failure. */
const humanImpactTable: Readonly<Record<SafetyImpact, string>> = {
  negligible: 'LLMV',
  marginal: 'LLMV',
  critical: 'MHHV',
  catastrophic: 'VVVV',
};

const outcomeByLetter = new Map<string, SsvcOutcome>([
  ['D', 'defer'],
  ['S', 'scheduled'],
  ['O', 'out-of-cycle'],
  ['I', 'immediate'],
]);

/** SSVC "Deployer Patch Application Priority": per cell a letter for human impact low, medium, high, very high. */
const deployerTable: Readonly<
  Record<Exploitation, Readonly<Record<Exposure, readonly [notAutomatable: string, automatable: string]>>>
> = {
  none: { small: ['DDSS', 'DSSS'], controlled: ['DSSS', 'SSSS'], open: ['DSSS', 'SSSO'] },
  poc: { small: ['DSSS', 'SSSS'], controlled: ['DSSS', 'SSSO'], open: ['SSSO', 'SSOO'] },
  active: { small: ['SSOO', 'SOOO'], controlled: ['SSOO', 'OOOO'], open: ['SOOI', 'OOII'] },
};

/** What a failure does to people: the safety of those in and around the vehicle, and the vehicle's own mission. */
export function humanImpact(safety: SafetyImpact, mission: MissionImpact): HumanImpact {
  return impactByLetter.get(humanImpactTable[safety].charAt(missions[mission])) ?? 'very-high';
}

/** How soon whoever runs the vehicles applies the fix, by CERT/CC's table for deployers. */
export function deployerDecision(input: {
  readonly exploitation: Exploitation;
  readonly exposure: Exposure;
  readonly automatable: boolean;
  readonly humanImpact: HumanImpact;
}): SsvcOutcome {
  const cell = deployerTable[input.exploitation][input.exposure][input.automatable ? 1 : 0];
  return outcomeByLetter.get(cell.charAt(impacts[input.humanImpact])) ?? 'immediate';
}
