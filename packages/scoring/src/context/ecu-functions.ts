import type { MissionImpact, SafetyImpact } from '../ssvc/words.ts';

interface Duty {
  readonly safety: SafetyImpact;
  readonly mission: MissionImpact;
  /** What an attacker who commands it can do, in words. */
  readonly because: string;
}

/**
 * What hangs on an ECU, by its function, where the risk assessment has not said. A starting point to be overruled by
 * the TARA, chosen on the cautious side: what such an ECU can be made to do in the worst plausible case.
 */
const duties: ReadonlyMap<string, Duty> = new Map<string, Duty>([
  ['brake', { safety: 'catastrophic', mission: 'mission-failure', because: 'brakes the vehicle' }],
  ['steering', { safety: 'catastrophic', mission: 'mission-failure', because: 'steers the vehicle' }],
  ['adas', { safety: 'catastrophic', mission: 'mef-support-crippled', because: 'may steer and brake on its own' }],
  ['powertrain', { safety: 'critical', mission: 'mission-failure', because: 'drives the wheels' }],
  ['chassis', { safety: 'critical', mission: 'mef-failure', because: 'keeps the vehicle stable' }],
  ['battery', { safety: 'critical', mission: 'mission-failure', because: 'guards the traction battery against fire' }],
  ['charging', { safety: 'critical', mission: 'mef-support-crippled', because: 'switches high voltage' }],
  ['gateway', { safety: 'critical', mission: 'mef-failure', because: 'stands between the outside and the drive' }],
  ['sensor', { safety: 'critical', mission: 'mef-support-crippled', because: 'tells others what they act upon' }],
  [
    'telematics',
    { safety: 'marginal', mission: 'mef-support-crippled', because: 'carries emergency calls and remote commands' },
  ],
  ['body', { safety: 'marginal', mission: 'mef-support-crippled', because: 'works lights, wipers and doors' }],
  [
    'infotainment',
    { safety: 'negligible', mission: 'degraded', because: 'shows and plays what the driver can switch off' },
  ],
  ['diagnostics', { safety: 'marginal', mission: 'degraded', because: 'serves the workshop' }],
]);

/** For a function nobody has described: cautious, without crying wolf. */
const unknownDuty: Duty = {
  safety: 'critical',
  mission: 'mef-support-crippled',
  because: 'nobody has said what hangs on it',
};

export function dutyOf(ecuFunction: string): Duty {
  return duties.get(ecuFunction) ?? unknownDuty;
}

export function knowsFunction(ecuFunction: string): boolean {
  return duties.has(ecuFunction);
}
