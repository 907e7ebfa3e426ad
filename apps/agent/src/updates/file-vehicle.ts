import { readFileSync, statSync } from 'node:fs';
import { writeAtomically } from '../state.ts';
import type { UpdateOffer } from './offer.ts';
import type { VehicleSignals, VehicleState } from './preconditions.ts';
import type { UpdateResult, UserDecision, UserPort, UserText } from './user.ts';

const mostFileBytes = 64 * 1024;
/** A program that has died leaves its last word behind; that a vehicle stood once says nothing about now. */
const freshMs = 10_000;

function readSmall(path: string): unknown {
  try {
    if (statSync(path).size > mostFileBytes) return undefined;
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined; // not there, or being written by somebody who does not rename
  }
}

const isFields = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const flags = [
  'parked',
  'ignitionOn',
  'doorsClosed',
  'bonnetClosed',
  'charging',
  'occupied',
  'networkMetered',
] as const;
const numbers = ['speedKmh', 'tractionBatteryPercent', 'lowVoltageBatteryVolts'] as const;

/** The state of the vehicle from a file that one of its programs renews; what is old or of another kind is not known. */
export function createFileVehicle(path: string, nowMs: () => number): VehicleState {
  return Object.freeze({
    read: (): VehicleSignals => {
      const written = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
      const value = nowMs() - written <= freshMs ? readSmall(path) : undefined;
      if (!isFields(value)) return {};
      const known = [
        ...flags.filter((name) => typeof value[name] === 'boolean'),
        ...numbers.filter((name) => Number.isFinite(value[name])),
      ];
      return Object.fromEntries(known.map((name) => [name, value[name]])) as VehicleSignals;
    },
  });
}

/** The screen of the vehicle by two files: what is offered, and what the user answers about it. */
export function createFileUser(offerPath: string, answerPath: string): UserPort {
  const show = (value: object) => writeAtomically(offerPath, Buffer.from(JSON.stringify(value)), false);
  const offered = ({ key, kind, consentRequired }: UpdateOffer, text: UserText | undefined) =>
    show({ key, kind, consentRequired, ...text });
  return Object.freeze({
    announce: offered,
    decide: (offer: UpdateOffer, text: UserText | undefined): UserDecision | undefined => {
      offered(offer, text);
      const answer = readSmall(answerPath);
      if (!isFields(answer) || answer.key !== offer.key) return undefined;
      const { decision } = answer;
      if (decision === 'accepted' || decision === 'denied') return { decision };
      const until = new Date(typeof answer.until === 'string' ? answer.until : Number.NaN);
      // put off without a time would be put off for ever
      return decision === 'postponed' && !Number.isNaN(until.getTime()) ? { decision, until } : undefined;
    },
    inform: ({ offerKey, success, code, detail, text }: UpdateResult) =>
      show({ key: offerKey, result: { success, code, detail }, ...text }),
  });
}
