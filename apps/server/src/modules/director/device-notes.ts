import { decodeJson, MessageProblem } from '@bulkhead/contract';
import type { Device } from '../identity/index.ts';
import type { DirectorDeps } from './deps.ts';
import { Refusal } from './domain/error.ts';
import { redactConfiguration } from './domain/redact.ts';
import { createDirectorStore } from './store.ts';
import type { NoteTable } from './tables.ts';

/** @throws Refusal `bad_request`, `too_large` */
export function readBody(bytes: Uint8Array, limit: number): unknown {
  try {
    return decodeJson(bytes, { bytes: limit, depth: 40 });
  } catch (cause) {
    if (!(cause instanceof MessageProblem)) throw cause;
    throw new Refusal(cause.code === 'message.too-large' ? 'too_large' : 'bad_request', cause.message, { cause });
  }
}

/** Keeps the latest of what a device says about itself: hardware, network, packages, configuration without its secrets. */
export const createDeviceNotes =
  ({ db, clock }: DirectorDeps) =>
  async (device: Device, kind: NoteTable['kind'], body: Uint8Array): Promise<void> => {
    const text =
      kind === 'configuration'
        ? redactConfiguration(new TextDecoder().decode(body))
        : JSON.stringify(readBody(body, body.length));
    const document = text.replaceAll('\0', '').toWellFormed();
    await createDirectorStore(db).putNote({ vin: device.vin, kind, document, received_at: clock.now() });
  };
