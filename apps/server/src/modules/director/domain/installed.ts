import { targetNameFault } from '@bulkhead/uptane';

/** What an ECU last reported to run, with what the catalogue of images knows of it. */
export interface Installed {
  readonly filename: string;
  readonly length: number;
  readonly sha256: string;
  readonly sha512?: string | undefined;
  readonly releaseCounter?: number | undefined;
  /** As the release that brought it names it. */
  readonly software?: string | undefined;
  readonly version?: string | undefined;
}

/**
 * Whether it can be named in targets. What an ECU reports before its first update (`unknown`, `noimage`) is no image of
 * any repository.
 */
export const isImage = ({ filename, length }: Installed): boolean =>
  length > 0 && targetNameFault(filename) === undefined && /^[ -~]*$/.test(filename);
