import { existsSync, statSync } from 'node:fs';
import { type ExpectedFile, UptaneError, type VerifiedImage } from '@bulkhead/uptane';
import { AgentError } from '../error.ts';
import type { Log } from '../log.ts';
import { assembleFromBase } from './delta.ts';
import { downloadImage } from './download.ts';
import type { ImageFile } from './ecu.ts';
import type { FaultPoint } from './installer.ts';
import type { PlatformHttps } from './platform-https.ts';
import type { UpdateStore } from './update-store.ts';
import { repositoryPaths } from './verification.ts';

export interface ImageFetcherOptions {
  readonly https: PlatformHttps;
  readonly store: UpdateStore;
  readonly durable: boolean;
  readonly reached: FaultPoint;
  /** How often a download that breaks off is gone on with before the cycle ends. */
  readonly attempts: number;
  readonly pauseMs: number;
  /** File of what an ECU runs, where it is at hand: new images are then fetched as differences to it. */
  readonly baseOf: (serial: string) => string | undefined;
  readonly log: Log;
}

/** What is fetched: the encrypted form where there is one. */
export const fileOf = ({ filename, length, hashes, encrypted }: VerifiedImage): ExpectedFile =>
  encrypted ?? { filename, length, hashes };

/** Images are stored under their hash (Uptane 5.4.2.4, consistent snapshots): `targets/folder/HASH.name`. */
export function imagePath({ filename, hashes }: ExpectedFile): string {
  const at = filename.lastIndexOf('/') + 1;
  return `${repositoryPaths.image}/targets/${filename.slice(0, at)}${hashes.get('sha256')}.${filename.slice(at)}`;
}

/** An address in signed metadata leads to a path of the same platform, or is not followed: no other host is trusted. */
function sourceOf(image: VerifiedImage): string {
  const { uri } = image;
  return !image.encrypted && uri?.startsWith('/') && !uri.startsWith('//') ? uri : imagePath(fileOf(image));
}

/** Smaller images are fetched as a whole. */
const leastDeltaBytes = 128 * 1024;

/** Step 4 of the cycle: the bytes of verified images, one after the other. */
export function createImageFetcher(options: ImageFetcherOptions) {
  const { https, store, durable, reached, attempts, pauseMs } = options;
  return async (image: VerifiedImage, mayGoOn: () => string | undefined): Promise<ImageFile> => {
    const expected = fileOf(image);
    const sha256 = expected.hashes.get('sha256');
    if (sha256 === undefined)
      throw new UptaneError('uptane.wrong-value', expected.filename, 'lists no sha256, by which images are stored');
    const path = store.downloadPath(sha256);
    const source = sourceOf(image);
    await tryDelta(options, image, { source, path, mayGoOn });
    for (let attempt = 1; ; attempt++) {
      try {
        // also what was put together is checked here, as a download that has come to its end
        await downloadImage({ https, source, expected, path, durable, reached, mayGoOn });
        return { path, length: statSync(path).size };
      } catch (error) {
        if (!isPassing(error) || attempt >= attempts) throw error;
        await new Promise((resolve) => setTimeout(resolve, pauseMs * 2 ** (attempt - 1)));
      }
    }
  };
}

/** Where both ends have the base, only what differs is fetched; whatever goes wrong, the whole image still can be. */
async function tryDelta(
  { https, baseOf, log }: ImageFetcherOptions,
  image: VerifiedImage,
  { source, path, mayGoOn }: { source: string; path: string; mayGoOn: () => string | undefined },
): Promise<void> {
  const base = image.encrypted ? undefined : baseOf(image.serial);
  if (base === undefined || image.length < leastDeltaBytes || existsSync(path)) return;
  try {
    const fetched = await assembleFromBase({ https, source, expected: fileOf(image), path, base, mayGoOn });
    if (fetched !== undefined) log('info', { fetched, length: image.length }, 'an image was fetched as a difference');
  } catch (error) {
    if (error instanceof AgentError && error.code === 'agent.not-now') throw error;
    log('info', {}, `an image is fetched as a whole: ${String(error)}`);
  }
}

/** Broke off, or was not served: another attempt may do better. */
function isPassing(error: unknown): boolean {
  if (error instanceof AgentError) return error.code === 'agent.platform-unreachable';
  return error instanceof UptaneError && error.code === 'uptane.drop-request';
}
