import type { KeyObject } from 'node:crypto';
import type { Clock } from '@bulkhead/kernel';
import type { Signer } from '@bulkhead/uptane';
import type { Credential } from '../est.ts';
import type { Log } from '../log.ts';
import type { State } from '../state.ts';
import { createConsent } from './consent.ts';
import type { UpdatableEcu } from './ecu.ts';
import { createImageFetcher } from './fetch-images.ts';
import { createGate } from './gate.ts';
import { createInstallations } from './installation.ts';
import { type FaultPoint, noFault } from './installer.ts';
import { createDirectorLink } from './manifest.ts';
import { createPlatformHttps } from './platform-https.ts';
import type { VehicleState } from './preconditions.ts';
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
  const store = openUpdateStore({ state, roots: options.roots, reached });
  const https = createPlatformHttps(options);
  const time = createSecureTime(() => performance.now());
  const tell = createUpdateEvents(store, clock);
  const director = createDirectorLink({ vin, primary, ecus, signer, https, store, time, log });
  const cycle = createCycle({
    primary,
    ecus: bySerial,
    store,
    director,
    verification: createVerification({ vin, ecus, https, store, time }),
    fetchImage: createImageFetcher({
      https,
      store,
      durable: state.durable,
      reached,
      attempts: options.downloadAttempts ?? 3,
      pauseMs: options.downloadPauseMs ?? 2_000,
    }),
    installations: createInstallations({
      ecus: bySerial,
      store,
      healthTimeoutMs: options.healthTimeoutMs ?? defaultHealthTimeoutMs,
      log,
      reached,
    }),
    consent: createConsent({ https, store, director, user, tell, clock, log }),
    gate: createGate({ vin, vehicle, time, workshopKeys, workshopToken }),
    user,
    time,
    tell,
    log,
    reached,
  });
  let running: Promise<CycleResult> | undefined;
  return Object.freeze({
    cycle: (): Promise<CycleResult> => {
      running ??= cycle.run().finally(() => {
        running = undefined;
      });
      return running;
    },
    record: store.record,
    close: (): void => https.close(),
  });
}
export type Updates = ReturnType<typeof createUpdates>;
