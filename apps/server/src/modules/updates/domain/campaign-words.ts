import type { CampaignVehicleState as State, Wave } from '@bulkhead/contract';
import { incompatibilityText, isIncompatibility } from './incompatibility.ts';
import type { Forgiven, WaveStanding } from './thresholds.ts';

const percent = (value: number) => `${Math.round(value * 10) / 10} %`;

/** Why a wave stopped a campaign, in words a person can act on. */
export function whyFailed(
  wave: { readonly name: string; readonly error: Wave['error'] },
  standing: WaveStanding,
  forgiven: Forgiven,
): string {
  const errors = standing.errors - forgiven.errors;
  const ended = standing.ended - forgiven.ended;
  const { count, percent: limit, minimum } = wave.error;
  if (count !== undefined && errors >= count)
    return `Wave "${wave.name}" reached ${errors} errors; it stops at ${count}.`;
  const needed = Math.min(minimum, standing.size - forgiven.ended);
  return `In wave "${wave.name}" ${errors} of ${ended} vehicles that ended were not updated (${percent((100 * errors) / ended)}); it stops at ${percent(limit)} of at least ${needed}.`;
}

export const whyFellShort = (
  wave: { readonly name: string; readonly success: Wave['success'] },
  standing: WaveStanding,
): string =>
  `Wave "${wave.name}" has ended with ${percent(standing.successPercent)} succeeded; ${percent(wave.success.percent)} are asked for. Somebody must decide whether to go on.`;

const causes: Readonly<Record<string, string>> = {
  'download-failed': 'The image could not be downloaded',
  'verification-failed': 'The vehicle could not verify metadata or image',
  'preconditions-failed': 'The vehicle did not meet the preconditions',
  'install-failed': 'An ECU could not install the image',
  'internal-error': 'The vehicle reported an error of its own',
  'rolled-back': 'The vehicle went back to its former software',
  'timed-out': 'The vehicle did not report in time',
  unreachable: 'The vehicle never took up the offer',
  denied: 'The user said no',
  'deferred-too-often': 'The user put it off too often',
  attack: 'The vehicle reported an attack',
  busy: 'Another campaign has the vehicle at this moment',
  window: 'The maintenance window of the vehicle is closed',
  'campaign-stopped': 'The campaign was stopped while the vehicle had not begun to install',
  'campaign-cancelled': 'The campaign was cancelled',
  'went-ahead': 'The vehicle had begun when the cancellation came',
  'already-installed': 'The vehicle had the update already',
  retried: 'One more attempt after a correction',
  partial: 'Only some of the ECUs were updated',
};

/** The cause of a state in words, of vehicles that take no part as well. */
export const causeWords = (state: State, cause: string): string =>
  state === 'incompatible' && isIncompatibility(cause)
    ? incompatibilityText(cause, '').trimEnd()
    : causeText(cause === '' ? defaultCause(state) || state : cause);

/** A cause in words; what a vehicle invents is shown as it is. */
const causeText = (cause: string): string => (Object.hasOwn(causes, cause) ? (causes[cause] as string) : cause);

const states: Partial<Record<State, string>> = {
  'timed-out': 'timed-out',
  unreachable: 'unreachable',
  denied: 'denied',
};
/** A state that says its own cause. */
export const defaultCause = (state: State): string => states[state] ?? '';
