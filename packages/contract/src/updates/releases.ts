import { type Static, Type } from 'typebox';
import { Code } from '../inventory/words.ts';
import { Empty, Id, listOperation, Nullable, OneOf, operation, Time } from '../operation.ts';
import { approvalDecisions, Dossier } from './dossier.ts';
import {
  Act,
  FileName,
  HardwareId,
  incompatibilities,
  Line,
  Name,
  NullableAct,
  Person,
  Prose,
  Reason,
  releaseStates,
  Sha256,
  Sha512,
  VulnerabilityId,
} from './words.ts';

const closed = { additionalProperties: false } as const;
const Version = Type.String({ minLength: 1, maxLength: 200 });

/** One image for one ECU role: a vehicle installs at most one image per ECU (Uptane 2.1 s5.4.4.6). */
const itemFields = {
  role: Code,
  softwareId: Id,
  sha256: Sha256,
  sha512: Type.Optional(Sha512),
  length: Type.Integer({ minimum: 0, maximum: 1_099_511_627_776 }),
  fileName: FileName,
  hardwareIds: Type.Array(HardwareId, {
    minItems: 1,
    maxItems: 50,
    description: 'Part numbers it fits, or PARTNUMBER/HARDWAREVERSION',
  }),
  releaseCounter: Type.Integer({ minimum: 0, maximum: 2_147_483_647 }),
  fromSoftwareId: Type.Optional(Id),
} as const;
export const ReleaseItemInput = Type.Object(itemFields, closed);
export type ReleaseItemInput = Static<typeof ReleaseItemInput>;
const ReleaseItem = Type.Object({
  ...itemFields,
  sha512: Nullable(Type.String()),
  fromSoftwareId: Nullable(Id),
  software: Type.String(),
  version: Type.String(),
  inCatalogue: Type.Boolean({ description: 'The image repository holds these bytes' }),
});

/** Uptane S18: judged on the software a vehicle would run after the update. */
export const ReleaseRule = Type.Object(
  {
    kind: OneOf(['requires', 'conflicts']),
    role: Code,
    name: Code,
    from: Type.Optional(Type.Object({ version: Version }, { ...closed, description: 'This version or newer' })),
    to: Type.Optional(Type.Object({ version: Version }, { ...closed, description: 'This version or older' })),
    note: Type.Optional(Line),
  },
  closed,
);
export type ReleaseRule = Static<typeof ReleaseRule>;

const Names = Type.Array(Type.String());
/** What a newer version brings: filled by whoever knows SBOMs and findings. */
export const ReleaseDiff = Type.Object({
  components: Type.Object({ added: Names, removed: Names, changed: Names }),
  vulnerabilities: Type.Object({ fixed: Names, introduced: Names, remaining: Names }),
});
export type ReleaseDiff = Static<typeof ReleaseDiff>;

const Voidable = Type.Object({
  ...Act.properties,
  hash: Type.String(),
  comment: Type.String(),
  voidedAt: Nullable(Time),
  voidedBecause: Nullable(Type.String()),
});
export const Approval = Type.Object({
  ...Voidable.properties,
  diffs: Type.Array(Type.Object({ softwareId: Id, fromSoftwareId: Nullable(Id), diff: Nullable(ReleaseDiff) }), {
    description: 'Differences in components and vulnerabilities as they stood when it was approved',
  }),
});
export const SignOff = Type.Object({ ...Voidable.properties, passed: Type.Boolean() });

export const Release = Type.Object({
  id: Id,
  name: Type.String(),
  state: OneOf(releaseStates),
  security: Type.Boolean(),
  models: Type.Array(Type.String()),
  items: Type.Integer(),
  fixes: Type.Integer(),
  hash: Type.String({ description: 'SHA-256 of the dossier and contents in canonical form' }),
  createdBy: Person,
  createdAt: Time,
  updatedAt: Time,
  publishedAt: Nullable(Time),
});
export type Release = Static<typeof Release>;

export const Gap = Type.Object({ field: Type.String(), clause: Type.String(), message: Type.String() });
export const ReleaseDetail = Type.Object({
  ...Release.properties,
  description: Type.String(),
  contents: Type.Array(ReleaseItem),
  rules: Type.Array(ReleaseRule),
  fixed: Type.Array(Type.String()),
  rxswins: Type.Array(Id),
  dossier: Dossier,
  gaps: Type.Array(Gap, { description: 'What is missing before verification can begin' }),
  authors: Type.Array(Person),
  signOff: Nullable(SignOff),
  approvals: Type.Array(Approval),
  voided: Type.Integer({ description: 'Sign-offs and approvals that a change made void' }),
  ended: Nullable(Type.Object({ ...Act.properties, reason: Type.String() })),
  published: NullableAct,
});
export type ReleaseDetail = Static<typeof ReleaseDetail>;

const params = Type.Object({ id: Id });
const bound = {
  hash: Type.String({ pattern: '^[0-9a-f]{64}$', description: 'The hash of what was read and is agreed to' }),
  comment: Type.String({ maxLength: 2_000 }),
};

/** Vehicles by what the check against their last known configuration found (UN R156 7.1.1.7). */
export const Compatibility = Type.Object({
  vehicles: Type.Integer(),
  compatible: Type.Integer(),
  groups: Type.Array(
    Type.Object({
      reason: OneOf(incompatibilities),
      subject: Type.String({ description: 'The ECU role or software it is about' }),
      text: Type.String(),
      vehicles: Type.Integer(),
      examples: Type.Array(Type.String()),
    }),
  ),
});
export type Compatibility = Static<typeof Compatibility>;

export const releaseOperations = {
  listReleases: listOperation({
    path: '/releases',
    summary: 'Releases of software for vehicles',
    permission: 'updates.read',
    item: Release,
    defaultSort: '-createdAt',
    fields: {
      name: { type: 'string', label: 'Name' },
      state: { type: 'enum', label: 'State', values: releaseStates },
      security: { type: 'boolean', label: 'Security update' },
      createdAt: { type: 'time', label: 'Created' },
      updatedAt: { type: 'time', label: 'Changed' },
      fixes: { type: 'string', label: 'Fixes vulnerability', sortable: false },
      model: { type: 'string', label: 'Model', sortable: false },
      approval: {
        type: 'enum',
        label: 'Type approval',
        values: approvalDecisions,
        sortable: false,
      },
    },
  }),
  createRelease: operation({
    method: 'POST',
    path: '/releases',
    summary: 'Open a release; its contents and dossier follow',
    permission: 'updates.write',
    problems: ['updates.duplicate-name'],
    body: Type.Object(
      { name: Name, description: Type.Optional(Prose), security: Type.Optional(Type.Boolean()) },
      closed,
    ),
    ok: ReleaseDetail,
  }),
  getRelease: operation({
    method: 'GET',
    path: '/releases/:id',
    summary: 'One release: contents, rules, dossier, sign-off, approvals',
    permission: 'updates.read',
    problems: ['updates.unknown-release'],
    params,
    ok: ReleaseDetail,
  }),
  putReleaseContents: operation({
    method: 'PUT',
    path: '/releases/:id/contents',
    summary: 'Set models, images, rules and fixed vulnerabilities; voids sign-off and approvals',
    permission: 'updates.write',
    problems: ['updates.unknown-release', 'updates.wrong-state', 'updates.bad-contents', 'updates.duplicate-name'],
    params,
    body: Type.Object(
      {
        name: Name,
        description: Prose,
        security: Type.Boolean(),
        models: Type.Array(Code, { maxItems: 100 }),
        items: Type.Array(ReleaseItemInput, { maxItems: 100 }),
        rules: Type.Array(ReleaseRule, { maxItems: 200 }),
        fixes: Type.Array(VulnerabilityId, { maxItems: 1_000 }),
        rxswins: Type.Optional(
          Type.Array(Id, { maxItems: 100, description: 'RXSWIN definitions that hold afterwards' }),
        ),
      },
      closed,
    ),
    ok: ReleaseDetail,
  }),
  putReleaseDossier: operation({
    method: 'PUT',
    path: '/releases/:id/dossier',
    summary: 'Set the update dossier (UN R156 7.1.2.5); voids sign-off and approvals',
    permission: 'updates.write',
    problems: ['updates.unknown-release', 'updates.wrong-state'],
    params,
    body: Dossier,
    ok: ReleaseDetail,
  }),
  submitRelease: operation({
    method: 'POST',
    path: '/releases/:id/submission',
    summary: 'Hand a complete release to verification',
    permission: 'updates.write',
    problems: ['updates.unknown-release', 'updates.wrong-state', 'updates.incomplete'],
    params,
    body: Empty,
    ok: ReleaseDetail,
  }),
  signOffRelease: operation({
    method: 'POST',
    path: '/releases/:id/sign-off',
    summary:
      'Say that verification and validation have passed or failed (UN R156 7.1.2.5 i); any later change voids it',
    permission: 'updates.approve',
    problems: [
      'updates.unknown-release',
      'updates.wrong-state',
      'updates.hash-changed',
      'updates.same-person',
      'updates.person-required',
    ],
    params,
    body: Type.Object({ ...bound, passed: Type.Boolean() }, closed),
    ok: ReleaseDetail,
  }),
  approveRelease: operation({
    method: 'POST',
    path: '/releases/:id/approvals',
    summary: 'Approve a verified release; two people who did not write it must agree to the same hash',
    permission: 'updates.approve',
    problems: [
      'updates.unknown-release',
      'updates.wrong-state',
      'updates.hash-changed',
      'updates.same-person',
      'updates.person-required',
      'updates.not-signed-off',
    ],
    params,
    body: Type.Object(bound, closed),
    ok: ReleaseDetail,
  }),
  returnRelease: operation({
    method: 'POST',
    path: '/releases/:id/return',
    summary: 'Return a release that is not published to its authors; voids sign-off and approvals',
    permission: 'updates.approve',
    problems: ['updates.unknown-release', 'updates.wrong-state'],
    params,
    body: Type.Object({ reason: Reason }, closed),
    ok: ReleaseDetail,
  }),
  publishRelease: operation({
    method: 'POST',
    path: '/releases/:id/publication',
    summary: 'Publish an approved release, so that campaigns may ship it',
    permission: 'updates.release',
    problems: ['updates.unknown-release', 'updates.wrong-state', 'updates.hash-changed', 'updates.bad-contents'],
    params,
    body: Type.Object({ hash: bound.hash }, closed),
    ok: ReleaseDetail,
  }),
  endRelease: operation({
    method: 'POST',
    path: '/releases/:id/end',
    summary:
      'Deprecate a published release, or withdraw it and stop what ships it; the count comes first when dryRun is set',
    permission: 'updates.release',
    problems: ['updates.unknown-release', 'updates.wrong-state'],
    params,
    body: Type.Object({ to: OneOf(['deprecated', 'withdrawn']), reason: Reason, dryRun: Type.Boolean() }, closed),
    ok: Type.Object({ campaigns: Type.Integer(), vehicles: Type.Integer(), state: OneOf(releaseStates) }),
  }),
  checkCompatibility: operation({
    method: 'POST',
    path: '/releases/:id/compatibility',
    summary: 'Compare a release with the last known configuration of every vehicle of a filter, grouped by reason',
    permission: 'updates.read',
    problems: ['updates.unknown-release', 'request.bad-filter'],
    params,
    body: Type.Object({ filter: Type.String({ maxLength: 2_000 }) }, closed),
    ok: Compatibility,
  }),
  getReleaseDiff: operation({
    method: 'GET',
    path: '/releases/:id/diff',
    summary: 'What changes in components and known vulnerabilities, image by image',
    permission: 'updates.read',
    problems: ['updates.unknown-release'],
    params,
    ok: Type.Object({
      items: Type.Array(
        Type.Object({
          role: Type.String(),
          software: Type.String(),
          from: Nullable(Type.String()),
          to: Type.String(),
          diff: Nullable(ReleaseDiff),
        }),
      ),
    }),
  }),
  exportDossier: operation({
    method: 'GET',
    path: '/releases/:id/dossier/export',
    summary: 'The dossier with sign-off and approvals, for the authority: JSON or a page to print',
    permission: 'updates.read',
    problems: ['updates.unknown-release'],
    params,
    query: Type.Object({ format: OneOf(['json', 'html']) }, closed),
    ok: Type.Unknown(),
    raw: { response: ['application/json', 'text/html'] },
  }),
};
