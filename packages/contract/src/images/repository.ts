import { type Static, Type } from 'typebox';
import { Empty, Nullable, OneOf, operation, Time } from '../operation.ts';
import { HardwareId } from '../updates/words.ts';
import { Actor, closed, Day, DialectWord, KeyFile, RoleName, Signatures } from './words.ts';

export const onlineRoles = ['snapshot', 'timestamp'] as const;
const OnlineRole = OneOf(onlineRoles, 'The roles whose keys the platform holds');

export const RepositoryRole = Type.Object({
  dialect: DialectWord,
  name: Type.String(),
  delegator: Nullable(Type.String({ description: 'The role that delegates to it; null for the four of the root' })),
  threshold: Type.Integer(),
  keys: Type.Array(
    Type.Object({
      keyId: Type.String(),
      type: Type.String(),
      online: Type.Boolean({ description: 'The platform holds the private key' }),
    }),
  ),
  paths: Type.Array(Type.String(), { description: 'Patterns of image names; empty for the roles of the root' }),
  hardwareIds: Nullable(Type.Array(Type.String())),
  terminating: Type.Boolean(),
  version: Nullable(Type.Integer({ description: 'Of its published file' })),
  expires: Nullable(Time),
  images: Type.Integer(),
});
export type RepositoryRole = Static<typeof RepositoryRole>;

/** A file on its way to publication. */
export const MetadataDraft = Type.Object({
  dialect: DialectWord,
  role: Type.String(),
  version: Type.Integer(),
  expires: Time,
  digest: Type.String({ description: 'SHA-256 of what is signed: read it aloud before signing' }),
  signatures: Signatures,
  previous: Nullable(Signatures),
  complete: Type.Boolean({ description: 'Enough keys signed it' }),
  fault: Nullable(Type.String({ description: 'Why it cannot be published yet, in words' })),
  images: Type.Integer(),
  created: Actor,
  updated: Actor,
});
export type MetadataDraft = Static<typeof MetadataDraft>;

export const DialectStatus = Type.Object({
  dialect: DialectWord,
  published: Type.Boolean({ description: 'Vehicles can read it' }),
  rootVersion: Nullable(Type.Integer()),
  rootDigest: Nullable(Type.String()),
  signedAt: Nullable(Time),
  fault: Nullable(Type.String({ description: 'Why timestamp and snapshot cannot be signed anew' })),
});
export type DialectStatus = Static<typeof DialectStatus>;

export const RepositoryStatus = Type.Object({
  dialects: Type.Array(DialectStatus),
  roles: Type.Array(RepositoryRole, {
    description: 'Of each wire form: the four of the root, then the delegated ones',
  }),
  drafts: Type.Array(MetadataDraft),
  onlineKeys: Type.Array(
    Type.Object({ role: OnlineRole, keyId: Type.String(), generation: Type.Integer(), createdAt: Time }),
  ),
  images: Type.Integer(),
  bytes: Type.Integer(),
  freeBytes: Nullable(Type.Integer()),
  next: Nullable(Type.String({ description: 'What to do next, while the repository is not complete' })),
});
export type RepositoryStatus = Static<typeof RepositoryStatus>;

const RolePlan = Type.Object(
  { keys: Type.Array(KeyFile, { minItems: 1, maxItems: 20 }), threshold: Type.Integer({ minimum: 1, maximum: 20 }) },
  closed,
);
const Pattern = Type.String({ pattern: '^[A-Za-z0-9_.+~@=,:*?/-]{1,512}$' });
const DelegationPlan = Type.Object(
  {
    name: RoleName,
    keys: Type.Array(KeyFile, { minItems: 1, maxItems: 20 }),
    threshold: Type.Integer({ minimum: 1, maximum: 20 }),
    paths: Type.Array(Pattern, { minItems: 1, maxItems: 50 }),
    hardwareIds: Type.Optional(Type.Array(HardwareId, { minItems: 1, maxItems: 200 })),
    terminating: Type.Optional(Type.Boolean()),
  },
  closed,
);
export type DelegationPlan = Static<typeof DelegationPlan>;

const WhichDialects = Type.Optional(
  Type.Array(DialectWord, { minItems: 1, maxItems: 2, uniqueItems: true, description: 'Both unless told' }),
);
const Drafts = Type.Object({ drafts: Type.Array(MetadataDraft) });
const draftParams = Type.Object({ dialect: DialectWord, role: RoleName });
const metadata = ['application/json', 'application/octet-stream'] as const;

export const repositoryOperations = {
  getRepository: operation({
    method: 'GET',
    path: '/repository',
    summary: 'The Image repository: roles with keys, thresholds and expiry, ceremonies under way, what to do next',
    permission: 'images.read',
    problems: [],
    ok: RepositoryStatus,
  }),
  getOnlineKey: operation({
    method: 'GET',
    path: '/repository/online-keys/:role',
    summary: 'The public key with which the platform signs snapshot or timestamp, as a ceremony takes it',
    permission: 'images.read',
    problems: [],
    params: Type.Object({ role: OnlineRole }),
    ok: KeyFile,
  }),
  renewOnlineKey: operation({
    method: 'POST',
    path: '/repository/online-keys/:role/renewal',
    summary: 'Make a new key for snapshot or timestamp; it signs once a root that names it is published',
    permission: 'images.manage',
    problems: [],
    params: Type.Object({ role: OnlineRole }),
    body: Empty,
    ok: KeyFile,
  }),
  createRootDraft: operation({
    method: 'POST',
    path: '/repository/roots',
    summary:
      'Open a root ceremony: the platform writes the next root with its newest online keys, people sign it offline',
    permission: 'images.manage',
    problems: ['images.bad-metadata', 'images.draft-exists'],
    body: Type.Object(
      {
        expires: Day,
        roles: Type.Object(
          { root: Type.Optional(RolePlan), targets: Type.Optional(RolePlan) },
          { ...closed, description: 'Both for the first root; later only those that change' },
        ),
        dialects: WhichDialects,
      },
      closed,
    ),
    ok: Drafts,
  }),
  createTargetsDraft: operation({
    method: 'POST',
    path: '/repository/targets',
    summary: 'Open the next version of the top-level targets with these delegations; images it lists stay',
    permission: 'images.manage',
    problems: ['images.bad-metadata', 'images.draft-exists', 'images.no-repository', 'images.overlapping-delegations'],
    body: Type.Object(
      {
        expires: Day,
        delegations: Type.Optional(
          Type.Array(DelegationPlan, { maxItems: 100, description: 'All of them, in order; left out: as they are' }),
        ),
        dialects: WhichDialects,
      },
      closed,
    ),
    ok: Drafts,
  }),
  uploadMetadata: operation({
    method: 'PUT',
    path: '/repository/metadata/:role',
    summary: 'Hand in a signed root, targets or delegated targets file; signatures over the same content are added up',
    permission: 'images.sign',
    problems: [
      'images.bad-metadata',
      'images.not-authorised',
      'images.no-repository',
      'images.overlapping-delegations',
      'images.missing-image',
      'images.draft-exists',
    ],
    params: Type.Object({ role: RoleName }),
    ok: MetadataDraft,
    raw: { request: metadata },
  }),
  downloadMetadata: operation({
    method: 'GET',
    path: '/repository/metadata/:role',
    summary: 'A file of the repository as it is published, or its draft to be signed',
    permission: 'images.read',
    problems: ['images.unknown-metadata'],
    params: Type.Object({ role: RoleName }),
    query: Type.Object(
      {
        dialect: Type.Optional(DialectWord),
        version: Type.Optional(Type.Integer({ minimum: 1, maximum: 2_147_483_647 })),
        draft: Type.Optional(Type.Boolean()),
      },
      closed,
    ),
    ok: Type.Unknown(),
    raw: { response: ['application/json'] },
  }),
  discardDraft: operation({
    method: 'DELETE',
    path: '/repository/drafts/:dialect/:role',
    summary: 'Throw a draft away, with the signatures it has',
    permission: 'images.manage',
    problems: ['images.unknown-metadata'],
    params: draftParams,
    ok: Empty,
  }),
  publishRepository: operation({
    method: 'POST',
    path: '/repository/publication',
    summary: 'Publish all complete drafts of a wire form with a new snapshot and timestamp; vehicles see them at once',
    permission: 'images.publish',
    problems: ['images.bad-metadata', 'images.no-repository', 'images.incomplete', 'images.missing-image'],
    body: Type.Object({ dialect: DialectWord, dryRun: Type.Optional(Type.Boolean()) }, closed),
    ok: Type.Object({
      published: Type.Array(Type.Object({ role: Type.String(), version: Type.Integer() })),
      waiting: Type.Array(Type.Object({ role: Type.String(), why: Type.String() })),
      added: Type.Array(Type.String(), { description: 'Images that are listed from now on; at most 100 are named' }),
      removed: Type.Array(Type.String(), { description: 'Images that are no longer listed; at most 100 are named' }),
      images: Type.Integer(),
    }),
  }),
};
