import { hash } from 'node:crypto';
import { type FetchRequest, type RepositoryName, runSteps, type Steps } from './client/fetch.ts';
import type { TrustedState, VehicleState } from './client/trusted-state.ts';
import { type FullOutcome, verifyFull } from './client/verify-full.ts';
import { type PartialOutcome, type PartialVerification, verifyPartial } from './client/verify-partial.ts';
import { type Dialect, dialectOf } from './dialect.ts';
import { UptaneError } from './error.ts';
import { noExtra } from './json/fields.ts';
import type { Signer } from './keys/signer.ts';
import type { Root } from './model/root.ts';
import type { DialectName, TopRole } from './model/signed.ts';
import type { FileMeta } from './model/snapshot.ts';
import type { Delegation, Targets } from './model/targets.ts';
import { signPayload } from './signing/sign.ts';
import {
  later,
  newRoleSigners,
  newSigner,
  now,
  type RoleSigners,
  roleOf,
  rootFor,
  targetOf,
  targetsOf,
} from './testing.ts';

/** One repository under test: whoever holds a key can publish anything in it. */
export interface Repository {
  signers: RoleSigners;
  root: Root;
  readonly files: Map<string, Uint8Array>;
}

export interface World {
  readonly dialect: Dialect;
  readonly director: Repository;
  readonly image: Repository;
  readonly supplier: Signer;
  readonly requests: FetchRequest[];
}

export const vehicle: VehicleState = {
  vehicleId: 'WVWZZZ1KZAW000001',
  ecus: new Map([
    ['primary-1', { hardwareId: 'gateway' }],
    ['brake-1', { hardwareId: 'bcm-2' }],
  ]),
};

export interface Publication {
  readonly targets: Targets;
  readonly delegated?: Readonly<Record<string, { targets: Targets; by: readonly Signer[] }>>;
  readonly version?: number;
  readonly expires?: Partial<Record<TopRole, string>>;
  /** Instead of the repository's own keys. */
  readonly by?: Partial<Record<TopRole, readonly Signer[]>>;
  readonly meta?: (meta: Map<string, FileMeta>) => Map<string, FileMeta>;
  readonly snapshotMeta?: (meta: FileMeta) => FileMeta;
}

export const fileMeta = (version: number, bytes: Uint8Array): FileMeta => ({
  version,
  length: bytes.length,
  hashes: new Map([['sha256', hash('sha256', bytes, 'hex')]]),
  extra: noExtra,
});

/** Signs and serves a whole set; snapshot and timestamp get the version of the publication. */
export function publish({ dialect }: Pick<World, 'dialect'>, repository: Repository, what: Publication): void {
  const { files, signers, root } = repository;
  const { version = what.targets.version, by = {}, expires = {} } = what;
  const rootPath = dialect.path('root', root.version);
  if (!files.has(rootPath)) files.set(rootPath, signPayload(root, dialect, by.root ?? signers.root));
  const meta = new Map<string, FileMeta>();
  const put = (role: string, targets: Targets, keys: readonly Signer[]) => {
    const bytes = signPayload(targets, dialect, keys);
    files.set(dialect.path(role, targets.version), bytes);
    meta.set(`${role}.json`, fileMeta(targets.version, bytes));
  };
  put('targets', { ...what.targets, expires: expires.targets ?? what.targets.expires }, by.targets ?? signers.targets);
  for (const [role, { targets, by: keys }] of Object.entries(what.delegated ?? {})) put(role, targets, keys);
  const common = { version, expires: expires.snapshot ?? later, extra: noExtra };
  const listed = what.meta?.(meta) ?? meta;
  const snapshot = signPayload({ type: 'snapshot', ...common, meta: listed }, dialect, by.snapshot ?? signers.snapshot);
  files.set(dialect.path('snapshot', version), snapshot);
  const entry = fileMeta(version, snapshot);
  const timestamp = { type: 'timestamp', version, expires: expires.timestamp ?? later, extra: noExtra } as const;
  const payload = { ...timestamp, snapshot: what.snapshotMeta?.(entry) ?? entry };
  files.set(dialect.path('timestamp', version), signPayload(payload, dialect, by.timestamp ?? signers.timestamp));
}

function newRepository(): Repository {
  const signers = newRoleSigners();
  return { signers, root: rootFor(signers, { consistentSnapshot: true }), files: new Map() };
}

export const brakeFile = 'acme/brake/2.0.bin';
export const imageTarget = targetOf('brake 2.0', { hardwareIds: ['bcm-2'], releaseCounter: 2 });
export const directorTarget = targetOf('brake 2.0', {
  ecus: new Map([['brake-1', { hardwareId: 'bcm-2', encrypted: undefined, extra: noExtra }]]),
  releaseCounter: 2,
});

export function directorTargets(more: Partial<Targets> = {}): Targets {
  const custom = { vehicleId: vehicle.vehicleId, correlationId: 'campaign-1', extra: noExtra };
  return targetsOf({ [brakeFile]: directorTarget }, { custom, ...more });
}

export function delegationTo(signers: readonly Signer[], more: Partial<Delegation> = {}, name = 'acme'): Delegation {
  return {
    roles: [{ name, ...roleOf(signers) }],
    name: undefined,
    agreement: 1,
    paths: ['acme/*/*'],
    hardwareIds: undefined,
    terminating: false,
    extra: noExtra,
    ...more,
  };
}

export function delegating(
  signers: readonly Signer[],
  list: readonly Delegation[],
  more: Partial<Targets> = {},
): Targets {
  const keys = new Map(signers.map(({ keyId, key }) => [keyId, key]));
  return targetsOf({}, { delegations: { keys, list, extra: noExtra }, ...more });
}

/** Both repositories offer brake software 2.0 for brake-1; the Image repository by delegation to a supplier. */
export function newWorld(name: DialectName): World {
  const world: World = {
    dialect: dialectOf(name),
    director: newRepository(),
    image: newRepository(),
    supplier: newSigner(),
    requests: [],
  };
  publish(world, world.director, { targets: directorTargets() });
  publishImages(world);
  return world;
}

export function publishImages(world: World, more: Partial<Publication> = {}, version = 1): void {
  const { supplier } = world;
  publish(world, world.image, {
    targets: delegating([supplier], [delegationTo([supplier])], { version }),
    delegated: { acme: { targets: targetsOf({ [brakeFile]: imageTarget }, { version }), by: [supplier] } },
    ...more,
  });
}

/** What the ECU is built with: the first root of both repositories, and nothing else. */
export function provisioned({ dialect, director, image }: World): TrustedState {
  const first = ({ root, signers }: Repository) => ({
    root: signPayload({ ...root, version: 1 }, dialect, signers.root),
  });
  return { director: first(director), image: first(image) };
}

/** Replaces the root by its successor, signed by both sets of root keys, and the keys that publish from now on. */
export function rotate({ dialect }: World, repository: Repository, changed: Partial<RoleSigners>): void {
  const before = repository.signers.root;
  repository.signers = { ...repository.signers, ...changed };
  repository.root = rootFor(repository.signers, { version: repository.root.version + 1, consistentSnapshot: true });
  const signers = new Map([...before, ...repository.signers.root].map((signer) => [signer.keyId, signer]));
  repository.files.set(
    dialect.path('root', repository.root.version),
    signPayload(repository.root, dialect, [...signers.values()]),
  );
}

export function serve(world: World): (request: FetchRequest) => Uint8Array | undefined {
  return (request) => {
    world.requests.push(request);
    return world[request.repository].files.get(request.path);
  };
}

export interface CycleOptions {
  readonly now?: Date | undefined;
  readonly vehicle?: VehicleState;
}

/** One cycle of a Primary. */
export function cycle(
  world: World,
  trusted: TrustedState = provisioned(world),
  options: CycleOptions = {},
): FullOutcome {
  world.requests.length = 0;
  const input = { dialect: world.dialect.name, now, vehicle, trusted, ...options };
  return run(world, verifyFull(input));
}

/** One cycle of the Secondary brake-1 with partial verification. */
export function partialCycle(world: World, more: Partial<PartialVerification> = {}): PartialOutcome {
  const trusted = { director: provisioned(world).director };
  const ecu = { hardwareId: 'bcm-2' };
  const input = {
    dialect: world.dialect.name,
    now,
    vehicleId: vehicle.vehicleId,
    serial: 'brake-1',
    ecu,
    trusted,
    ...more,
  };
  return run(world, verifyPartial(input));
}

function run<T>(world: World, steps: Steps<T>): T {
  return runSteps(steps, serve(world));
}

/** The code and place of a failed outcome, for one comparison. */
export function failureOf({ failure }: { failure: UptaneError | undefined }): string {
  return failure instanceof UptaneError ? `${failure.code} ${failure.place}` : 'none';
}

export const repositories: readonly RepositoryName[] = ['director', 'image'];
export const worlds: readonly DialectName[] = ['a', 'b'];
