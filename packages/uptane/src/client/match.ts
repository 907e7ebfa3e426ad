import { compactJson } from '../canonical-json.ts';
import { UptaneError } from '../error.ts';
import type { EncryptedImage, Hashes, Target } from '../model/targets.ts';
import type { Assignment } from './director.ts';

/** An image that was verified to be wanted by both repositories; what is left is to fetch and to check its bytes. */
export interface VerifiedImage {
  readonly serial: string;
  readonly hardwareId: string;
  readonly filename: string;
  /** Bytes; reading more is an endless-data attack. */
  readonly length: number;
  /** Every one of them must fit. */
  readonly hashes: Hashes;
  readonly releaseCounter: number | undefined;
  /** Where the image is, if not under its name below the Image repository: the Director's word first, then the Image repository's. */
  readonly uri: string | undefined;
  readonly targetFormat: string | undefined;
  readonly encrypted: EncryptedImage | undefined;
  /** The roles of the Image repository that vouch for it. */
  readonly chain: readonly string[];
}

/**
 * Uptane 5.4.4.2 step 10: both repositories say the same about an image.
 * @throws UptaneError `uptane.mix-and-match`, `uptane.wrong-hardware`
 */
export function matchImage(assignment: Assignment, image: Target, chain: readonly string[]): VerifiedImage {
  const { filename, target, serial, ecu } = assignment;
  const fault = mismatch(target, image);
  if (fault)
    throw new UptaneError('uptane.mix-and-match', filename, `Director and Image repository disagree: ${fault}`);
  // The Image repository says which hardware an image runs on; nothing said means it was released for none.
  if (!image.custom?.hardwareIds?.includes(ecu.hardwareId)) {
    const detail = `${filename} was not released for hardware ${ecu.hardwareId}, which ECU ${serial} is`;
    throw new UptaneError('uptane.wrong-hardware', filename, detail);
  }
  return {
    ...imageOf(assignment),
    hashes: new Map([...image.hashes, ...target.hashes]),
    uri: target.custom?.uri ?? image.custom?.uri,
    targetFormat: image.custom?.targetFormat ?? target.custom?.targetFormat,
    chain,
  };
}

/** An image by the Director's word alone: all that a partially verifying Secondary has. */
export function imageOf({ filename, target, serial, ecu }: Assignment): VerifiedImage {
  return {
    serial,
    hardwareId: ecu.hardwareId,
    filename,
    length: target.length,
    hashes: target.hashes,
    releaseCounter: target.custom?.releaseCounter,
    uri: target.custom?.uri,
    targetFormat: target.custom?.targetFormat,
    encrypted: ecu.encrypted,
    chain: [],
  };
}

function mismatch(director: Target, image: Target): string | undefined {
  if (director.length !== image.length) return 'the length';
  const shared = [...director.hashes].filter(([name]) => image.hashes.has(name));
  if (shared.length === 0) return 'no hash function in common';
  const other = shared.find(([name, hex]) => image.hashes.get(name) !== hex);
  if (other) return `the ${other[0]}`;
  if (director.custom?.releaseCounter !== image.custom?.releaseCounter) return 'the release counter';
  if (textOf(director) !== textOf(image)) return 'the custom values that shall match';
  // As dialect A's own client sees it: hardware belongs to the Image repository, ECUs to the Director
  if (director.custom?.hardwareIds) return 'the Director lists hardware ids';
  if (image.custom?.ecus) return 'the Image repository lists ECUs';
  return undefined;
}

function textOf({ custom }: Target): string {
  return custom?.shallMatch === undefined ? '' : compactJson(custom.shallMatch);
}
