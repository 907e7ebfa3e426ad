import type { KeyObject } from 'node:crypto';
import type { Clock } from '@bulkhead/kernel';
import type { Signer } from '@bulkhead/uptane';
import { AgentError } from '../error.ts';
import type { Log } from '../log.ts';
import type { State } from '../state.ts';
import type { Credential } from '../tls-context.ts';
import { createConsent } from './consent.ts';
import type { UpdatableEcu } from './ecu.ts';
import { createImageFetcher } from './fetch-images.ts';
import { createGate } from './gate.ts';
import { createInstallations } from './installation.ts';
import { type FaultPoint, noFault } from './installer.ts';
import { createDirectorLink } from './manifest.ts';
import { createOutcomes } from './outcomes.ts';
import { createPlatformHttps } from './platform-https.ts';
import type { VehicleState } from './preconditions.ts';
import { createPreparation } from './preparation.ts';
import { createSecureTime } from './secure-time.ts';
import type { SpeedLimit } from './speed-guard.ts';
import { createUpdateEvents } from './update-events.ts';
import { openUpdateStore } from './update-store.ts';
import { type CycleResult, createCycle } from './updater.ts';
import { noUser, type UserPort } from './user.ts';
import { createVerification } from './verification.ts';

export interface UpdatesOptions {
  readonly vin: string;
  /** `https://host:port` of the vehicle door; the same as for EST. */
  readonly url: string;
  readonly trust: string;
  readonly credential: () => Promise<Credential>;
  readonly state: Pick<State, 'directory' | 'durable' | 'sealingKey'>;
  /** First roots of both repositories, dialect of TUF (requirement C4). */
  readonly roots: { readonly director: Uint8Array; readonly image: Uint8Array };
  readonly signer: Signer;
  readonly primary: UpdatableEcu;
  readonly secondaries?: readonly UpdatableEcu[];
  readonly vehicle: VehicleState;
  readonly user?: UserPort;
  /** Ed25519 keys of the workshops whose technicians this vehicle believes. */
  readonly workshopKeys?: readonly KeyObject[];
  readonly workshopToken?: () => string | undefined;
  readonly clock: Clock;
  readonly speed?: SpeedLimit;
  readonly answerTimeoutMs?: number;
  readonly healthTimeoutMs?: number;
  readonly downloadAttempts?: number;
  readonly downloadPauseMs?: number;
  readonly log?: Log;
  readonly reached?: FaultPoint;
}

const defaultHealthTimeoutMs = 120_000;

/** The update client of one vehicle. `cycle` runs at most once at a time; who asks meanwhile gets the one under way. */
export function createUpdates(options: UpdatesOptions) {
  const { vin, primary, secondaries = [], clock, signer, state, log = () => {}, reached = noFault } = options;
  const { user = noUser, workshopKeys = [], workshopToken = () => undefined, vehicle } = options;
  const ecus = [primary, ...secondaries];
  const bySerial = new Map(ecus.map((ecu) => [ecu.serial, ecu]));
  const ecuOf = ({ serial }: { readonly serial: string }): UpdatableEcu => {
    const ecu = bySerial.get(serial);
    if (!ecu) throw new AgentError('agent.install-failed', `There is no ECU ${serial} in this vehicle`);
    return ecu;
  };
  const store = openUpdateStore({ state, roots: options.roots, reached });
  const https = createPlatformHttps(options);
  const time = createSecureTime(() => performance.now());
  const tell = createUpdateEvents(store, clock);
  const director = createDirectorLink({ vin, primary, ecus, signer, https, store, time, log });
  const installations = createInstallations({
    ecus: bySerial,
    store,
    healthTimeoutMs: options.healthTimeoutMs ?? defaultHealthTimeoutMs,
    log,
    reached,
  });
  const consent = createConsent({ https, store, director, user, tell, clock, log });
  const gate = createGate({ vin, vehicle, time, workshopKeys, workshopToken });
  const verification = createVerification({ vin, ecus, https, store, time });
  const outcomes = createOutcomes({ store, installations, consent, user, tell, reached });
  const shared = { store, ecuOf, outcomes, gate, log, reached };
  const fetchImage = createImageFetcher({
    https,
    store,
    durable: state.durable,
    reached,
    attempts: options.downloadAttempts ?? 3,
    pauseMs: options.downloadPauseMs ?? 2_000,
    baseOf: (serial) => bySerial.get(serial)?.runningPath?.(),
    log,
  });
  const preparation = createPreparation({ ...shared, metadata: verification.metadata, fetchImage, time, tell });
  const cycle = createCycle({ ...shared, primary, director, verification, installations, preparation, consent });
  let running: Promise<CycleResult> | undefined;
  return Object.freeze({
    cycle: (): Promise<CycleResult> => {
      running ??= cycle().finally(() => {
        running = undefined;
      });
      return running;
    },
    record: store.record,
    close: (): void => https.close(),
  });
}
export type Updates = ReturnType<typeof createUpdates>;
