import type { EcuState, Hashes, HashName, VerifiedImage } from '@bulkhead/uptane';

/** An image as it lies in a slot and in records on the medium: plain JSON. */
export interface SlotImage {
  readonly filename: string;
  /** Bytes. */
  readonly length: number;
  readonly sha256: string;
  readonly sha512?: string;
  readonly releaseCounter?: number;
}

export type InstalledState = NonNullable<EcuState['installed']>;

export function hashesOf({ sha256, sha512 }: SlotImage): Hashes {
  const hashes = new Map<HashName, string>([['sha256', sha256]]);
  if (sha512 !== undefined) hashes.set('sha512', sha512);
  return hashes;
}

/** As the verification and the version report see it. */
export function installedOf(image: SlotImage): InstalledState {
  const { filename, length, releaseCounter } = image;
  return { filename, length, hashes: hashesOf(image), releaseCounter };
}

/** What is to be installed, of an image that both repositories vouch for; its sha256 is always listed. */
export function slotImageOf({ filename, length, hashes, releaseCounter }: VerifiedImage): SlotImage {
  const sha512 = hashes.get('sha512');
  return {
    filename,
    length,
    sha256: hashes.get('sha256') ?? '',
    ...(sha512 === undefined ? {} : { sha512 }),
    ...(releaseCounter === undefined ? {} : { releaseCounter }),
  };
}

/** Same name and same bytes. */
export function isSameImage(a: SlotImage | undefined, b: SlotImage | undefined): boolean {
  return a !== undefined && b !== undefined && a.filename === b.filename && a.sha256 === b.sha256;
}
