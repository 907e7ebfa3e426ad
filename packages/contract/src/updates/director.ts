import { type Static, Type } from 'typebox';
import { EcuSerial, Vin } from '../inventory/words.ts';
import { Empty, Id, listOperation, Nullable, OneOf, operation, Time } from '../operation.ts';
import { DirectorCustom } from './director-custom.ts';
import { Reason } from './words.ts';

const closed = { additionalProperties: false } as const;

export const directorProblems = [
  'director.bad-root',
  'director.draft-exists',
  'director.key-missing',
  'director.no-draft',
  'director.unknown-manifest',
  'director.unknown-vehicle',
] as const;
export type DirectorCode = (typeof directorProblems)[number];

export const directorRoles = ['root', 'targets', 'snapshot', 'timestamp'] as const;
export const servedKinds = ['none', 'install', 'ask', 'wait', 'installed'] as const;
const DialectWord = OneOf(['a', 'b'], 'a: the JSON of aktualizr, b: TUF 1.0');
const Document = Type.String({ minLength: 2, maxLength: 600_000, description: 'The file as it is, JSON in ASCII' });

const Draft = Type.Object({
  version: Type.Integer(),
  expires: Time,
  createdAt: Time,
  createdBy: Type.String(),
  dialects: Type.Array(
    Type.Object({
      dialect: DialectWord,
      complete: Type.Boolean(),
      signatures: Type.String({ description: 'How many of which keys, and which are missing, in words' }),
      document: Document,
    }),
  ),
});

export const DirectorStatus = Type.Object({
  rootVersion: Type.Integer(),
  rootExpires: Time,
  rootOnline: Type.Boolean({ description: 'The platform holds a root key and renews the root by itself' }),
  roles: Type.Array(
    Type.Object({
      role: OneOf(directorRoles),
      threshold: Type.Integer(),
      keys: Type.Array(Type.Object({ keyId: Type.String(), online: Type.Boolean(), since: Nullable(Time) })),
    }),
  ),
  draft: Nullable(Draft),
  lifetimes: Type.Object({
    targetsHours: Type.Number(),
    snapshotHours: Type.Number(),
    timestampHours: Type.Number(),
    renewedAfterHours: Type.Number(),
  }),
  vehicles: Type.Integer({ description: 'Registered' }),
  silent: Type.Integer({ description: 'Of which manifests stay away' }),
  faults: Type.Integer({ description: 'To which an update cannot be served' }),
  refused: Type.Integer({ description: 'Whose latest manifest was refused' }),
});
export type DirectorStatus = Static<typeof DirectorStatus>;

const Image = Type.Object({
  filename: Type.String(),
  length: Type.Integer(),
  sha256: Type.String(),
  releaseCounter: Nullable(Type.Integer()),
});

/** What the Director knows of a vehicle, for its tab "Updates". */
export const DirectorVehicle = Type.Object({
  vin: Vin,
  registeredAt: Time,
  primarySerial: EcuSerial,
  reregisterUntil: Nullable(Time),
  served: Type.Object({
    kind: OneOf(servedKinds, 'installed: nothing new, the targets name what is installed'),
    since: Nullable(Time),
    version: Type.Integer(),
    signedAt: Nullable(Time),
    fetchedAt: Nullable(Time),
    campaign: Nullable(Type.String()),
    release: Nullable(Type.String()),
    custom: Nullable(DirectorCustom),
    fault: Nullable(Type.String({ description: 'Why an assigned update is not served' })),
    targets: Type.Array(
      Type.Object({
        ...Image.properties,
        ecus: Type.Array(Type.Object({ serial: EcuSerial, hardwareId: Type.String() })),
      }),
    ),
  }),
  manifest: Type.Object({
    at: Nullable(Time),
    refusedAt: Nullable(Time),
    silentSince: Nullable(Time),
    missing: Type.Array(EcuSerial, { description: 'ECUs that the last manifest said nothing about' }),
  }),
  ecus: Type.Array(
    Type.Object({
      serial: EcuSerial,
      hardwareId: Type.String(),
      primary: Type.Boolean(),
      keyType: Type.String(),
      keyId: Type.String(),
      registeredAt: Time,
      installed: Nullable(
        Type.Object({ ...Image.properties, software: Nullable(Type.String()), version: Nullable(Type.String()) }),
      ),
    }),
  ),
  notes: Type.Array(
    Type.Object({
      kind: OneOf(['system-info', 'network', 'configuration', 'packages']),
      receivedAt: Time,
      document: Type.String({ description: 'As sent; a configuration without its secrets' }),
    }),
  ),
});
export type DirectorVehicle = Static<typeof DirectorVehicle>;

export const VehicleManifest = Type.Object({
  id: Type.String(),
  vin: Vin,
  receivedAt: Time,
  lastAt: Time,
  count: Type.Integer({ description: 'How often the same was said' }),
  outcome: OneOf(['accepted', 'refused']),
  code: Nullable(Type.String()),
  detail: Type.String(),
  dialect: DialectWord,
  counter: Nullable(Type.Integer()),
  ecus: Type.Array(
    Type.Object({
      serial: Type.String(),
      state: Type.String({ description: 'fresh, stale, possible-replay, replayed' }),
      filename: Type.String(),
      sha256: Nullable(Type.String()),
      attacks: Type.String(),
    }),
  ),
});
export type VehicleManifest = Static<typeof VehicleManifest>;

const vinParams = Type.Object({ vin: Vin });

export const directorOperations = {
  getDirector: operation({
    method: 'GET',
    path: '/director',
    summary: 'Keys, thresholds and expiry of the Director, the root that waits for signatures, and vehicles in trouble',
    permission: 'updates.read',
    problems: [],
    ok: DirectorStatus,
  }),
  getDirectorRoot: operation({
    method: 'GET',
    path: '/director/roots/:dialect',
    summary: 'The root in force, to sign the next one with',
    permission: 'updates.read',
    problems: [],
    params: Type.Object({ dialect: Type.Unsafe<'a' | 'b'>({ type: 'string', pattern: '^[ab]$', maxLength: 1 }) }),
    ok: Type.Object({ version: Type.Integer(), document: Document }),
  }),
  rotateDirectorKeys: operation({
    method: 'POST',
    path: '/director/rotations',
    summary:
      'Replace online keys of the Director; published at once while a root key is online, else a root to be signed',
    permission: 'updates.keys',
    problems: ['director.draft-exists'],
    body: Type.Object(
      {
        roles: Type.Array(OneOf(['root', 'targets', 'snapshot', 'timestamp']), { minItems: 1, maxItems: 4 }),
        reason: Reason,
      },
      closed,
    ),
    ok: DirectorStatus,
  }),
  planDirectorRoot: operation({
    method: 'POST',
    path: '/director/root-plans',
    summary:
      'Take the root keys offline or exchange them: writes the next root, to be signed by a threshold of its keys',
    permission: 'updates.keys',
    problems: ['director.draft-exists', 'director.bad-root'],
    body: Type.Object(
      {
        keys: Type.Array(
          Type.String({ maxLength: 8_192, description: 'A public key file of `bulkhead keys create`' }),
          {
            minItems: 1,
            maxItems: 20,
          },
        ),
        threshold: Type.Integer({ minimum: 1, maximum: 20 }),
        reason: Reason,
      },
      closed,
    ),
    ok: DirectorStatus,
  }),
  signDirectorRoot: operation({
    method: 'PUT',
    path: '/director/root-draft',
    summary: 'Hand in a signed copy of the next root; published when both dialects have enough signatures',
    permission: 'updates.keys',
    problems: ['director.no-draft', 'director.bad-root'],
    body: Type.Object({ document: Document }, closed),
    ok: DirectorStatus,
  }),
  discardDirectorRoot: operation({
    method: 'DELETE',
    path: '/director/root-draft',
    summary: 'Give up the next root and the keys made for it',
    permission: 'updates.keys',
    problems: ['director.no-draft'],
    ok: Empty,
  }),
  resignDirector: operation({
    method: 'POST',
    path: '/director/signings',
    summary: 'Sign what every vehicle is served anew, as a job',
    permission: 'updates.keys',
    problems: [],
    ok: Type.Object({ jobId: Id }),
  }),
  getVehicleDirector: operation({
    method: 'GET',
    path: '/vehicles/:vin/director',
    summary: 'What a vehicle is served since when, its last manifest, its keys and what runs on its ECUs',
    permission: 'updates.read',
    problems: ['director.unknown-vehicle'],
    params: vinParams,
    ok: DirectorVehicle,
  }),
  allowReregistration: operation({
    method: 'POST',
    path: '/vehicles/:vin/director/replacements',
    summary: 'Let ECUs of a vehicle register other keys for seven days: an ECU was replaced',
    permission: 'updates.operate',
    problems: ['director.unknown-vehicle'],
    params: vinParams,
    body: Type.Object({ reason: Reason }, closed),
    ok: Type.Object({ until: Time }),
  }),
  listManifests: listOperation({
    path: '/manifests',
    summary: 'What vehicles reported, the latest first: manifests that said something new, and those that were refused',
    permission: 'updates.read',
    item: VehicleManifest,
    defaultSort: '-receivedAt',
    fields: {
      vin: { type: 'string', label: 'VIN', sortable: false },
      outcome: { type: 'enum', label: 'Outcome', values: ['accepted', 'refused'], sortable: false },
      code: { type: 'string', label: 'Code', sortable: false },
      receivedAt: { type: 'time', label: 'Received' },
    },
  }),
  getManifest: operation({
    method: 'GET',
    path: '/manifests/:id',
    summary: 'A manifest as it was received',
    permission: 'updates.read',
    problems: ['director.unknown-manifest'],
    params: Type.Object({ id: Type.String({ pattern: '^[0-9]{1,18}$' }) }),
    ok: Type.Object({ ...VehicleManifest.properties, document: Type.String() }),
  }),
};
