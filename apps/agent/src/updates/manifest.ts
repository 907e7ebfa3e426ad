import { createHash } from 'node:crypto';
import { noExtra, type Signer, signManifest } from '@bulkhead/uptane';
import type { Log } from '../log.ts';
import type { UpdatableEcu } from './ecu.ts';
import type { PlatformHttps } from './platform-https.ts';
import type { SecureTime } from './secure-time.ts';
import type { UpdateStore } from './update-store.ts';

export interface DirectorLinkOptions {
  readonly vin: string;
  readonly primary: UpdatableEcu;
  readonly ecus: readonly UpdatableEcu[];
  readonly signer: Signer;
  readonly https: PlatformHttps;
  readonly store: UpdateStore;
  readonly time: SecureTime;
  readonly log: Log;
}

const longestAttackText = 4_000;

/** What the vehicle tells the Director: its ECUs, its manifest, what happens meanwhile. Nothing here throws for a bad line. */
export function createDirectorLink(options: DirectorLinkOptions) {
  const { vin, primary, ecus, signer, https, store, time, log } = options;

  async function post(method: 'POST' | 'PUT', path: string, body: unknown): Promise<number | undefined> {
    try {
      const bytes = body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body));
      const { status, date } = await https.send(method, `/director-tuf/${path}`, bytes);
      time.heard(date);
      return status;
    } catch (error) {
      log('info', { path }, `the Director was not reached: ${String(error)}`);
      return undefined;
    }
  }

  async function manifest(): Promise<Uint8Array> {
    const { counter: last, attacks, report } = store.record();
    const counter = last + 1;
    store.change({ counter }); // never used twice, whatever happens to this manifest (Uptane 5.4.2.1.2)
    const context = { time: time.now(), counter, attacks: attacks.join('\n').slice(0, longestAttackText) };
    const reports = new Map<string, Uint8Array>();
    for (const ecu of ecus) {
      const bytes = await ecu.versionReport(context).catch((error: unknown) => {
        log('warn', { serial: ecu.serial }, `no version report: ${String(error)}`);
        return undefined;
      });
      if (bytes) reports.set(ecu.serial, bytes);
    }
    const installation = report ?? undefined;
    return signManifest(
      { vehicleId: vin, primarySerial: primary.serial, reports, installation, extra: noExtra },
      signer,
      'b',
    );
  }

  /** Step 1 of the cycle. Reports of attacks and of an installation are repeated until a manifest was taken. */
  async function sendManifest(): Promise<'taken' | 'refused' | 'unreachable'> {
    const { attacks, report } = store.record();
    const status = await post('PUT', 'manifest', await manifest());
    if (status === undefined) return 'unreachable';
    if (status >= 400) {
      log('warn', { status }, 'the Director refused the manifest');
      return 'refused';
    }
    const now = store.record();
    store.change({
      attacks: now.attacks.slice(attacks.length),
      ...(now.report === report ? { report: null } : {}),
    });
    return 'taken';
  }

  async function flushEvents(): Promise<void> {
    const { events } = store.record();
    if (events.length === 0) return;
    const status = await post('POST', 'events', events);
    // a Director that does not know events, or refuses these for good, does not get them for ever
    if (status !== undefined && status < 500 && status !== 429)
      store.change({ events: store.record().events.slice(events.length) });
  }

  return Object.freeze({ register: () => register(options, post), sendManifest, flushEvents, post });
}

type Post = (method: 'POST' | 'PUT', path: string, body: unknown) => Promise<number | undefined>;

/** Says which ECUs there are and what keys they have; again only when that changed. */
async function register({ primary, ecus, store, log }: DirectorLinkOptions, post: Post): Promise<boolean> {
  const body = {
    primary_ecu_serial: primary.serial,
    ecus: ecus.map(({ serial, hardwareId, key }) => ({
      ecu_serial: serial,
      hardware_identifier: hardwareId,
      clientKey: { keytype: key.type.toUpperCase(), keyval: { public: key.value } },
    })),
  };
  const mark = createHash('sha256').update(JSON.stringify(body)).digest('hex');
  if (store.record().registered === mark) return true;
  const status = await post('POST', 'ecus', body);
  if (status === undefined) return false;
  // Other keys are registered already: their replacement needs somebody's word. Until then the Director judges the manifest.
  if (status === 409) return true;
  if (status >= 400) {
    log('warn', { status }, 'the Director refused the registration of the ECUs');
    return false;
  }
  store.change({ registered: mark });
  return true;
}
export type DirectorLink = ReturnType<typeof createDirectorLink>;
