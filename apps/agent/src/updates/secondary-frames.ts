import { AgentError } from '../error.ts';
import type { SlotImage } from './slot-image.ts';

/**
 * Carries one message to a Secondary and its answer back, whatever is behind it: UDS over CAN, DoIP, a serial line. It may
 * lose, repeat or change what it carries: all that matters is signed.
 */
export interface SecondaryLink {
  /** Longest message in either direction; at least 4 KiB. */
  readonly mostBytes: number;
  exchange(message: Uint8Array, signal: AbortSignal): Promise<Uint8Array>;
}

export interface WireFailure {
  readonly code: string;
  readonly place: string;
  readonly detail: string;
}

/** What a Secondary needs next to verify, as the Primary's own verification says it. */
export interface WireNeed {
  readonly repository: 'director' | 'image';
  readonly role: string;
  readonly version: number | null;
  readonly path: string;
  readonly maxBytes: number;
  readonly optional: boolean;
}

export type SecondaryRequest =
  | { readonly op: 'standing' | 'activate' | 'health' | 'confirm' | 'roll-back' | 'image-state' | 'image-end' }
  | { readonly op: 'report'; readonly time: string | null }
  /** Uptane 5.4.2.5 and 5.4.2.6: time and metadata go to the Secondary, which asks for what it wants. */
  | {
      readonly op: 'verify';
      readonly time: string;
      readonly ecus: readonly { readonly serial: string; readonly hardwareId: string }[];
    }
  | { readonly op: 'file'; readonly offset: number; readonly total: number; readonly missing?: boolean }
  | { readonly op: 'image'; readonly offset: number };

export interface SecondaryAnswer {
  readonly failure?: WireFailure;
  readonly need?: WireNeed;
  /** A verification has ended: with the sha256 and length of the file to send, or with nothing new. */
  readonly done?: { readonly sha256: string; readonly length: number } | null;
  readonly received?: number;
  readonly healthy?: boolean;
  readonly restart?: 'running' | 'reboot';
  readonly standing?: { readonly running?: SlotImage; readonly onTrial: boolean; readonly staged?: SlotImage };
}

const mostHeaderBytes = 32 * 1024;
const headerPlace = 4;
/** Room that a header of any request takes at most, apart from `verify`. */
export const headerRoom = 512;

/** A frame: length of the header, header in JSON, bytes. */
export function encodeFrame(
  header: SecondaryRequest | SecondaryAnswer,
  payload: Uint8Array = new Uint8Array(),
): Buffer {
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(headerPlace);
  length.writeUInt32BE(json.length);
  return Buffer.concat([length, json, payload]);
}

/** @throws AgentError `agent.bad-frame` for what is no frame */
export function decodeFrame<T>(bytes: Uint8Array): { readonly header: T; readonly payload: Buffer } {
  const frame = Buffer.from(bytes);
  const length = frame.length < headerPlace ? Number.POSITIVE_INFINITY : frame.readUInt32BE();
  if (length > mostHeaderBytes || length > frame.length - headerPlace)
    throw new AgentError('agent.bad-frame', 'A message on the link to a Secondary is damaged');
  try {
    const header = JSON.parse(frame.toString('utf8', headerPlace, headerPlace + length)) as T;
    if (typeof header !== 'object' || header === null) throw new TypeError('no object');
    return { header, payload: frame.subarray(headerPlace + length) };
  } catch (cause) {
    throw new AgentError('agent.bad-frame', 'A message on the link to a Secondary is damaged', { cause });
  }
}
