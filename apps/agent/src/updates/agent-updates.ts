import type { KeyObject } from 'node:crypto';
import type { Clock } from '@bulkhead/kernel';
import { type Signer, signerOf } from '@bulkhead/uptane';
import type { EventInput } from '../events.ts';
import type { Log } from '../log.ts';
import type { Identity, State } from '../state.ts';
import { createUpdates, type Updates } from './create-updates.ts';
import type { UpdatableEcu } from './ecu.ts';
import type { UpdateRoots } from './fetch-roots.ts';
import type { Installer } from './installer.ts';
import type { VehicleState } from './preconditions.ts';
import { createPrimaryEcu, type HealthCheck } from './primary-ecu.ts';
import { createUpdateLoop } from './update-loop.ts';
import type { CycleResult } from './updater.ts';
import type { UserPort } from './user.ts';

/** What an agent needs to take updates. */
export interface AgentUpdates {
  /** Kind of hardware of this ECU, as releases name it. */
  readonly hardwareId: string;
  readonly roots: UpdateRoots;
  readonly installer: Installer;
  readonly health: HealthCheck;
  readonly secondaries?: readonly UpdatableEcu[];
  readonly vehicle: VehicleState;
  readonly user?: UserPort;
  readonly workshopKeys?: readonly KeyObject[];
  readonly workshopToken?: () => string | undefined;
  readonly pollSeconds?: number | undefined;
  readonly healthTimeoutMs?: number;
  /** Restarts the ECU into the slot that was activated. */
  readonly restart?: () => void;
}

/** Once they are known, as the roots of a vehicle that is built before there is a repository. */
export type ProvidedUpdates = AgentUpdates | (() => AgentUpdates | undefined);

export interface AgentUpdatesDeps {
  readonly vin: string;
  readonly serial: string;
  readonly url: string;
  readonly trust: string;
  readonly clock: Clock;
  readonly spread: number;
  readonly state: State;
  readonly identity: () => Promise<Identity>;
  readonly record: (event: EventInput) => void;
  /** What is installed has changed. */
  readonly reportInventory: () => Promise<void>;
  readonly pollSeconds?: number | undefined;
  readonly log: Log;
}

const defaultPollSeconds = 900;

const severities = { installed: 'info', waiting: 'info', failed: 'medium', 'rolled-back': 'medium' } as const;

function createClient(options: AgentUpdates, deps: AgentUpdatesDeps): Updates {
  const { serial, state, identity } = deps;
  const { hardwareId, installer, health } = options;
  const signer = updateSignerOf(state);
  const own = { serial, hardwareId, signer, installer, health, decryptionKey: state.decryptionKey() };
  return createUpdates({ ...options, ...deps, credential: identity, signer, primary: createPrimaryEcu(own) });
}

/** Signs the version reports of the ECU that the state belongs to. */
export const updateSignerOf = (state: Pick<State, 'updateKey'>): Signer => signerOf(state.updateKey());

/** The update client as a part of the agent: it polls, is woken, and leaves a trace in the security events. */
export function createAgentUpdates(provided: ProvidedUpdates, deps: AgentUpdatesDeps) {
  const { record, log } = deps;
  let options = typeof provided === 'function' ? undefined : provided;
  let updates = options && createClient(options, deps);
  let last = '';

  async function cycle(): Promise<CycleResult> {
    if (!updates && typeof provided === 'function') {
      options = provided();
      updates = options && createClient(options, deps);
    }
    return updates ? updates.cycle() : { end: 'idle', detail: 'this vehicle is not provisioned for updates yet' };
  }

  function ended({ end, detail }: CycleResult): void {
    if (end === 'installed' || end === 'rolled-back')
      deps.reportInventory().catch((error: unknown) => log('info', {}, `inventory not reported: ${String(error)}`));
    if (end === 'reboot') options?.restart?.();
    const isTold = end === 'installed' || end === 'waiting' || end === 'failed' || end === 'rolled-back';
    const told = isTold ? `${end} ${detail}` : '';
    // a vehicle that waits says so once, not at every turn
    if (isTold && told !== last)
      record({ type: `update.${end}`, severity: severities[end], data: { detail: detail.slice(0, 500) } });
    last = told;
  }

  const loop = createUpdateLoop({
    cycle,
    pollSeconds: options?.pollSeconds ?? deps.pollSeconds ?? defaultPollSeconds,
    spread: deps.spread,
    ended,
    log,
  });
  return Object.freeze({
    ...loop,
    stop: (): void => {
      loop.stop();
      updates?.close();
    },
  });
}
