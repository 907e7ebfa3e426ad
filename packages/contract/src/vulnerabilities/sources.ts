import { type Static, Type } from 'typebox';
import { Id, listOperation, Nullable, OneOf, operation, Time } from '../operation.ts';
import { closed, Text, VulnerabilityRef } from './words.ts';

/** What a source carries: `advisories` takes CVE 5, OSV and CSAF records, each told by its content. */
export const sourceKinds = ['advisories', 'kev', 'epss', 'vex'] as const;
export const sourceOrigins = ['url', 'directory', 'upload', 'own'] as const;
/** `quiet` = it answers well, and has brought nothing new for longer than expected: feeds die in silence. */
export const freshnesses = ['fresh', 'stale', 'never', 'failing', 'quiet', 'disabled', 'removing'] as const;

export const Source = Type.Object({
  id: Id,
  name: Type.String(),
  kind: OneOf(sourceKinds),
  origin: OneOf(sourceOrigins),
  location: Nullable(Type.String({ description: 'URL or directory on the server' })),
  everyMinutes: Nullable(Type.Integer()),
  staleAfterHours: Type.Integer({ description: 'Hours without a successful reading after which it is stale' }),
  quietAfterDays: Nullable(Type.Integer({ description: 'Days without anything new after which it is quiet' })),
  removeMissing: Type.Boolean({ description: 'Records that a completely read file no longer holds are removed' }),
  enabled: Type.Boolean(),
  freshness: OneOf(freshnesses),
  records: Type.Integer(),
  problems: Type.Integer({ description: 'Records set aside because they could not be read' }),
  lastSuccessAt: Nullable(Time),
  lastAttemptAt: Nullable(Time),
  lastChangeAt: Nullable(Time),
  nextAt: Nullable(Time),
  lastError: Nullable(Type.String()),
  jobId: Nullable(Id),
  createdAt: Time,
});
export type Source = Static<typeof Source>;

export const SourceProblem = Type.Object({
  id: Id,
  source: Type.String(),
  file: Type.String({ description: 'File of the directory or name of the upload; empty for a URL' }),
  record: Type.String({ description: 'Id of the record, or its place in the file' }),
  code: Type.String(),
  reason: Type.String(),
  excerpt: Type.String(),
  firstAt: Time,
  lastAt: Time,
  count: Type.Integer(),
});
export type SourceProblem = Static<typeof SourceProblem>;

const settings = {
  name: Text,
  location: Type.Optional(Type.String({ minLength: 1, maxLength: 2000 })),
  everyMinutes: Type.Optional(
    Nullable(Type.Integer({ minimum: 5, maximum: 43_200, description: 'Null = only when asked' })),
  ),
  staleAfterHours: Type.Optional(Type.Integer({ minimum: 1, maximum: 26_280 })),
  quietAfterDays: Type.Optional(Nullable(Type.Integer({ minimum: 1, maximum: 3_650 }))),
  removeMissing: Type.Optional(Type.Boolean()),
  enabled: Type.Optional(Type.Boolean()),
};
const configure = 'vulnerabilities.configure';
const params = Type.Object({ id: Id });

/** An advisory typed by hand; the server checks it and names the place of each mistake. */
export const OwnAdvisory = Type.Object(
  {
    ref: Type.Optional(VulnerabilityRef),
    title: Text,
    summary: Type.String({ maxLength: 10_000 }),
    aliases: Type.Optional(Type.Array(VulnerabilityRef, { maxItems: 20 })),
    vector: Type.Optional(Type.String({ maxLength: 500, description: 'CVSS vector of any version' })),
    exploitation: Type.Optional(OneOf(['none', 'poc', 'active'])),
    cwes: Type.Optional(Type.Array(Type.String({ pattern: '^CWE-\\d{1,5}$' }), { maxItems: 20 })),
    references: Type.Optional(Type.Array(Type.String({ maxLength: 2000 }), { maxItems: 50 })),
    affected: Type.Array(
      Type.Object(
        {
          purl: Type.Optional(Type.String({ maxLength: 500, description: 'Without version' })),
          cpe: Type.Optional(Type.String({ maxLength: 500, description: 'CPE 2.3 without version' })),
          name: Type.Optional(Text),
          versions: Type.Optional(Type.Array(Text, { maxItems: 1000 })),
          introduced: Type.Optional(Text),
          fixed: Type.Optional(Text),
          lastAffected: Type.Optional(Text),
        },
        closed,
      ),
      { minItems: 1, maxItems: 100 },
    ),
  },
  closed,
);
export type OwnAdvisory = Static<typeof OwnAdvisory>;

export const sourceOperations = {
  listSources: operation({
    method: 'GET',
    path: '/advisory-sources',
    summary: 'Sources of advisories, with freshness and progress',
    permission: 'vulnerabilities.read',
    problems: [],
    ok: Type.Object({ items: Type.Array(Source) }),
  }),
  getSource: operation({
    method: 'GET',
    path: '/advisory-sources/:id',
    summary: 'One source',
    permission: 'vulnerabilities.read',
    problems: ['vulnerabilities.unknown-source'],
    params,
    ok: Source,
  }),
  createSource: operation({
    method: 'POST',
    path: '/advisory-sources',
    summary: 'Add a source: a URL read on a schedule, a directory on the server, or files that people upload',
    permission: configure,
    problems: ['vulnerabilities.bad-source'],
    body: Type.Object({ kind: OneOf(sourceKinds), origin: OneOf(['url', 'directory', 'upload']), ...settings }, closed),
    ok: Source,
  }),
  updateSource: operation({
    method: 'PATCH',
    path: '/advisory-sources/:id',
    summary: 'Change a source',
    permission: configure,
    problems: ['vulnerabilities.unknown-source', 'vulnerabilities.bad-source'],
    params,
    body: Type.Object({ ...settings, name: Type.Optional(Text) }, closed),
    ok: Source,
  }),
  deleteSource: operation({
    method: 'DELETE',
    path: '/advisory-sources/:id',
    summary:
      'Remove a source and its records, as a job; what only it knew is no finding any more. dryRun answers how much that is',
    permission: configure,
    problems: ['vulnerabilities.unknown-source', 'vulnerabilities.bad-source'],
    params,
    query: Type.Object({ dryRun: Type.Optional(Type.Boolean()) }, closed),
    ok: Type.Object({
      records: Type.Integer(),
      findings: Type.Integer(),
      jobId: Nullable(Id),
    }),
  }),
  syncSource: operation({
    method: 'POST',
    path: '/advisory-sources/:id/sync',
    summary: 'Read a source now, as a job',
    permission: configure,
    problems: ['vulnerabilities.unknown-source', 'vulnerabilities.bad-source'],
    params,
    body: Type.Object(
      { full: Type.Optional(Type.Boolean({ description: 'Read everything again, not only what changed' })) },
      closed,
    ),
    ok: Type.Object({ jobId: Id }),
  }),
  uploadAdvisories: operation({
    method: 'POST',
    path: '/advisory-sources/:id/records',
    summary:
      'Read a file into a source: JSON, NDJSON, CSV (EPSS), gzip, zip or tar of these; answers the job that reads it',
    permission: configure,
    problems: ['vulnerabilities.unknown-source', 'vulnerabilities.bad-source'],
    params,
    query: Type.Object({ name: Type.String({ minLength: 1, maxLength: 200 }) }, closed),
    ok: Type.Object({ jobId: Id }),
    raw: {
      request: [
        'application/octet-stream',
        'application/json',
        'application/x-ndjson',
        'application/gzip',
        'application/zip',
        'text/csv',
      ],
    },
  }),
  listSourceProblems: listOperation({
    path: '/advisory-problems',
    summary: 'Records that could not be read, with the reason',
    permission: 'vulnerabilities.read',
    item: SourceProblem,
    defaultSort: '-lastAt',
    fields: {
      source: { type: 'string', label: 'Source', sortable: false },
      record: { type: 'string', label: 'Record', sortable: false },
      code: { type: 'string', label: 'Code', sortable: false },
      lastAt: { type: 'time', label: 'Last seen' },
    },
  }),
  putOwnAdvisory: operation({
    method: 'POST',
    path: '/own-advisories',
    summary: 'Write an advisory by hand, or replace it by its ref; without one it gets the next BH number of the year',
    permission: 'vulnerabilities.decide',
    problems: ['vulnerabilities.bad-advisory'],
    body: OwnAdvisory,
    ok: Type.Object({ ref: Type.String(), findings: Type.Integer() }),
  }),
  withdrawOwnAdvisory: operation({
    method: 'POST',
    path: '/own-advisories/:ref/withdraw',
    summary: 'Withdraw an advisory written by hand',
    permission: 'vulnerabilities.decide',
    problems: ['vulnerabilities.unknown-vulnerability', 'vulnerabilities.bad-advisory'],
    params: Type.Object({ ref: VulnerabilityRef }),
    body: Type.Object({ reason: Text }, closed),
    ok: Type.Object({ ref: Type.String() }),
  }),
};
