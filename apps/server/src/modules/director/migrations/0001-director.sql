-- Online keys by generation. Private halves lie in the key store under `director-ROLE.GENERATION`, never here.
create table director_key (
  role text not null check (role in ('root', 'targets', 'snapshot', 'timestamp')),
  generation int not null,
  key_id text not null,
  public_key text not null,
  -- pending: listed by a root that still wants signatures.
  state text not null check (state in ('pending', 'active', 'retired')),
  created_at timestamptz not null,
  primary key (role, generation)
);
create unique index director_key_active on director_key (role) where state = 'active';

create table director_root (
  version int not null,
  dialect text not null check (dialect in ('a', 'b')),
  document bytea not null,
  published_at timestamptz not null,
  published_by text not null,
  primary key (version, dialect)
);

-- The next root while signatures of offline keys are missing; one at a time.
create table director_draft (
  dialect text primary key check (dialect in ('a', 'b')),
  version int not null,
  document bytea not null,
  created_at timestamptz not null,
  created_by text not null
);

-- The key of each ECU, registered once; what a manifest is verified with.
create table director_ecu (
  ecu_id uuid primary key,
  vin text not null,
  serial text not null unique,
  hardware_id text not null,
  is_primary boolean not null,
  key_type text not null,
  key_value text not null,
  registered_at timestamptz not null
);
create index director_ecu_vin on director_ecu (vin, serial);

create table director_vehicle (
  vin text primary key,
  primary_serial text not null,
  registered_at timestamptz not null,
  -- Its ECUs may register other keys until then: an operator approved a replacement.
  reregister_until timestamptz,
  -- What it is served. `version` is that of its targets, snapshot and timestamp alike and only grows.
  version int not null default 0,
  content bytea,
  epoch int not null default 0,
  signed_at timestamptz,
  kind text not null default 'none',
  served jsonb not null default '{}',
  served_since timestamptz,
  -- Serials for which it was once served an image: they keep one, since clients of aktualizr ignore empty targets.
  named text[] not null default '{}',
  fault text,
  fetched_at timestamptz,
  -- What its manifests said.
  manifest_at timestamptz,
  manifest_refused_at timestamptz,
  memory jsonb not null default '{}',
  installed jsonb not null default '{}',
  missing text[] not null default '{}',
  statement bytea,
  silent_since timestamptz
) with (fillfactor = 80);
create index director_vehicle_manifest on director_vehicle (coalesce(manifest_at, registered_at), vin) where silent_since is null;
create index director_vehicle_silent on director_vehicle (silent_since, vin) where silent_since is not null;
create index director_vehicle_signed on director_vehicle (vin) where version > 0;

-- Manifests that said something new, and those that were refused; the latest 100 of each vehicle.
create table director_manifest (
  id bigint generated always as identity primary key,
  vin text not null,
  received_at timestamptz not null,
  last_at timestamptz not null,
  count int not null default 1,
  outcome text not null check (outcome in ('accepted', 'refused')),
  code text,
  detail text not null,
  dialect text not null,
  counter bigint,
  reports jsonb not null,
  document bytea not null
);
create index director_manifest_vin on director_manifest (vin, id desc);

-- What is shown to users before an update, by hash; the same for all vehicles of a campaign.
create table director_information (
  sha256 bytea primary key,
  document text not null,
  created_at timestamptz not null
);

-- The latest of what a device says about itself besides its manifest.
create table director_note (
  vin text not null,
  kind text not null check (kind in ('system-info', 'network', 'configuration', 'packages')),
  document text not null,
  received_at timestamptz not null,
  primary key (vin, kind)
);

-- Names the security events that the Director itself writes.
create sequence director_event;
