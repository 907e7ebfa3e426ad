import type { Clock } from '@bulkhead/kernel';
import { AgentError } from './error.ts';
import { type EstOptions, enrol, renew } from './est.ts';
import type { Log } from './log.ts';
import type { Identity, State } from './state.ts';
import { renewalDue } from './timing.ts';
import type { Credential } from './tls-context.ts';

export interface DeviceIdentityOptions {
  readonly state: State;
  readonly est: EstOptions;
  readonly claim: (() => Credential | undefined) | undefined;
  readonly clock: Clock;
  readonly spread: number;
  readonly renewed: () => void;
  readonly log: Log;
}

/** The certificate of this ECU: asked for once, renewed in time, each with a key of its own. */
export function createDeviceIdentity({ state, est, claim, clock, spread, renewed, log }: DeviceIdentityOptions) {
  let enrolling = false;
  let renewing: Promise<void> | undefined;

  async function enrolNow(): Promise<Identity> {
    const credential = claim?.();
    if (!credential)
      throw new AgentError(
        'agent.enrolment-refused',
        'There is no identity yet and no claim certificate to ask for one',
      );
    const identity = await enrol(est, credential, state.nextKey());
    state.saveIdentity(identity);
    log('info', { serial: est.serial }, 'enrolled');
    return identity;
  }

  async function current(): Promise<Identity> {
    const known = state.identity();
    if (known) return known;
    enrolling = true;
    return enrolNow().finally(() => {
      enrolling = false;
    });
  }

  async function renewNow(): Promise<void> {
    const old = state.identity();
    if (!old) return;
    state.saveIdentity(await renew(est, old, state.nextKey()));
    renewed();
  }

  /** One renewal at a time, whoever asks. */
  function renewOnce(): Promise<void> {
    renewing ??= renewNow().finally(() => {
      renewing = undefined;
    });
    return renewing;
  }

  async function renewWhenDue(): Promise<void> {
    const identity = state.identity();
    if (!identity || !renewalDue(identity.chain, clock.now(), spread)) return;
    await renewOnce().catch((error: unknown) =>
      log('warn', { err: String(error) }, 'renewal failed; it is tried again later'),
    );
  }

  return Object.freeze({
    enrolling: () => enrolling,
    /** The identity to connect with; enrols when there is none. @throws AgentError */
    inUse: async (): Promise<Identity> => {
      const identity = await current();
      await renewWhenDue();
      return state.identity() ?? identity;
    },
    renew: renewOnce,
    renewWhenDue,
  });
}
