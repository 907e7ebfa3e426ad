import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What the simulator keeps between runs, one directory per platform: the identities of one root mean nothing to
 * another, so a platform with a fresh data directory starts with a fresh fleet.
 */
export function openSimulatorState(directory: string, rootFingerprint: string) {
  const own = join(directory, rootFingerprint.slice(0, 16));
  mkdirSync(own, { recursive: true, mode: 0o700 });
  return Object.freeze({
    directory: own,
    path: (...names: readonly string[]) => join(own, ...names),
    read: (name: string): string | undefined => {
      try {
        return readFileSync(join(own, name), 'utf8');
      } catch {
        return undefined;
      }
    },
    write: (name: string, text: string): void => writeFileSync(join(own, name), text, { mode: 0o600 }),
  });
}
export type SimulatorState = ReturnType<typeof openSimulatorState>;
