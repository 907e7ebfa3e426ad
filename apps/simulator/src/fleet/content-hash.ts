import { createHash } from 'node:crypto';

/** The image of one version: bytes that say which it is. */
export const contentOf = (name: string, version: string): string => `image of ${name} ${version}`;

/** SHA-256 of the image of one version, the same for plan and report. */
export const contentHash = (name: string, version: string): string =>
  createHash('sha256').update(contentOf(name, version)).digest('hex');
