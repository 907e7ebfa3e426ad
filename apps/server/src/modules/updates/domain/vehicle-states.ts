import type { CampaignVehicleState as State } from '@bulkhead/contract';

/**
 * What can happen to a vehicle in a campaign. The driver schedules, offers, lets time out, withdraws; operators cancel;
 * vehicles consent, deny, defer, report; a verified manifest closes (`verified`).
 */
export const vehicleEvents = [
  'schedule',
  'offer',
  'consent',
  'deny',
  'defer',
  'download-started',
  'downloaded',
  'install-started',
  'installed',
  'verified',
  'failed',
  'rolled-back',
  'time-out',
  'retry',
  'withdraw',
  'cancel',
  'supersede',
  'exclude',
  'taken-back',
] as const;
export type VehicleEvent = (typeof vehicleEvents)[number];

type Moves = Partial<Record<VehicleEvent, State>>;

const early: Moves = { cancel: 'cancelled', supersede: 'superseded', exclude: 'incompatible', verified: 'succeeded' };
const progress: Moves = {
  'download-started': 'downloading',
  downloaded: 'downloaded',
  'install-started': 'installing',
  installed: 'installed-awaiting-report',
  verified: 'succeeded',
  failed: 'failed',
  'rolled-back': 'rolled-back',
  deny: 'denied',
  defer: 'deferred',
};
/** Not installing yet: can be taken away from the vehicle without a word from it. */
const revocable: Moves = { ...progress, withdraw: 'scheduled', cancel: 'cancelled', supersede: 'superseded' };
/** The vehicle is at it: no cancellation reaches it for certain, so it is watched until it has reported. */
const committed: Moves = {
  installed: 'installed-awaiting-report',
  verified: 'succeeded',
  failed: 'failed',
  'rolled-back': 'rolled-back',
  'time-out': 'timed-out',
  cancel: 'cancel-rejected',
  supersede: 'cancel-rejected',
};
/** It ended otherwise, but then reports the target all the same: what the vehicle runs is the truth. */
const late: Moves = { verified: 'succeeded' };

const without = (moves: Moves, ...events: VehicleEvent[]): Moves =>
  Object.fromEntries(Object.entries(moves).filter(([event]) => !events.includes(event as VehicleEvent)));

/** The whole state machine. What does not stand here changes nothing. */
export const vehicleMoves: Readonly<Record<State, Moves>> = Object.freeze({
  pending: { ...early, offer: 'offered', schedule: 'scheduled' },
  // it may have begun just before the offer was taken back
  scheduled: {
    ...early,
    offer: 'offered',
    schedule: 'scheduled',
    'install-started': 'installing',
    installed: 'installed-awaiting-report',
    failed: 'failed',
    'rolled-back': 'rolled-back',
  },
  // it holds no offer meanwhile
  deferred: { ...early, consent: 'scheduled', 'time-out': 'scheduled' },
  offered: { ...revocable, consent: 'consented', 'time-out': 'unreachable' },
  consented: { ...revocable, 'time-out': 'timed-out' },
  downloading: { ...without(revocable, 'download-started'), 'time-out': 'timed-out' },
  downloaded: { ...without(revocable, 'download-started', 'downloaded'), 'time-out': 'timed-out' },
  installing: committed,
  'installed-awaiting-report': without(committed, 'installed'),
  'cancel-rejected': without(committed, 'installed', 'cancel', 'supersede'),
  succeeded: { 'taken-back': 'rolled-back' },
  failed: { ...late, retry: 'scheduled' },
  'timed-out': { ...late, retry: 'scheduled' },
  'rolled-back': { retry: 'scheduled' },
  unreachable: { ...late, retry: 'scheduled' },
  denied: { ...late, retry: 'scheduled' },
  // the vehicle had begun when the cancellation came
  cancelled: { ...late, 'install-started': 'cancel-rejected', installed: 'cancel-rejected' },
  incompatible: {},
  superseded: late,
});

const set = (...states: State[]): ReadonlySet<State> => new Set(states);

/** The vehicle holds an offer: it counts against the limit of vehicles in flight. */
export const inFlight = set(
  'offered',
  'consented',
  'downloading',
  'downloaded',
  'installing',
  'installed-awaiting-report',
  'cancel-rejected',
);
/** Installing may have begun. */
export const committedStates = set('installing', 'installed-awaiting-report', 'cancel-rejected');
/** Nothing more will happen by itself. */
export const endStates = set(
  'succeeded',
  'failed',
  'timed-out',
  'rolled-back',
  'cancelled',
  'denied',
  'incompatible',
  'unreachable',
  'superseded',
);
/** Errors whatever the campaign says; it may add `unreachable` and `denied`. */
export const errorStates = set('failed', 'timed-out', 'rolled-back');
/** Ended without a word on the quality of the update: they count neither for nor against a wave. */
export const neutralStates = set('cancelled', 'superseded', 'incompatible', 'denied');
