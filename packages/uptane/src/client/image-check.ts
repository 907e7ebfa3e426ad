import { createHash } from 'node:crypto';
import { UptaneError } from '../error.ts';
import type { Hashes } from '../model/targets.ts';

/** What is known of a file before it is downloaded; an image, or its encrypted form. */
export interface ExpectedFile {
  readonly filename: string;
  readonly length: number;
  readonly hashes: Hashes;
}

export interface ImageCheck {
  /** @throws UptaneError `uptane.endless-data` at the first byte beyond the length. */
  update(chunk: Uint8Array): void;
  /** @throws UptaneError `uptane.arbitrary-software` when the file is too short or any of its hashes differs. */
  finish(): void;
}

/** Checks an image as it streams by (Uptane 5.4.3.4): its length, and every hash listed, not only the strongest. */
export function createImageCheck({ filename, length, hashes }: ExpectedFile): ImageCheck {
  const running = [...hashes].map(([name, expected]) => ({ name, expected, hash: createHash(name) }));
  let received = 0;
  return Object.freeze({
    update(chunk: Uint8Array) {
      received += chunk.length;
      if (received > length)
        throw new UptaneError('uptane.endless-data', filename, `is longer than its ${length} bytes`);
      for (const { hash } of running) hash.update(chunk);
    },
    finish() {
      if (received !== length)
        throw new UptaneError('uptane.arbitrary-software', filename, `has ${received} bytes, expected ${length}`);
      if (running.length === 0) throw new UptaneError('uptane.arbitrary-software', filename, 'has no hash to check');
      for (const { name, expected, hash } of running) {
        if (hash.digest('hex') !== expected)
          throw new UptaneError('uptane.arbitrary-software', filename, `has another ${name} than was signed`);
      }
    },
  });
}
