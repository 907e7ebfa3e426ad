import { FileError } from './error.ts';

export interface UnpackLimits {
  /** Bytes of all unpacked content together. */
  readonly maxBytes: number;
  /** How many times its packed size content may grow to. */
  readonly maxRatio: number;
  readonly maxEntries: number;
  readonly maxNameLength: number;
}

export const defaultUnpackLimits: UnpackLimits = Object.freeze({
  maxBytes: 64 * 1024 ** 3,
  maxRatio: 250,
  maxEntries: 2_000_000,
  maxNameLength: 1_000,
});

/** What one packed stream, or one archive with all its entries, may still grow to. */
export interface Layer {
  /** `from` = packed bytes that were taken for it so far. @throws FileError `files.too-large` */
  spend(bytes: number, from: number): void;
}

const freeBytes = 1024 * 1024;

/** Bounds what comes out of one file: the ratio of each layer, and the total of all layers and entries together. */
export function createExpansion(limits: UnpackLimits) {
  let total = 0;
  let entries = 0;
  const layer = (): Layer => {
    let unpacked = 0;
    return Object.freeze({
      spend: (bytes: number, from: number) => {
        unpacked += bytes;
        total += bytes;
        const byRatio = Math.max(freeBytes, from * limits.maxRatio);
        if (unpacked > byRatio) throw tooLarge(`more than ${limits.maxRatio} times its packed size`);
        if (total > limits.maxBytes) throw tooLarge(`more than ${limits.maxBytes} bytes`);
      },
    });
  };
  const enter = (): void => {
    entries += 1;
    if (entries > limits.maxEntries)
      throw new FileError('files.too-large', `The archive holds more than ${limits.maxEntries} files: split it`);
  };
  return Object.freeze({ layer, enter });
}
export type Expansion = ReturnType<typeof createExpansion>;

const tooLarge = (what: string) =>
  new FileError('files.too-large', `Unpacked it is ${what}: give the unpacked file instead`);
