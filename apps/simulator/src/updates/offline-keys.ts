import { createPrivateKey } from 'node:crypto';
import { generateSigningKey, type Signer, signerOf } from '@bulkhead/uptane';
import type { SimulatorState } from '../provision/simulator-state.ts';

/** The keys that a maker keeps away from any network: here they lie in the directory of the simulator. */
export interface OfflineKeys {
  readonly root: readonly [Signer, Signer];
  readonly targets: Signer;
}

const file = 'offline-keys.json';
const names = ['root-1', 'root-2', 'targets'] as const;
type Stored = Readonly<Record<(typeof names)[number], string>>;

/** The keys of before; made when there are none. */
export function openOfflineKeys(state: SimulatorState): OfflineKeys {
  const text = state.read(file);
  const stored = text ? (JSON.parse(text) as Stored) : make();
  if (!text) state.write(file, JSON.stringify(stored));
  const signer = (name: (typeof names)[number]) => signerOf(createPrivateKey(stored[name]));
  return { root: [signer('root-1'), signer('root-2')], targets: signer('targets') };
}

const make = (): Stored => {
  const pem = () => String(generateSigningKey().export({ format: 'pem', type: 'pkcs8' }));
  return { 'root-1': pem(), 'root-2': pem(), targets: pem() };
};
