import {
  type EcuState,
  type FetchRequest,
  type FullOutcome,
  type PartialOutcome,
  type Reply,
  type Steps,
  UptaneError,
  type VerifiedImage,
  verifyFull,
  verifyPartial,
} from '@bulkhead/uptane';
import { AgentError } from '../error.ts';
import { fileOf } from './fetch-images.ts';
import type { SecondaryAnswer } from './secondary-frames.ts';
import type { SecondaryOptions } from './secondary-options.ts';
import type { SecondaryStore } from './secondary-store.ts';
import { installedOf } from './slot-image.ts';

type Outcome = FullOutcome | PartialOutcome;

const needOf = ({ repository, role, version, path, maxBytes, optional }: FetchRequest): SecondaryAnswer => ({
  need: { repository, role, version: version ?? null, path, maxBytes, optional },
});

/** The verification of a Secondary, asked for and fed by its Primary (Uptane 5.4.4.1, 5.4.4.2). */
export function createSecondaryVerifier(options: SecondaryOptions, store: SecondaryStore) {
  const { vin, serial, hardwareId, verification, installer } = options;
  let steps: Steps<Outcome> | undefined;
  let wanted: FetchRequest | undefined;
  let collected: Buffer = Buffer.alloc(0);
  let expected: VerifiedImage | undefined;

  async function ownState(): Promise<EcuState> {
    const { running } = await installer.standing();
    return { hardwareId, installed: running && installedOf(running) };
  }

  /** The time is the Primary's word; it never goes back behind what was verified before. */
  async function begin(time: string, others: readonly { serial: string; hardwareId: string }[]) {
    const trusted = store.trusted();
    const now = new Date(time);
    const ecu = await ownState();
    expected = undefined;
    if (verification === 'partial') steps = verifyPartial({ dialect: 'b', now, vehicleId: vin, serial, ecu, trusted });
    else {
      // The list of the others only says which names may stand in the targets; what this ECU is, it knows itself.
      const ecus = new Map<string, EcuState>(others.slice(0, 1_000).map((one) => [one.serial, one]));
      ecus.set(serial, ecu);
      steps = verifyFull({ dialect: 'b', now, vehicle: { vehicleId: vin, ecus }, trusted });
    }
    return advance((running) => running.next());
  }

  function advance(move: (running: Steps<Outcome>) => IteratorResult<FetchRequest, Outcome>): SecondaryAnswer {
    if (!steps) throw new AgentError('agent.bad-frame', 'No verification is under way');
    const step = move(steps);
    collected = Buffer.alloc(0);
    if (!step.done) {
      wanted = step.value;
      return needOf(step.value);
    }
    steps = undefined;
    wanted = undefined;
    return ended(step.value);
  }

  function ended(outcome: Outcome): SecondaryAnswer {
    const { failure } = outcome;
    const before = store.trusted();
    const trusted = 'images' in outcome ? outcome.trusted : { ...before, ...outcome.trusted };
    // as in the Primary: only a time at which signed metadata was still valid is kept
    const latestTime = failure ? before.latestTime : trusted.latestTime;
    store.save({ ...trusted, latestTime }, failure ? `${failure.code} ${failure.message}`.slice(0, 300) : '');
    if (failure) throw failure;
    expected = 'images' in outcome ? outcome.images.find((image) => image.serial === serial) : outcome.image;
    if (!expected) return { done: null };
    const { length, hashes } = fileOf(expected);
    return { done: { sha256: hashes.get('sha256') ?? '', length } };
  }

  function file({ offset, total, missing }: { offset: number; total: number; missing?: boolean }, payload: Buffer) {
    if (!wanted) throw new AgentError('agent.bad-frame', 'No file is waited for');
    if (missing) return advance((running) => running.next(undefined as Reply));
    if (total > wanted.maxBytes) {
      const error = new UptaneError('uptane.endless-data', `${wanted.repository}/${wanted.role}`, 'is too long');
      return advance((running) => running.throw(error));
    }
    if (offset !== collected.length) return { received: collected.length };
    collected = Buffer.concat([collected, payload]);
    if (collected.length < total) return { received: collected.length };
    const whole = collected.subarray(0, total);
    return advance((running) => running.next(whole));
  }

  return Object.freeze({ begin, file, expected: () => expected });
}
