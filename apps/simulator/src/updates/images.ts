import { createHash } from 'node:crypto';
import type { SlotImage } from '@bulkhead/agent';
import { contentOf } from '../fleet/content-hash.ts';

/** Name of the image of one version, as releases and repositories know it. */
export const imageName = (name: string, version: string): string =>
  `${name}-${version}.bin`.replaceAll(/[^A-Za-z0-9._+-]/g, '_');

/** What a simulated ECU runs: bytes that say which version they are. */
export function imageOf(name: string, version: string): { readonly image: SlotImage; readonly content: Buffer } {
  const content = Buffer.from(contentOf(name, version));
  const digest = (algorithm: string) => createHash(algorithm).update(content).digest('hex');
  const image = { filename: imageName(name, version), length: content.length, sha256: digest('sha256') };
  return { image: { ...image, sha512: digest('sha512') }, content };
}

/** The version in such bytes; undefined for an image of somebody else. */
export function versionIn(content: Uint8Array): { readonly name: string; readonly version: string } | undefined {
  const [, name, version] =
    /^image of ([^\s]{1,100}) ([^\s]{1,100})$/.exec(Buffer.from(content).toString('latin1', 0, 300)) ?? [];
  return name !== undefined && version !== undefined ? { name, version } : undefined;
}
