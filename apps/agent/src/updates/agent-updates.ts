import type { KeyObject } from 'node:crypto';
import type { Clock } from '@bulkhead/kernel';
import { signerOf } from '@bulkhead/uptane';
import type { EventInput } from '../events.ts';
import type { Log } from '../log.ts';
import type { Identity, State } from '../state.ts';
import { createUpdates } from './create-updates.ts';
import type { UpdatableEcu } from './ecu.ts';
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
  /** First roots of Director and Image repository (requirement C4). */
  readonly roots: { readonly director: Uint8Array; readonly image: Uint8Array };
  readonly installer: Installer;
  readonly health: HealthCheck;
  readonly secondaries?: readonly UpdatableEcu[];
  readonly vehicle: VehicleState;
  readonly user?: UserPort;
  readonly workshopKeys?: readonly KeyObject[];
  readonly workshopToken?: () => string | undefined;
  readonly pollSeconds?: number;
  readonly healthTimeoutMs?: number;
  /** Restarts the ECU into the slot that was activated. */
  readonly restart?: () => void;
}

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
  readonly log: Log;
}

const defaultPollSeconds = 900;

const severities = { installed: 'info', waiting: 'info', failed: 'medium', 'rolled-back': 'medium' } as const;

/** The update client as a part of the agent: it polls, is woken, and leaves a trace in the security events. */
export function createAgentUpdates(options: AgentUpdates, deps: AgentUpdatesDeps) {
  const { vin, serial, state, record, log } = deps;
  const { hardwareId, installer, health } = options;
  const signer = signerOf(state.updateKey());
  const updates = createUpdates({
    ...options,
    ...deps,
    credential: deps.identity,
    signer,
    primary: createPrimaryEcu({
      serial,
      hardwareId,
      signer,
      installer,
      health,
      decryptionKey: state.decryptionKey(),
    }),
  });
  let last = '';

  function ended({ end, detail }: CycleResult): void {
    if (end === 'installed' || end === 'rolled-back')
      deps.reportInventory().catch((error: unknown) => log('info', {}, `inventory not reported: ${String(error)}`));
    if (end === 'reboot') options.restart?.();
    if (end === 'installed' || end === 'waiting' || end === 'failed' || end === 'rolled-back') {
      const told = `${end} ${detail}`;
      if (told !== last)
        record({ type: `update.${end}`, severity: severities[end], data: { vin, detail: detail.slice(0, 500) } });
      last = told;
    } else last = '';
  }

  const loop = createUpdateLoop({
    cycle: updates.cycle,
    pollSeconds: options.pollSeconds ?? defaultPollSeconds,
    spread: deps.spread,
    ended,
    log,
  });
  return Object.freeze({
    ...loop,
    stop: (): void => {
      loop.stop();
      updates.close();
    },
  });
}
