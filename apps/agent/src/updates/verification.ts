import {
  type EcuState,
  type FetchRequest,
  type FullOutcome,
  type Reply,
  runStepsAsync,
  UptaneError,
  verifyFull,
} from '@bulkhead/uptane';
import { AgentError } from '../error.ts';
import { noteAttack } from './attack-notes.ts';
import type { MetadataSource, UpdatableEcu } from './ecu.ts';
import type { PlatformHttps } from './platform-https.ts';
import type { SecureTime } from './secure-time.ts';
import { installedOf } from './slot-image.ts';
import type { UpdateStore } from './update-store.ts';

export interface VerificationOptions {
  readonly vin: string;
  readonly ecus: readonly UpdatableEcu[];
  readonly https: PlatformHttps;
  readonly store: UpdateStore;
  readonly time: SecureTime;
}

export const repositoryPaths = Object.freeze({ director: '/director-tuf', image: '/repo-tuf' });

/** Step 3 of the cycle: full verification over the network (Uptane 5.4.4.2). */
export function createVerification({ vin, ecus, https, store, time }: VerificationOptions) {
  /** Files as they were served in this cycle: Secondaries get what their Primary got. */
  const held = new Map<string, Uint8Array>();

  const fetch = async ({ repository, role, path, maxBytes, optional }: FetchRequest): Promise<Reply> => {
    const place = `${repository}/${role}`;
    try {
      const { status, bytes } = await https.get(`${repositoryPaths[repository]}/${path}`, place, maxBytes);
      if (status === 200) {
        held.set(`${repository}/${path}`, bytes);
        return bytes;
      }
      if (status === 404 && optional) return undefined;
      if (status === 429) throw new AgentError('agent.not-now', 'The platform asks to come back later');
      throw new UptaneError('uptane.drop-request', place, `it is not served (${status})`);
    } catch (error) {
      if (!(error instanceof AgentError) || error.code === 'agent.not-now') throw error;
      // the manifest went through a moment ago, so this is no lack of a network
      throw new UptaneError('uptane.drop-request', place, error.message, error);
    }
  };

  const metadata: MetadataSource = async (request) =>
    held.get(`${request.repository}/${request.path}`) ?? (await fetch(request));

  async function ecuStates(): Promise<ReadonlyMap<string, EcuState>> {
    const states = await Promise.all(
      ecus.map(async ({ serial, hardwareId, lastStanding }) => {
        const { running } = await lastStanding();
        return [serial, { hardwareId, installed: running && installedOf(running) }] as const;
      }),
    );
    return new Map(states);
  }

  return Object.freeze({
    metadata,
    run: async (): Promise<FullOutcome> => {
      held.clear();
      const trusted = store.trusted();
      const vehicle = { vehicleId: vin, ecus: await ecuStates() };
      const steps = verifyFull({ dialect: 'b', now: time.now(), vehicle, trusted });
      const outcome = await runStepsAsync(steps, fetch);
      noteAttack(store, outcome.failure);
      // A time is kept only when metadata that was signed for a short while was still valid at it. Else whoever can set the
      // platform's clock once could make everything expire for ever.
      const latestTime = outcome.failure ? trusted.latestTime : outcome.trusted.latestTime;
      if (outcome.failure?.code === 'uptane.freeze') time.doubt();
      store.saveTrusted({ ...outcome.trusted, latestTime });
      return outcome;
    },
  });
}
