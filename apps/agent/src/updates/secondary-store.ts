import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TrustedState } from '@bulkhead/uptane';
import { seal, unseal } from '../sealing.ts';
import { writeAtomically } from '../state.ts';
import type { SecondaryOptions } from './secondary-options.ts';
import { trustedFromWire, trustedToWire, type WireTrusted } from './trusted-wire.ts';

interface Kept {
  readonly counter: number;
  readonly attack: string;
  readonly trusted: WireTrusted | null;
}

/** What a Secondary keeps between boots, in one sealed file. */
export function openSecondaryStore({ state, roots }: Pick<SecondaryOptions, 'state' | 'roots'>) {
  const directory = join(state.directory, 'updates');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, 'secondary');
  const provisioned: TrustedState = { director: { root: roots.director }, image: { root: roots.image } };
  let kept = read();

  function read(): Kept {
    const empty: Kept = { counter: 0, attack: '', trusted: null };
    if (!existsSync(path)) return empty;
    try {
      return JSON.parse(unseal(state.sealingKey, 'secondary', readFileSync(path)).toString()) as Kept;
    } catch {
      return { ...empty, attack: 'agent.state-damaged' }; // begins again with what it was built with
    }
  }
  function write(part: Partial<Kept>): void {
    kept = { ...kept, ...part };
    writeAtomically(path, seal(state.sealingKey, 'secondary', Buffer.from(JSON.stringify(kept))), state.durable);
  }

  return Object.freeze({
    directory,
    trusted: (): TrustedState => (kept.trusted ? trustedFromWire(kept.trusted) : provisioned),
    /** What was verified stays verified; what was detected is told in the next reports, until a verification succeeds. */
    save: (trusted: TrustedState, attack: string): void => write({ trusted: trustedToWire(trusted), attack }),
    attack: () => kept.attack,
    /** On the medium before it is used (Uptane 5.4.2.1.2). */
    nextCounter: (): number => {
      write({ counter: kept.counter + 1 });
      return kept.counter;
    },
  });
}
export type SecondaryStore = ReturnType<typeof openSecondaryStore>;
