-- The release desk: what may be shipped, why, and who agreed to exactly that (UN R156 7.1.2.5).
create table updates_release (
  id uuid primary key,
  name text not null unique,
  description text not null,
  state text not null check (state in ('draft', 'in-verification', 'approved', 'published', 'deprecated', 'withdrawn')),
  security boolean not null,
  models text[] not null,
  rules jsonb not null,
  rxswins uuid[] not null,
  dossier jsonb not null,
  -- Over contents and dossier in canonical form; what people agree to.
  hash bytea not null check (octet_length(hash) = 32),
  created_at timestamptz not null,
  created_by text not null,
  created_by_name text not null,
  updated_at timestamptz not null,
  published_at timestamptz,
  published_by text,
  published_by_name text,
  ended_at timestamptz,
  ended_by text,
  ended_by_name text,
  ended_reason text
);
create index updates_release_state on updates_release (state, id);
create index updates_release_security on updates_release (security, id);
create index updates_release_created on updates_release (created_at, id);
create index updates_release_updated on updates_release (updated_at, id);

create table updates_release_item (
  release_id uuid not null references updates_release,
  ordinal int not null,
  role text not null,
  software_id uuid not null,
  -- As registered when the item was set: the record must read the same for ever.
  software text not null,
  version text not null,
  from_software_id uuid,
  sha256 bytea not null check (octet_length(sha256) = 32),
  sha512 bytea check (octet_length(sha512) = 64),
  length bigint not null,
  file_name text not null,
  hardware_ids text[] not null,
  release_counter bigint not null,
  primary key (release_id, ordinal)
);
create index updates_release_item_software on updates_release_item (software_id);

create table updates_release_fix (
  release_id uuid not null references updates_release,
  vulnerability text not null,
  primary key (release_id, vulnerability)
);
create index updates_release_fix_vulnerability on updates_release_fix (vulnerability, release_id);

-- Everybody who ever changed it: none of them may agree to it.
create table updates_release_author (
  release_id uuid not null references updates_release,
  person_id text not null,
  name text not null,
  first_at timestamptz not null,
  primary key (release_id, person_id)
);

-- Sign-offs and approvals, also those that a change made void; never deleted.
create table updates_agreement (
  id uuid primary key,
  release_id uuid not null references updates_release,
  kind text not null check (kind in ('sign-off', 'approval')),
  hash bytea not null,
  passed boolean not null,
  comment text not null,
  diffs jsonb not null,
  at timestamptz not null,
  by_id text not null,
  by_name text not null,
  voided_at timestamptz,
  voided_because text
);
-- The same person cannot agree twice to one hash, however many requests race.
create unique index updates_agreement_once on updates_agreement (release_id, kind, by_id) where voided_at is null;
