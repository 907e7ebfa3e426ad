import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { type PublicKey, type UptaneCode, UptaneError, type VerifiedImage } from '@bulkhead/uptane';
import { AgentError } from '../error.ts';
import { seal, unseal } from '../sealing.ts';
import { type State, writeAtomically } from '../state.ts';
import type { ImageFile, MetadataSource, ReportContext, UpdatableEcu } from './ecu.ts';
import type { SlotStanding } from './installer.ts';
import {
  decodeFrame,
  encodeFrame,
  headerRoom,
  type SecondaryAnswer,
  type SecondaryLink,
  type SecondaryRequest,
  type WireNeed,
} from './secondary-frames.ts';

export interface SecondaryEcuOptions {
  readonly serial: string;
  readonly hardwareId: string;
  /** Its public key, as the vehicle was built. */
  readonly key: PublicKey;
  readonly link: SecondaryLink;
  /** All ECUs of the vehicle, told to Secondaries that verify fully. */
  readonly ecus: () => readonly { readonly serial: string; readonly hardwareId: string }[];
  readonly state: Pick<State, 'directory' | 'durable' | 'sealingKey'>;
  readonly answerTimeoutMs?: number;
}

interface Known {
  readonly standing: SlotStanding;
  readonly report: string | null;
}

const unknown: SlotStanding = { running: undefined, onTrial: false, staged: undefined };

/** A Secondary as its Primary sees it, over a link that may be down for a while. */
export function createSecondaryEcu(options: SecondaryEcuOptions): UpdatableEcu {
  const { serial, hardwareId, key, state } = options;
  const ask = createAsk(options);
  const path = join(state.directory, `secondary-${serial}`);
  const purpose = `secondary ${serial}`;
  let known = readKnown();

  function readKnown(): Known {
    if (!existsSync(path)) return { standing: unknown, report: null };
    try {
      return JSON.parse(unseal(state.sealingKey, purpose, readFileSync(path)).toString()) as Known;
    } catch {
      return { standing: unknown, report: null };
    }
  }

  function keep(part: Partial<Known>): void {
    const next = { ...known, ...part };
    if (JSON.stringify(next) === JSON.stringify(known)) return;
    known = next;
    writeAtomically(path, seal(state.sealingKey, purpose, Buffer.from(JSON.stringify(known))), state.durable);
  }

  async function standing(): Promise<SlotStanding> {
    const { header } = await ask({ op: 'standing' });
    const { running, onTrial = false, staged } = header.standing ?? {};
    keep({ standing: { running, onTrial, staged } });
    return { running, onTrial, staged };
  }

  const restartOf = ({ header }: { header: SecondaryAnswer }) => header.restart ?? 'running';

  return Object.freeze({
    serial,
    hardwareId,
    key,
    standing,
    lastStanding: () => standing().catch(() => known.standing),
    versionReport: async ({ time }: ReportContext) => {
      try {
        const { payload } = await ask({ op: 'report', time: time?.toISOString() ?? null });
        keep({ report: payload.toString('base64') });
        return payload;
      } catch {
        // the last one again, byte for byte, while it is out of reach; the Director sees that it is old
        return known.report === null ? undefined : Buffer.from(known.report, 'base64');
      }
    },
    install: async (_image: VerifiedImage, file: ImageFile, metadata: MetadataSource, time: Date) => {
      const done = await verify(ask, options, metadata, time);
      if (!done) throw new AgentError('agent.install-failed', `ECU ${serial} finds nothing in the metadata for itself`);
      await sendImage(ask, options.link, file);
    },
    activate: async () => restartOf(await ask({ op: 'activate' })),
    isHealthy: async () => (await ask({ op: 'health' })).header.healthy === true,
    confirm: async () => void (await ask({ op: 'confirm' })),
    rollBack: async () => restartOf(await ask({ op: 'roll-back' })),
  });
}

type Ask = (
  request: SecondaryRequest,
  payload?: Uint8Array,
) => Promise<{ readonly header: SecondaryAnswer; readonly payload: Buffer }>;

const defaultTimeoutMs = 30_000;

function createAsk({ serial, link, answerTimeoutMs = defaultTimeoutMs }: SecondaryEcuOptions): Ask {
  return async (request, payload) => {
    const frame = encodeFrame(request, payload);
    if (frame.length > link.mostBytes)
      throw new AgentError('agent.bad-frame', `A message for ECU ${serial} is longer than its link carries`);
    const answer = await link.exchange(frame, AbortSignal.timeout(answerTimeoutMs));
    const decoded = decodeFrame<SecondaryAnswer>(answer);
    const { failure } = decoded.header;
    if (!failure) return decoded;
    const detail = `ECU ${serial}: ${String(failure.detail).slice(0, 300)}`;
    if (/^uptane\.[a-z-]{1,40}$/.test(String(failure.code)))
      throw new UptaneError(failure.code as UptaneCode, '', detail);
    throw new AgentError('agent.install-failed', detail);
  };
}

/** Uptane 5.4.2.6: the Secondary says which file it needs next, and gets it in pieces that fit the link. */
async function verify(ask: Ask, { ecus, link }: SecondaryEcuOptions, metadata: MetadataSource, time: Date) {
  let { header } = await ask({ op: 'verify', time: time.toISOString(), ecus: ecus() });
  const room = link.mostBytes - headerRoom;
  for (let rounds = 0; header.need && rounds < mostFiles; rounds++) {
    const bytes = await metadata(requestOf(header.need));
    if (!bytes) header = (await ask({ op: 'file', offset: 0, total: 0, missing: true })).header;
    else header = await sendFile(ask, bytes, room);
  }
  return header.done ?? undefined;
}

/** Files of one verification: both repositories with many new roots and delegations stay below. */
const mostFiles = 2_000;

const requestOf = ({ repository, role, version, path, maxBytes, optional }: WireNeed) => ({
  repository,
  role,
  version: version ?? undefined,
  path,
  maxBytes,
  optional,
});

async function sendFile(ask: Ask, bytes: Uint8Array, room: number): Promise<SecondaryAnswer> {
  for (let offset = 0; ; ) {
    const part = bytes.subarray(offset, offset + room);
    const { header } = await ask({ op: 'file', offset, total: bytes.length }, part);
    if (header.received === undefined) return header;
    if (header.received === offset && part.length > 0) throw new AgentError('agent.bad-frame', 'The link loses pieces');
    offset = header.received;
  }
}

/** Uptane 5.4.2.7, from where an earlier transfer ended. */
async function sendImage(ask: Ask, { mostBytes }: SecondaryLink, { path, length }: ImageFile): Promise<void> {
  const buffer = Buffer.alloc(mostBytes - headerRoom);
  let { received = 0 } = (await ask({ op: 'image-state' })).header;
  const file = openSync(path, 'r');
  try {
    while (received < length) {
      const read = readSync(file, buffer, 0, buffer.length, received);
      const { header } = await ask({ op: 'image', offset: received }, buffer.subarray(0, read));
      if ((header.received ?? 0) <= received) throw new AgentError('agent.bad-frame', 'The link loses pieces');
      received = header.received ?? 0;
    }
  } finally {
    closeSync(file);
  }
  await ask({ op: 'image-end' });
}
