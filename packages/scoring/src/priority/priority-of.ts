import { withEnvironment } from '../context/with-environment.ts';
import type { Cvss } from '../cvss/cvss.ts';
import { deployerDecision, humanImpact } from '../ssvc/deployer-decision.ts';
import type { SsvcOutcome } from '../ssvc/words.ts';
import { automatableOf, exploitationOf } from './exploitation.ts';
import type { Priority, PriorityInput, PriorityInputs } from './priority.ts';

/** What is assumed of an ECU that the architecture does not know. */
const unknownContext = {
  exposure: 'open',
  safety: 'critical',
  mission: 'mef-support-crippled',
  because: [
    'where it sits is unknown (open is assumed)',
    'what hangs on it is unknown (critical is assumed)',
    'the mission is unknown (crippled support is assumed)',
  ],
} as const;

/**
 * How soon a finding must be dealt with, by CERT/CC's deployer table, and why. CVSS and EPSS only order findings within
 * one outcome; KEV does too, and is itself the evidence for active exploitation.
 */
export function priorityOf(input: PriorityInput): Priority {
  const scored = input.cvss && input.context ? withEnvironment(input.cvss, input.context) : input.cvss;
  const inputs = gather(input, scored);
  const outcome = deployerDecision({
    exploitation: inputs.exploitation.value,
    exposure: inputs.exposure.value,
    automatable: inputs.automatable.value,
    humanImpact: inputs.humanImpact,
  });
  return { outcome, rank: rankOf(outcome, inputs), reason: reasonOf(outcome, inputs), inputs };
}

function gather(input: PriorityInput, scored: Cvss | undefined): PriorityInputs {
  const { exposure, safety, mission, because } = input.context ?? unknownContext;
  const [place = '', duty = '', fare = ''] = because;
  const from = input.context === undefined ? 'default' : 'context';
  const epss = input.epss !== undefined && input.epss >= 0 && input.epss <= 1 ? input.epss : undefined;
  return {
    exploitation: exploitationOf(input),
    automatable: automatableOf(input),
    exposure: { value: exposure, from, because: place },
    safety: { value: safety, from, because: duty },
    mission: { value: mission, from, because: fare },
    humanImpact: humanImpact(safety, mission),
    ...(input.kev === undefined ? {} : { kev: input.kev }),
    ...(epss === undefined ? {} : { epss }),
    ...(scored === undefined ? {} : { cvss: summary(scored) }),
    matchStrength: input.matchStrength,
  };
}

function summary({ version, vector, base, environmental }: Cvss): NonNullable<PriorityInputs['cvss']> {
  return { version, vector, base, ...(environmental === undefined ? {} : { environmental }) };
}

const order: Readonly<Record<SsvcOutcome, number>> = { defer: 0, scheduled: 1, 'out-of-cycle': 2, immediate: 3 };
/** A finding without a vector is neither hidden below the scored ones nor put before them. */
const unscored = 5;

/** Outcome, KEV, EPSS and CVSS as the digits of one number: 4 x 2 x 1,001 x 101 values in steps that keep them apart. */
function rankOf(outcome: SsvcOutcome, { kev, epss = 0, cvss }: PriorityInputs): number {
  const score = cvss?.environmental ?? cvss?.base ?? unscored;
  return (
    order[outcome] * 250_000 +
    (kev === undefined ? 0 : 125_000) +
    Math.round(epss * 1000) * 101 +
    Math.round(score * 10)
  );
}

const outcomeWords: Readonly<Record<SsvcOutcome, string>> = {
  defer: 'Defer',
  scheduled: 'Scheduled',
  'out-of-cycle': 'Out of cycle',
  immediate: 'Immediate',
};

function reasonOf(outcome: SsvcOutcome, inputs: PriorityInputs): string {
  const { exploitation, automatable, exposure, safety, matchStrength } = inputs;
  const phrases = [exploitation.because, automatable.because, exposure.because, safety.because];
  if (matchStrength === 'name') phrases.push('matched by name only (to be confirmed)');
  return `${outcomeWords[outcome]}: ${phrases.filter(Boolean).join(', ')}`;
}
