import { fetchUpdateRoots, openState, type UpdateRoots } from '@bulkhead/agent';
import type { Endpoints } from '../provision/platform.ts';
import type { SimulatorState } from '../provision/simulator-state.ts';

/**
 * The first roots of Director and Image repository. A plant puts them into the ECUs; here the first vehicle that is online
 * fetches them for all, because a fleet may be simulated before there is a repository.
 */
export function createUpdateRoots(
  { estUrl, trust }: Endpoints,
  state: SimulatorState,
  directories: () => readonly string[],
) {
  let roots = read();
  let timer: NodeJS.Timeout | undefined;

  function read(): UpdateRoots | undefined {
    const text = state.read('update-roots');
    if (text === undefined) return undefined;
    const { director, image } = JSON.parse(text) as { director: string; image: string };
    return { director: Buffer.from(director, 'base64'), image: Buffer.from(image, 'base64') };
  }

  async function look(): Promise<void> {
    const identity = directories()
      .slice(0, 20)
      .map((directory) => openState({ directory, durable: false }).identity())
      .find((found) => found !== undefined);
    const found = identity && (await fetchUpdateRoots({ url: estUrl, trust, credential: async () => identity }));
    if (!found) return;
    roots = found;
    const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
    state.write('update-roots', JSON.stringify({ director: text(found.director), image: text(found.image) }));
    clearInterval(timer);
  }

  return {
    roots: () => roots,
    start: (everyMs: number): void => {
      if (!roots) timer = setInterval(() => void look().catch(() => {}), everyMs);
    },
    stop: (): void => clearInterval(timer),
  };
}
