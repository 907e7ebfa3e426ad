import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { InstallationReport, TrustedState } from '@bulkhead/uptane';
import { seal, unseal } from '../sealing.ts';
import { type State, writeAtomically } from '../state.ts';
import { type FaultPoint, noFault } from './installer.ts';
import type { SlotImage } from './slot-image.ts';
import { trustedFromWire, trustedToWire, type WireTrusted } from './trusted-wire.ts';

/** One ECU of an installation that has begun to activate. */
export interface InstallationEcu {
  readonly serial: string;
  readonly target: SlotImage;
  readonly before: SlotImage | null;
  /** How often its activation was begun; a slot that never came up is not tried for ever. */
  readonly activations: number;
}

/**
 * Past the point where an ECU may boot something new. `activating`: some run it, some do not yet. `checking`: all do.
 * `confirming` and `rolling-back`: the outcome is decided and only carried out.
 */
export interface Installation {
  readonly key: string;
  readonly correlationId: string | null;
  readonly phase: 'activating' | 'checking' | 'confirming' | 'rolling-back';
  readonly ecus: readonly InstallationEcu[];
  /** Why it is rolled back. */
  readonly failure: { readonly code: string; readonly detail: string; readonly serial: string | null } | null;
}

export interface UpdateEvent {
  readonly id: string;
  readonly deviceTime: string;
  readonly eventType: { readonly id: string; readonly version: 0 };
  readonly event: Readonly<Record<string, string | boolean>>;
}

/** What the user decided about one attempt; told to the Director until it was taken. */
export interface StoredDecision {
  readonly key: string;
  readonly decision: 'accepted' | 'denied' | 'postponed';
  readonly at: string;
  readonly until?: string;
  readonly informationSha256?: string;
  readonly told: boolean;
}

/** All that must survive a loss of power besides metadata and images; one file, so that it changes as one. */
export interface UpdateRecord {
  /** Of the Primary's version reports; on the medium before it is used. */
  readonly counter: number;
  readonly registered: string | null;
  readonly installation: Installation | null;
  /** Repeated until a manifest was taken. */
  readonly report: InstallationReport | null;
  readonly attacks: readonly string[];
  /** Attempts that ended, and are not begun again by themselves. */
  readonly ended: readonly string[];
  readonly decisions: readonly StoredDecision[];
  /** Failed downloads of the attempt under way. */
  readonly downloadFailures: { readonly key: string; readonly count: number } | null;
  readonly events: readonly UpdateEvent[];
}

const empty: UpdateRecord = Object.freeze({
  counter: 0,
  registered: null,
  installation: null,
  report: null,
  attacks: [],
  ended: [],
  decisions: [],
  downloadFailures: null,
  events: [],
});

export interface UpdateStoreOptions {
  readonly state: Pick<State, 'directory' | 'durable' | 'sealingKey'>;
  /** What the ECU was built with (requirement C4): the roots of both repositories. */
  readonly roots: { readonly director: Uint8Array; readonly image: Uint8Array };
  readonly reached?: FaultPoint;
}

/** What the update client keeps between boots. Sealed, so that nobody but this ECU can put older metadata back in pieces. */
export function openUpdateStore({ state, roots, reached = noFault }: UpdateStoreOptions) {
  const directory = join(state.directory, 'updates');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  let damaged = false;

  function read<T>(name: string, fallback: T): T {
    const path = join(directory, name);
    if (!existsSync(path)) return fallback;
    try {
      return JSON.parse(unseal(state.sealingKey, `update ${name}`, readFileSync(path)).toString()) as T;
    } catch {
      damaged = true; // told in the next manifest; the client begins again with what the plant put in
      return fallback;
    }
  }
  const write = (name: string, value: unknown) =>
    writeAtomically(
      join(directory, name),
      seal(state.sealingKey, `update ${name}`, Buffer.from(JSON.stringify(value))),
      state.durable,
      (step) => reached(`${name}-${step}`),
    );

  let record: UpdateRecord = { ...empty, ...read<Partial<UpdateRecord>>('record', {}) };
  const stored = read<WireTrusted | undefined>('trusted', undefined);
  let trusted: TrustedState = stored
    ? trustedFromWire(stored)
    : { director: { root: roots.director }, image: { root: roots.image } };
  if (damaged) record = { ...record, attacks: [...record.attacks, 'agent.state-damaged update state'] };

  return Object.freeze({
    directory,
    record: () => record,
    /** On the medium when it returns; nothing changes when nothing differs. */
    change: (part: Partial<UpdateRecord>): void => {
      record = { ...record, ...part };
      write('record', record);
    },
    trusted: () => trusted,
    saveTrusted: (next: TrustedState): void => {
      trusted = next;
      write('trusted', trustedToWire(next));
    },
    /** Where an image is collected while it is downloaded; named by its hash. */
    downloadPath: (sha256: string) => join(directory, `download-${sha256}`),
    dropDownload: (sha256: string): void => rmSync(join(directory, `download-${sha256}`), { force: true }),
  });
}
export type UpdateStore = ReturnType<typeof openUpdateStore>;
