import type { CampaignRules, FailureKind, CampaignVehicleState as State } from '@bulkhead/contract';
import { inFlight, type VehicleEvent, vehicleMoves } from './vehicle-states.ts';

export interface VehicleStanding {
  readonly state: State;
  readonly attempt: number;
  readonly deferrals: number;
  readonly cause: string | null;
}

export interface Happening {
  readonly event: VehicleEvent;
  readonly at: Date;
  /** The kind of failure, or what else explains it. */
  readonly cause?: string;
  /** For `defer` and `schedule`: until when. */
  readonly until?: Date;
}

export interface Step extends VehicleStanding {
  readonly dueAt: Date | null;
}

type Policy = Pick<CampaignRules, 'timeouts' | 'retries' | 'deferral'>;

const minute = 60_000;

/**
 * What an event makes of a vehicle, or undefined when it changes nothing. A failure that its policy lets be tried again
 * leads to `scheduled` and the next attempt; a vehicle that defers too often is taken to have denied.
 */
export function stepVehicle(vehicle: VehicleStanding, happening: Happening, policy: Policy): Step | undefined {
  const { event, at, cause = null } = happening;
  const to = vehicleMoves[vehicle.state][event];
  if (to === undefined) return undefined;
  if (event === 'defer') return deferred(vehicle, happening, policy);
  if (event === 'retry')
    return { ...vehicle, state: to, attempt: vehicle.attempt + 1, cause, dueAt: happening.until ?? at };
  const again = retryOf(vehicle, to, happening, policy);
  if (again) return again;
  return { ...vehicle, state: to, cause: causeOf(to, cause), dueAt: dueAt(to, happening, policy) };
}

/** Why it stands where it stands; on the good way there is nothing to explain. */
const causeOf = (to: State, cause: string | null) =>
  to === 'succeeded' || (inFlight.has(to) && to !== 'cancel-rejected') ? null : cause;

function deferred(vehicle: VehicleStanding, { at, until }: Happening, { deferral }: Policy): Step {
  if (vehicle.deferrals >= deferral.times)
    return { ...vehicle, state: 'denied', cause: 'deferred-too-often', dueAt: null };
  const latest = at.getTime() + deferral.hours * 60 * minute;
  const wanted = until?.getTime() ?? latest;
  const due = new Date(Math.min(Math.max(wanted, at.getTime() + minute), latest));
  return { ...vehicle, state: 'deferred', deferrals: vehicle.deferrals + 1, cause: null, dueAt: due };
}

const kindOf: Partial<Record<State, FailureKind>> = {
  'timed-out': 'timed-out',
  unreachable: 'unreachable',
  'rolled-back': 'rolled-back',
  denied: 'denied',
};

function retryOf(
  vehicle: VehicleStanding,
  to: State,
  { event, at, cause }: Happening,
  { retries }: Policy,
): Step | undefined {
  // what was cancelled already is not begun again
  if (event === 'taken-back' || vehicle.state === 'cancel-rejected') return undefined;
  const kind = to === 'failed' ? (cause ?? 'internal-error') : kindOf[to];
  const rule = kind === undefined ? undefined : retries.find(({ on }) => on === kind);
  if (!rule || vehicle.attempt > rule.times) return undefined;
  return {
    ...vehicle,
    state: 'scheduled',
    attempt: vehicle.attempt + 1,
    cause: kind ?? null,
    dueAt: new Date(at.getTime() + rule.afterMinutes * minute),
  };
}

/** Each state in which a vehicle waits for something ends at a time, whatever happens or does not. */
function dueAt(state: State, { at, until }: Happening, { timeouts }: Policy): Date | null {
  if (state === 'scheduled') return until ?? at;
  const key = state === 'cancel-rejected' ? 'installing' : state;
  const minutes = Object.hasOwn(timeouts, key) ? timeouts[key as keyof typeof timeouts] : undefined;
  return minutes === undefined ? null : new Date(at.getTime() + minutes * minute);
}
