import {
  closeSync,
  createReadStream,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { createImageCheck, type VerifiedImage } from '@bulkhead/uptane';
import { AgentError } from '../error.ts';
import { fileOf } from './fetch-images.ts';
import { plainContent } from './primary-ecu.ts';
import type { SecondaryAnswer } from './secondary-frames.ts';
import type { SecondaryOptions } from './secondary-options.ts';
import type { SecondaryStore } from './secondary-store.ts';
import { slotImageOf } from './slot-image.ts';

const prefix = 'incoming-';

/** The image as it comes over the link, in order, resumed after a break; verified before and while it goes into the slot. */
export function createSecondaryImage(
  { installer, decryptionKey, state }: SecondaryOptions,
  { directory }: SecondaryStore,
  expected: () => VerifiedImage | undefined,
) {
  function incoming() {
    const image = expected();
    if (!image) throw new AgentError('agent.install-failed', 'No image was verified to be meant for this ECU');
    const file = fileOf(image);
    const path = join(directory, `${prefix}${file.hashes.get('sha256')}`);
    return { image, file, path, held: existsSync(path) ? statSync(path).size : 0 };
  }

  function take(offset: number, payload: Buffer): SecondaryAnswer {
    const { file, path, held } = incoming();
    if (offset !== held) return { received: held };
    if (held + payload.length > file.length) {
      rmSync(path, { force: true });
      throw new AgentError('agent.install-failed', 'The image is longer than its metadata says');
    }
    const handle = openSync(path, 'a', 0o600);
    try {
      for (let at = 0; at < payload.length; ) at += writeSync(handle, payload, at);
      if (state.durable && held + payload.length === file.length) fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    return { received: held + payload.length };
  }

  async function end(): Promise<SecondaryAnswer> {
    const { image, file, path } = incoming();
    try {
      const check = createImageCheck(file);
      for await (const chunk of createReadStream(path)) check.update(chunk as Buffer);
      check.finish();
      await installer.stage(slotImageOf(image), plainContent(image, { path, length: file.length }, decryptionKey));
      return {};
    } finally {
      rmSync(path, { force: true });
    }
  }

  return Object.freeze({
    state: (): SecondaryAnswer => {
      const { path, held } = incoming();
      // what is left of other images takes room only
      for (const name of readdirSync(directory))
        if (name.startsWith(prefix) && join(directory, name) !== path) rmSync(join(directory, name), { force: true });
      return { received: held };
    },
    take,
    end,
  });
}
