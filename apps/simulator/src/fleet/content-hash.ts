import { createHash } from 'node:crypto';

/** Stands for the SHA-256 of the image of one version, the same for plan and report. */
export const contentHash = (name: string, version: string): string =>
  createHash('sha256').update(`image of ${name} ${version}`).digest('hex');
