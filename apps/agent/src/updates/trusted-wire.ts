import type { RepositoryState, TrustedState } from '@bulkhead/uptane';

interface WireRepository {
  readonly root: string;
  readonly timestamp?: string | undefined;
  readonly snapshot?: string | undefined;
  readonly targets?: string | undefined;
  readonly delegated: readonly (readonly [string, string])[];
}

/** Verified metadata as JSON for the medium. */
export interface WireTrusted {
  readonly director: WireRepository;
  readonly image: WireRepository;
  readonly latestTime?: string | undefined;
}

const encode = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
const text = (bytes: Uint8Array | undefined) => bytes && encode(bytes);
const bytes = (base64: string | undefined) => (base64 === undefined ? undefined : Buffer.from(base64, 'base64'));

const toWire = ({ root, timestamp, snapshot, targets, delegated }: RepositoryState): WireRepository => ({
  root: encode(root),
  timestamp: text(timestamp),
  snapshot: text(snapshot),
  targets: text(targets),
  delegated: [...(delegated ?? [])].map(([name, file]) => [name, encode(file)] as const),
});

const fromWire = (wire: WireRepository): RepositoryState => ({
  root: Buffer.from(wire.root, 'base64'),
  timestamp: bytes(wire.timestamp),
  snapshot: bytes(wire.snapshot),
  targets: bytes(wire.targets),
  delegated: new Map(wire.delegated.map(([name, file]) => [name, Buffer.from(file, 'base64')])),
});

export const trustedToWire = ({ director, image, latestTime }: TrustedState): WireTrusted => ({
  director: toWire(director),
  image: toWire(image),
  latestTime,
});

export const trustedFromWire = ({ director, image, latestTime }: WireTrusted): TrustedState => ({
  director: fromWire(director),
  image: fromWire(image),
  latestTime,
});
