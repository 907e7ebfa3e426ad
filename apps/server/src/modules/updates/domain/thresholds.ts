import type { CampaignRules, CampaignVehicleState as State, Wave, WaveState } from '@bulkhead/contract';
import { endStates, errorStates, inFlight, neutralStates } from './vehicle-states.ts';

export type StateCounts = ReadonlyMap<State, number>;

export interface WaveStanding {
  readonly size: number;
  readonly succeeded: number;
  readonly errors: number;
  /** Succeeded or failed: what percentages are counted of. */
  readonly ended: number;
  /** Vehicles from which nothing more is to be expected. */
  readonly over: number;
  readonly inFlight: number;
  readonly errorPercent: number;
  readonly successPercent: number;
}

/** What had ended when somebody decided to go on in spite of it; only what came after is judged. */
export interface Forgiven {
  readonly errors: number;
  readonly ended: number;
}
const nothing: Forgiven = { errors: 0, ended: 0 };

const sum = (counts: StateCounts, states: Iterable<State>) =>
  [...states].reduce((all, state) => all + (counts.get(state) ?? 0), 0);

/** The figures on which a wave is judged. Vehicles that were cancelled or whose user said no count neither way. */
export function standingOf(
  counts: StateCounts,
  size: number,
  countAsError: CampaignRules['countAsError'],
): WaveStanding {
  const asError = new Set<State>([...errorStates, ...countAsError]);
  const neutral = [...neutralStates].filter((state) => !asError.has(state));
  const succeeded = counts.get('succeeded') ?? 0;
  const errors = sum(counts, asError);
  const ended = succeeded + errors;
  const judged = size - sum(counts, neutral);
  return {
    size,
    succeeded,
    errors,
    ended,
    over: sum(counts, endStates),
    inFlight: sum(counts, inFlight),
    errorPercent: ended === 0 ? 0 : (100 * errors) / ended,
    successPercent: judged <= 0 ? 100 : (100 * succeeded) / judged,
  };
}

/**
 * Whether a wave has failed: by share, once enough vehicles have ended (of a smaller wave all of them are enough, or it
 * could never stop), or by number.
 */
export function errorCrossed(
  standing: WaveStanding,
  { percent, minimum, count }: Wave['error'],
  forgiven: Forgiven = nothing,
): boolean {
  const errors = standing.errors - forgiven.errors;
  const ended = standing.ended - forgiven.ended;
  if (errors <= 0) return false;
  if (count !== undefined && errors >= count) return true;
  return ended >= Math.min(minimum, standing.size - forgiven.ended) && 100 * errors >= percent * ended;
}

export type WaveVerdict = 'failed' | 'go-on' | 'reached' | 'fell-short';

/** The error threshold comes first: a wave that has crossed it never counts as done (reference section 10, hawkBit #3110). */
export function judgeWave(
  standing: WaveStanding,
  { error, success }: Pick<Wave, 'error' | 'success'>,
  forgiven: Forgiven = nothing,
): WaveVerdict {
  if (errorCrossed(standing, error, forgiven)) return 'failed';
  const over = standing.over >= standing.size;
  if (standing.successPercent >= success.percent && (success.percent > 0 || over)) return 'reached';
  return over ? 'fell-short' : 'go-on';
}

/** Where a wave goes next, given its verdict; soaking vehicles may still fail, so it is judged again each time. */
export function nextWaveState(state: WaveState, verdict: WaveVerdict, soaked: boolean): WaveState {
  if (state === 'waiting' || state === 'finished' || verdict === 'failed' || verdict === 'fell-short') return state;
  if (state === 'running') return verdict === 'reached' ? (soaked ? 'finished' : 'soaking') : 'running';
  return soaked ? 'finished' : 'soaking';
}
