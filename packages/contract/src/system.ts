import { type Static, Type } from 'typebox';
import { Empty, Id, listOperation, Nullable, OneOf, operation, Time } from './operation.ts';

export const systemProblems = ['jobs.unknown-job', 'jobs.already-ended'] as const;
export type SystemCode = (typeof systemProblems)[number];
export const jobStates = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const;

export const AuditEntry = Type.Object({
  id: Id,
  index: Nullable(Type.Integer({ description: 'Leaf index in the Merkle tree; null until the next checkpoint' })),
  at: Time,
  action: Type.String(),
  subject: Type.String(),
  by: Type.Object({
    kind: OneOf(['operator', 'token', 'vehicle', 'job', 'system']),
    id: Type.String(),
    name: Type.String(),
  }),
  details: Type.Unsafe<Record<string, unknown>>({ type: 'object' }),
});
export type AuditEntry = Static<typeof AuditEntry>;

export const Job = Type.Object({
  id: Id,
  kind: Type.String(),
  title: Type.String(),
  state: OneOf(jobStates),
  done: Type.Integer(),
  total: Nullable(Type.Integer()),
  result: Nullable(Type.Unsafe<Record<string, unknown>>({ type: 'object' })),
  error: Nullable(Type.String()),
  createdBy: Type.String(),
  createdAt: Time,
  startedAt: Nullable(Time),
  endedAt: Nullable(Time),
});
export type Job = Static<typeof Job>;

export const ruleStates = ['live', 'partial', 'not-yet'] as const;
export const Rule = Type.Object({
  number: Type.Integer(),
  title: Type.String(),
  state: OneOf(ruleStates),
  summary: Type.String(),
  figures: Type.Array(
    Type.Object({
      label: Type.String(),
      value: Type.String(),
      tone: OneOf(['good', 'neutral', 'warning', 'bad']),
      link: Nullable(Type.String()),
    }),
  ),
});
export type Rule = Static<typeof Rule>;

export const SystemInfo = Type.Object({
  version: Type.String(),
  node: Type.String(),
  postgres: Type.String(),
  database: OneOf(['embedded', 'external']),
  replica: Type.String(),
  startedAt: Time,
  demo: Type.Boolean(),
  rootFingerprint: Type.String(),
  endpoints: Type.Array(Type.Object({ name: Type.String(), address: Type.String(), purpose: Type.String() })),
  checks: Type.Array(Type.Object({ name: Type.String(), ok: Type.Boolean(), detail: Type.String() })),
  config: Type.Array(
    Type.Object({
      path: Type.String(),
      value: Type.String(),
      source: OneOf(['default', 'file', 'environment', 'flag']),
    }),
  ),
});
export type SystemInfo = Static<typeof SystemInfo>;

export const systemOperations = {
  listAudit: listOperation({
    path: '/audit',
    summary: 'The audit log, newest first',
    permission: 'audit.read',
    item: AuditEntry,
    defaultSort: '-at',
    fields: {
      action: { type: 'string', label: 'Action', sortable: false },
      subject: { type: 'string', label: 'Subject', sortable: false },
      actor: { type: 'string', label: 'Actor', sortable: false },
      actorKind: {
        type: 'enum',
        label: 'Kind of actor',
        values: ['operator', 'token', 'vehicle', 'job', 'system'],
        sortable: false,
      },
      at: { type: 'time', label: 'Time' },
    },
  }),
  getAuditCheckpoint: operation({
    method: 'GET',
    path: '/audit/checkpoint',
    summary: 'The newest signed checkpoint of the audit tree and the key that verifies it',
    permission: 'audit.read',
    problems: [],
    ok: Type.Object({
      checkpoint: Nullable(Type.String()),
      size: Type.Integer(),
      rootHash: Type.String(),
      key: Type.String(),
      at: Nullable(Time),
    }),
  }),
  exportAudit: operation({
    method: 'GET',
    path: '/audit/export',
    summary: 'The audit entries in tree order as NDJSON, enough to recompute every hash',
    permission: 'audit.read',
    problems: [],
    query: Type.Object(
      { from: Type.Optional(Type.Integer({ minimum: 0 })), to: Type.Optional(Type.Integer({ minimum: 0 })) },
      { additionalProperties: false },
    ),
    ok: Type.Unknown(),
    raw: { response: ['application/x-ndjson'] },
  }),
  verifyAudit: operation({
    method: 'POST',
    path: '/audit/verification',
    summary: 'Recompute the audit tree from its rows and compare it with every signed checkpoint',
    permission: 'audit.read',
    problems: [],
    body: Empty,
    ok: Type.Object({
      ok: Type.Boolean(),
      entries: Type.Integer(),
      checkpoints: Type.Integer(),
      pending: Type.Integer(),
      fault: Nullable(Type.String()),
      faultIndex: Nullable(Type.Integer()),
      seconds: Type.Number(),
    }),
  }),
  listJobs: listOperation({
    path: '/jobs',
    summary: 'Long work and its progress',
    permission: 'jobs.read',
    item: Job,
    defaultSort: '-createdAt',
    fields: {
      kind: { type: 'string', label: 'Kind' },
      state: { type: 'enum', label: 'State', values: jobStates },
      createdAt: { type: 'time', label: 'Created' },
    },
  }),
  getJob: operation({
    method: 'GET',
    path: '/jobs/:id',
    summary: 'One job',
    permission: 'jobs.read',
    problems: ['jobs.unknown-job'],
    params: Type.Object({ id: Id }),
    ok: Job,
  }),
  cancelJob: operation({
    method: 'POST',
    path: '/jobs/:id/cancellation',
    summary: 'Cancel a job',
    permission: 'jobs.cancel',
    problems: ['jobs.unknown-job', 'jobs.already-ended'],
    params: Type.Object({ id: Id }),
    body: Empty,
    ok: Job,
  }),
  getSystem: operation({
    method: 'GET',
    path: '/system',
    summary: 'Version, endpoints, health and settings (secrets redacted)',
    permission: 'system.read',
    problems: [],
    ok: SystemInfo,
  }),
  stream: operation({
    method: 'GET',
    path: '/stream',
    summary: 'Server-sent events that name what changed, so that screens follow without reload',
    permission: 'signed-in',
    problems: [],
    ok: Type.Unknown(),
    raw: { response: ['text/event-stream'] },
  }),
};

export const complianceOperations = {
  getRules: operation({
    method: 'GET',
    path: '/rules',
    summary: 'The ten golden rules with live figures',
    permission: 'compliance.read',
    problems: [],
    ok: Type.Object({ items: Type.Array(Rule) }),
  }),
};
