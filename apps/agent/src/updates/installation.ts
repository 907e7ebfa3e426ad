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
  const begin = (installation: Installation) => save(options, installation);
  return Object.freeze({
    begin,
    /**
     * Goes on from wherever it was.
     * @param blocked asked before each ECU: preconditions that no longer hold end the installation, not the vehicle
     */
    proceed: async (start: Installation, blocked: () => string | undefined): Promise<InstallationEnd> => {
      let installation = start;
      if (installation.phase === 'activating') {
        const next = await activate(options, installation, blocked);
        if (next === 'reboot') return { end: 'reboot' };
        installation = next;
      }
      if (installation.phase === 'checking') installation = await check(options, installation);
      return installation.phase === 'confirming' ? confirm(options, installation) : rollBack(options, installation);
    },
  });
}

function save({ store, reached }: InstallationOptions, installation: Installation): Installation {
  store.change({ installation });
  reached(`phase-${installation.phase}`);
  return installation;
}

function ecuOf({ ecus }: InstallationOptions, { serial }: InstallationEcu): UpdatableEcu {
  const ecu = ecus.get(serial);
  if (!ecu) throw new AgentError('agent.install-failed', `ECU ${serial} is no longer in this vehicle`);
  return ecu;
}

function goBack(
  options: InstallationOptions,
  installation: Installation,
  failure: NonNullable<Installation['failure']>,
): Installation {
  options.log('warn', { ...failure }, 'the update is rolled back');
  return save(options, { ...installation, phase: 'rolling-back', failure });
}

async function activate(
  options: InstallationOptions,
  from: Installation,
  blocked: () => string | undefined,
): Promise<Installation | 'reboot'> {
  let installation = from;
  for (const entry of from.ecus) {
    const { serial, target, activations } = entry;
    const ecu = ecuOf(options, entry);
    if (isSameImage((await ecu.standing()).running, target)) continue;
    const why = blocked();
    if (why !== undefined) return goBack(options, installation, { code: 'PRECONDITIONS_FAILED', detail: why, serial });
    if (activations >= mostActivations) {
      const detail = 'the new slot did not come up';
      return goBack(options, installation, { code: 'ROLLED_BACK', detail, serial });
    }
    const tried = { ...entry, activations: activations + 1 };
    const ecus = installation.ecus.map((one) => (one.serial === serial ? tried : one));
    installation = save(options, { ...installation, ecus });
    try {
      if ((await ecu.activate()) === 'reboot') return 'reboot';
    } catch (error) {
      return goBack(options, installation, { code: 'INSTALL_FAILED', detail: String(error), serial });
    }
    options.reached('activated');
  }
  return save(options, { ...installation, phase: 'checking' });
}

async function check(options: InstallationOptions, installation: Installation): Promise<Installation> {
  for (const entry of installation.ecus) {
    const { serial, target } = entry;
    const signal = AbortSignal.timeout(options.healthTimeoutMs);
    const healthy = await isHealthyInTime(ecuOf(options, entry), target, signal);
    options.reached('health-checked');
    if (healthy !== true) return goBack(options, installation, { code: 'ROLLED_BACK', detail: healthy, serial });
  }
  return save(options, { ...installation, phase: 'confirming' });
}

async function confirm(options: InstallationOptions, installation: Installation): Promise<InstallationEnd> {
  for (const entry of installation.ecus) {
    await ecuOf(options, entry).confirm();
    options.reached('confirmed');
  }
  return { end: 'installed', installation };
}

async function rollBack(options: InstallationOptions, installation: Installation): Promise<InstallationEnd> {
  // the Primary last: it may have to restart, and is needed until the others are back
  for (const entry of installation.ecus) {
    if ((await ecuOf(options, entry).rollBack()) === 'reboot') return { end: 'reboot' };
    options.reached('rolled-back');
  }
  return { end: 'rolled-back', installation };
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
