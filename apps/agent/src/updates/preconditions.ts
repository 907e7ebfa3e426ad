/** The signals of `preconditionSignals` in the contract; a test holds the two lists together. */
export const vehicleSignals = [
  'parked',
  'standstill',
  'ignition-off',
  'doors-closed',
  'bonnet-closed',
  'not-charging',
  'charging',
  'traction-battery',
  'low-voltage-battery',
  'no-occupants',
  'network-unmetered',
] as const;
export type PreconditionSignal = (typeof vehicleSignals)[number];
export const isSignal = (word: string): word is PreconditionSignal =>
  (vehicleSignals as readonly string[]).includes(word);

export interface OfferPrecondition {
  /** Undefined: a signal this program does not know; it never holds. */
  readonly signal: PreconditionSignal | undefined;
  readonly word: string;
  /** Percent, or volts for the 12 V battery. */
  readonly minimum: number | undefined;
}

/** What the vehicle knows of itself at this moment; a member that is left out is not known, and what is not known never holds. */
export interface VehicleSignals {
  /** Transmission in park or parking brake on. */
  readonly parked?: boolean;
  readonly speedKmh?: number;
  readonly ignitionOn?: boolean;
  readonly doorsClosed?: boolean;
  readonly bonnetClosed?: boolean;
  readonly charging?: boolean;
  readonly tractionBatteryPercent?: number;
  readonly lowVoltageBatteryVolts?: number;
  readonly occupied?: boolean;
  readonly networkMetered?: boolean;
}

/** The vehicle's own word on its state: read anew before each step, told of when something changed. */
export interface VehicleState {
  read(): VehicleSignals;
}

/** Percent and volts below which an update never begins, whatever the Director says (UN R156 7.2.2.1.2: enough power incl. recovery). */
const leastVolts = 11.5;
const leastPercent = 10;

type Rule = (signals: VehicleSignals, minimum: number | undefined) => boolean;
const atLeast = (value: number | undefined, minimum: number) => value !== undefined && value >= minimum;

const rules: Readonly<Record<PreconditionSignal, Rule>> = Object.freeze({
  parked: ({ parked }) => parked === true,
  standstill: ({ speedKmh }) => speedKmh === 0,
  'ignition-off': ({ ignitionOn }) => ignitionOn === false,
  'doors-closed': ({ doorsClosed }) => doorsClosed === true,
  'bonnet-closed': ({ bonnetClosed }) => bonnetClosed === true,
  'not-charging': ({ charging }) => charging === false,
  charging: ({ charging }) => charging === true,
  'traction-battery': ({ tractionBatteryPercent }, least) =>
    atLeast(tractionBatteryPercent, Math.max(least ?? 0, leastPercent)),
  'low-voltage-battery': ({ lowVoltageBatteryVolts }, least) =>
    atLeast(lowVoltageBatteryVolts, Math.max(least ?? 0, leastVolts)),
  'no-occupants': ({ occupied }) => occupied === false,
  'network-unmetered': ({ networkMetered }) => networkMetered === false,
});

/** The preconditions that do not hold now, in words; empty when installing may begin or go on (UN R156 7.2.2.5). */
export function unmet(preconditions: readonly OfferPrecondition[], signals: VehicleSignals): readonly string[] {
  return preconditions
    .filter(({ signal, minimum }) => signal === undefined || !rules[signal](signals, minimum))
    .map(({ word, minimum }) => (minimum === undefined ? word : `${word} of ${minimum}`));
}

/** What concerns the download alone. */
export const isAboutNetwork = ({ signal }: OfferPrecondition): boolean => signal === 'network-unmetered';
