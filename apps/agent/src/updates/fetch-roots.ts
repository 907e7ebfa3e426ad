import { createPlatformHttps, type PlatformHttpsOptions } from './platform-https.ts';
import { repositoryPaths } from './verification.ts';

/** The first roots of Director and Image repository, dialect of TUF (requirement C4). */
export interface UpdateRoots {
  readonly director: Uint8Array;
  readonly image: Uint8Array;
}

const mostRootBytes = 512_000;

/**
 * Fetches both first roots, where a plant has no better way: whoever answers is believed, so this belongs into the plant's
 * network, or into a simulation. Undefined while one of the repositories does not exist.
 */
export async function fetchUpdateRoots(options: PlatformHttpsOptions): Promise<UpdateRoots | undefined> {
  const https = createPlatformHttps(options);
  try {
    const of = async (repository: 'director' | 'image') => {
      const path = `${repositoryPaths[repository]}/1.root.json`;
      const { status, bytes } = await https.get(path, `${repository}/root`, mostRootBytes);
      return status === 200 ? bytes : undefined;
    };
    const director = await of('director');
    const image = director && (await of('image'));
    return director && image && { director, image };
  } finally {
    https.close();
  }
}
