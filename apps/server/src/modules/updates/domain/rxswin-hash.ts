import { createHash } from 'node:crypto';
import { canonicalJson } from '@bulkhead/kernel';

export interface HashedRxswin {
  readonly rxswin: string;
  readonly model: string;
  readonly version: number;
  readonly software: readonly {
    readonly role: string;
    readonly software: string;
    readonly version: string;
    readonly sha256: Buffer | null;
  }[];
}

/** Integrity of a definition (UN R156 7.1.1.3): over the identifier and all software with its own integrity data. */
export function rxswinHash({ rxswin, model, version, software }: HashedRxswin): Buffer {
  const entries = software
    .map(({ role, software: name, version: of, sha256 }) => [role, name, of, sha256?.toString('hex') ?? null])
    .sort((a, b) => (canonicalJson(a) < canonicalJson(b) ? -1 : 1));
  return createHash('sha256')
    .update('bulkhead rxswin 1\n')
    .update(canonicalJson([rxswin, model, version, entries]))
    .digest();
}
