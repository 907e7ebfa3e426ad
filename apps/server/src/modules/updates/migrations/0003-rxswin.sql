-- The RXSWIN register (UN R156 7.1.1.3, 7.1.2.3): which software with which integrity data an identifier stands for, in versions
-- that are never changed once released, and what held before and after each campaign.
create table updates_rxswin (
  id uuid primary key,
  rxswin text not null,
  model text not null,
  version int not null,
  state text not null check (state in ('draft', 'released', 'superseded')),
  system text not null,
  regulation text not null,
  note text not null,
  hash bytea not null check (octet_length(hash) = 32),
  created_at timestamptz not null,
  released_at timestamptz,
  released_by text,
  released_by_name text,
  superseded_at timestamptz,
  -- The comparison with what vehicles report: when it is due, how far it has come, what it has found so far and at last.
  check_due_at timestamptz,
  check_cursor uuid,
  check_number int not null default 0,
  check_found bigint[] not null default '{0,0,0,0}',
  checked_at timestamptz,
  found bigint[],
  unique (rxswin, model, version)
);
create unique index updates_rxswin_draft on updates_rxswin (rxswin, model) where state = 'draft';
create unique index updates_rxswin_released on updates_rxswin (rxswin, model) where state = 'released';
create index updates_rxswin_rxswin on updates_rxswin (rxswin, id);
create index updates_rxswin_model on updates_rxswin (model, id);
create index updates_rxswin_state on updates_rxswin (state, id);
create index updates_rxswin_created on updates_rxswin (created_at, id);
create index updates_rxswin_due on updates_rxswin (check_due_at) where check_due_at is not null;

create table updates_rxswin_entry (
  rxswin_id uuid not null references updates_rxswin,
  ordinal int not null,
  role text not null,
  software_id uuid not null,
  software text not null,
  version text not null,
  sha256 bytea,
  primary key (rxswin_id, ordinal)
);

create table updates_rxswin_author (
  rxswin_id uuid not null references updates_rxswin,
  person_id text not null,
  name text not null,
  first_at timestamptz not null,
  primary key (rxswin_id, person_id)
);

-- What held before a campaign and what holds where it succeeded.
create table updates_rxswin_passage (
  campaign_id uuid not null references updates_campaign,
  after_id uuid not null references updates_rxswin,
  after_hash bytea not null,
  before_id uuid references updates_rxswin,
  before_hash bytea,
  started_at timestamptz not null,
  finished_at timestamptz,
  vehicles bigint not null,
  succeeded bigint not null default 0,
  primary key (campaign_id, after_id)
);
create index updates_rxswin_passage_after on updates_rxswin_passage (after_id);
create index updates_rxswin_passage_before on updates_rxswin_passage (before_id);

-- Vehicles that report other software than the definition says.
create table updates_rxswin_drift (
  id uuid primary key,
  rxswin_id uuid not null references updates_rxswin,
  vin text not null,
  check_number int not null,
  role text not null,
  software text not null,
  expected text not null,
  reported text not null,
  since timestamptz not null,
  unique (rxswin_id, vin)
);
create index updates_rxswin_drift_vin on updates_rxswin_drift (vin, id);
create index updates_rxswin_drift_since on updates_rxswin_drift (since, id);
