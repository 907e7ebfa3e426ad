-- Every state change by a person, a token, a vehicle or a job. Rows are written with leaf_index null in the transaction of the
-- change; the sequencer numbers them once they are committed and takes them into the Merkle tree (RFC 9162 s2.1).
create table platform_audit_entry (
  id uuid primary key,
  -- Milliseconds, as they are hashed: finer digits could be changed unseen.
  at timestamptz(3) not null,
  action text not null,
  subject text not null,
  actor_kind text not null check (actor_kind in ('operator', 'token', 'vehicle', 'job', 'system')),
  actor_id text not null,
  actor_name text not null,
  -- Canonical JSON, kept as text: these are the bytes that were hashed.
  details text not null,
  leaf_index bigint,
  leaf_hash bytea,
  check ((leaf_index is null) = (leaf_hash is null))
);
create unique index platform_audit_entry_leaf on platform_audit_entry (leaf_index) where leaf_index is not null;
create index platform_audit_entry_waiting on platform_audit_entry (id) where leaf_index is null;
create index platform_audit_entry_at on platform_audit_entry (at, id);
create index platform_audit_entry_action on platform_audit_entry (action, at, id);
create index platform_audit_entry_subject on platform_audit_entry (subject, at, id);
create index platform_audit_entry_actor on platform_audit_entry (actor_name, at, id);

-- The compact range of the tree: the roots of its complete subtrees, largest first. One row.
create table platform_audit_tree (
  singleton boolean primary key default true check (singleton),
  size bigint not null,
  range bytea[] not null
);
insert into platform_audit_tree (size, range) values (0, '{}');

-- Signed tree heads (C2SP tlog-checkpoint).
create table platform_audit_checkpoint (
  size bigint primary key,
  root bytea not null,
  note text not null,
  at timestamptz not null
);
