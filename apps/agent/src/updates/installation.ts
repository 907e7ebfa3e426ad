import { AgentError } from '../error.ts';
import type { Log } from '../log.ts';
import type { UpdatableEcu } from './ecu.ts';
import type { FaultPoint } from './installer.ts';
import { isSameImage } from './slot-image.ts';
import type { Installation, InstallationEcu, UpdateStore } from './update-store.ts';

export interface InstallationOptions {
  readonly ecus: ReadonlyMap<string, UpdatableEcu>;
  readonly store: UpdateStore;
  readonly healthTimeoutMs: number;
  readonly log: Log;
  readonly reached: FaultPoint;
}

export type InstallationEnd =
  | { readonly end: 'installed' | 'rolled-back'; readonly installation: Installation }
  /** The ECU of this program has to restart; the rest follows after that. */
  | { readonly end: 'reboot' };

const mostActivations = 2;

/**
 * From the first activation to the end: all ECUs of an update run the new images and are healthy, or all go back. Every
 * phase is on the medium before it is acted on and may be entered again after a loss of power (Uptane 5.4.3.5; UN R156
 * 7.2.2.1.1).
 */
export function createInstallations(options: InstallationOptions) {
  const { ecus, store, log, reached } = options;

  function save(installation: Installation): Installation {
    store.change({ installation });
    reached(`phase-${installation.phase}`);
    return installation;
  }

  const ecuOf = ({ serial }: InstallationEcu): UpdatableEcu => {
    const ecu = ecus.get(serial);
    if (!ecu) throw new AgentError('agent.install-failed', `ECU ${serial} is no longer in this vehicle`);
    return ecu;
  };

  const goBack = (installation: Installation, failure: NonNullable<Installation['failure']>): Installation => {
    log('warn', { ...failure }, 'the update is rolled back');
    return save({ ...installation, phase: 'rolling-back', failure });
  };

  /** @param blocked asked before each ECU: preconditions that no longer hold end the installation, not the vehicle */
  async function activate(from: Installation, blocked: () => string | undefined): Promise<Installation | 'reboot'> {
    let installation = from;
    for (const { serial } of from.ecus) {
      const entry = installation.ecus.find((one) => one.serial === serial) as InstallationEcu;
      const ecu = ecuOf(entry);
      if (isSameImage((await ecu.standing()).running, entry.target)) continue;
      const why = blocked();
      if (why !== undefined) return goBack(installation, { code: 'PRECONDITIONS_FAILED', detail: why, serial });
      if (entry.activations >= mostActivations)
        return goBack(installation, { code: 'ROLLED_BACK', detail: 'the new slot did not come up', serial });
      const tried = { ...entry, activations: entry.activations + 1 };
      installation = save({ ...installation, ecus: installation.ecus.map((one) => (one === entry ? tried : one)) });
      try {
        if ((await ecu.activate()) === 'reboot') return 'reboot';
      } catch (error) {
        return goBack(installation, { code: 'INSTALL_FAILED', detail: String(error), serial });
      }
      reached('activated');
    }
    return save({ ...installation, phase: 'checking' });
  }

  async function check(installation: Installation): Promise<Installation> {
    for (const entry of installation.ecus) {
      const { serial, target } = entry;
      const ecu = ecuOf(entry);
      const signal = AbortSignal.timeout(options.healthTimeoutMs);
      const healthy = await isHealthyInTime(ecu, target, signal);
      reached('health-checked');
      if (healthy !== true) return goBack(installation, { code: 'ROLLED_BACK', detail: healthy, serial });
    }
    return save({ ...installation, phase: 'confirming' });
  }

  async function confirm(installation: Installation): Promise<InstallationEnd> {
    for (const entry of installation.ecus) {
      await ecuOf(entry).confirm();
      reached('confirmed');
    }
    return { end: 'installed', installation };
  }

  async function rollBack(installation: Installation): Promise<InstallationEnd> {
    // the Primary last: it may have to restart, and is needed until the others are back
    for (const entry of installation.ecus) {
      if ((await ecuOf(entry).rollBack()) === 'reboot') return { end: 'reboot' };
      reached('rolled-back');
    }
    return { end: 'rolled-back', installation };
  }

  return Object.freeze({
    /** Goes on from wherever it was. */
    proceed: async (start: Installation, blocked: () => string | undefined): Promise<InstallationEnd> => {
      let installation = start;
      if (installation.phase === 'activating') {
        const next = await activate(installation, blocked);
        if (next === 'reboot') return { end: 'reboot' };
        installation = next;
      }
      if (installation.phase === 'checking') installation = await check(installation);
      return installation.phase === 'confirming' ? confirm(installation) : rollBack(installation);
    },
    begin: save,
  });
}

/** True, or in words why not. An ECU that does not answer is not healthy. */
async function isHealthyInTime(
  ecu: UpdatableEcu,
  target: InstallationEcu['target'],
  signal: AbortSignal,
): Promise<true | string> {
  const timeUp = new Promise<string>((resolve) => {
    signal.addEventListener('abort', () => resolve('its health check took too long'), { once: true });
  });
  const asked = (async (): Promise<true | string> => {
    if (!isSameImage((await ecu.standing()).running, target)) return 'the boot loader went back to the old slot';
    return (await ecu.isHealthy(signal)) || 'its health check failed';
  })().catch((error: unknown) => `its health check failed: ${String(error)}`);
  return Promise.race([asked, timeUp]);
}
