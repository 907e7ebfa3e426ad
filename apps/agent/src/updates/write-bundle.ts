import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { createImageCheck } from '@bulkhead/uptane';
import { hashesOf, type SlotImage } from './slot-image.ts';

/** The verified image as a file for an installer of others, which is gone when `use` has ended. */
export async function withBundle<T>(
  path: string,
  image: SlotImage,
  content: AsyncIterable<Uint8Array>,
  use: (path: string) => Promise<T>,
): Promise<T> {
  const check = createImageCheck({ ...image, hashes: hashesOf(image) });
  try {
    const file = openSync(path, 'w', 0o600);
    try {
      for await (const chunk of content) {
        check.update(chunk);
        for (let at = 0; at < chunk.length; ) at += writeSync(file, chunk, at);
      }
      check.finish();
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    return await use(path);
  } finally {
    rmSync(path, { force: true });
  }
}
