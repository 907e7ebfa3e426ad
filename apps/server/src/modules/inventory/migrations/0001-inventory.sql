-- The digital thread: model -> vehicle -> ECU -> software version -> component.
-- Built for 1,000,000 vehicles of 30 ECUs: what changes every minute (last seen, connected) lives in narrow *_status tables, so that
-- a heartbeat does not rewrite the wide row and its ten indexes. Every sortable field has an index (field, id).

create table inventory_model (
  id uuid primary key,
  code text not null unique,
  name text not null,
  brand text not null,
  year int not null,
  architecture jsonb not null,
  role_count int not null,
  vehicle_count int not null default 0,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

-- One row per ECU role of a model, derived from the architecture when it is stored.
create table inventory_role (
  model_id uuid not null references inventory_model,
  role text not null,
  name text not null,
  function text not null,
  patchable boolean not null,
  gateway boolean not null,
  network text not null check (network in ('open', 'closed')),
  interfaces text[] not null,
  software text[] not null,
  primary key (model_id, role)
);

create table inventory_vehicle (
  id uuid primary key,
  vin text not null unique,
  model_id uuid not null references inventory_model,
  model_code text not null,
  region text not null,
  plant text,
  ecu_count int not null default 0,
  built_at timestamptz,
  created_at timestamptz not null
);
create index inventory_vehicle_model on inventory_vehicle (model_code, id);
create index inventory_vehicle_region on inventory_vehicle (region, id);
create index inventory_vehicle_plant on inventory_vehicle (coalesce(plant, ''), id);
create index inventory_vehicle_ecus on inventory_vehicle (ecu_count, id);
create index inventory_vehicle_built on inventory_vehicle (coalesce(built_at, '-infinity'::timestamptz), id);

create table inventory_vehicle_status (
  vehicle_id uuid primary key references inventory_vehicle,
  state text not null default 'registered' check (state in ('registered', 'online', 'offline', 'retired')),
  software_state text not null default 'unknown' check (software_state in ('current', 'outdated', 'unknown')),
  enrolled_count int not null default 0,
  connected_count int not null default 0,
  first_seen_at timestamptz,
  last_seen_at timestamptz
) with (fillfactor = 85);
create index inventory_vehicle_status_state on inventory_vehicle_status (state, vehicle_id);
create index inventory_vehicle_status_software on inventory_vehicle_status (software_state, vehicle_id);
create index inventory_vehicle_status_seen
  on inventory_vehicle_status (coalesce(last_seen_at, '-infinity'::timestamptz), vehicle_id);

create table inventory_ecu (
  id uuid primary key,
  vehicle_id uuid not null references inventory_vehicle,
  vin text not null,
  serial text not null unique,
  model_id uuid not null,
  role text not null,
  -- Copied from the role, so that lists can be ordered by them; a changed architecture rewrites them.
  function text not null,
  patchable boolean not null,
  gateway boolean not null,
  network text not null,
  part_number text not null,
  supplier text not null,
  hardware_version text,
  created_at timestamptz not null,
  foreign key (model_id, role) references inventory_role
);
create index inventory_ecu_vin on inventory_ecu (vin, id);
create index inventory_ecu_role on inventory_ecu (role, id);
create index inventory_ecu_function on inventory_ecu (function, id);
create index inventory_ecu_part on inventory_ecu (part_number, id);
create index inventory_ecu_supplier on inventory_ecu (supplier, id);
create index inventory_ecu_patchable on inventory_ecu (patchable, id);
create index inventory_ecu_network on inventory_ecu (network, id);

-- No foreign keys from here on the path of every import and report: their row-by-row checks cost half of it. Nothing deletes a
-- vehicle, an ECU or a software version, and one store writes both rows in one statement.
create table inventory_ecu_status (
  ecu_id uuid primary key,
  vehicle_id uuid not null,
  connected boolean not null default false,
  -- When the connection last changed; an older report does not undo a newer one.
  connected_at timestamptz,
  last_seen_at timestamptz,
  certificate_not_before timestamptz,
  certificate_not_after timestamptz,
  revoked_at timestamptz
) with (fillfactor = 85);
create index inventory_ecu_status_vehicle on inventory_ecu_status (vehicle_id);
create index inventory_ecu_status_seen on inventory_ecu_status (coalesce(last_seen_at, '-infinity'::timestamptz), ecu_id);

create table inventory_software (
  id uuid primary key,
  name text not null,
  version text not null,
  supplier text not null,
  function text not null,
  part_number text,
  sha256 bytea check (octet_length(sha256) = 32),
  created_at timestamptz not null,
  -- Of large fleets, as last counted; small ones are counted when asked for.
  installations bigint not null default 0,
  vehicles bigint not null default 0,
  unique (name, version)
);
create index inventory_software_name on inventory_software (name, id);
create index inventory_software_version on inventory_software (version, id);
create index inventory_software_supplier on inventory_software (supplier, id);
create index inventory_software_function on inventory_software (function, id);
create index inventory_software_created on inventory_software (created_at, id);

-- What an ECU should run (planned) and says it runs (reported), per program and slot.
create table inventory_installation (
  ecu_id uuid not null,
  name text not null,
  slot text not null default 'running',
  vehicle_id uuid not null,
  planned_id uuid,
  planned_version text,
  planned_sha256 bytea,
  reported_id uuid,
  reported_version text,
  reported_sha256 bytea,
  reported_at timestamptz,
  current_id uuid generated always as (case when reported_version is null then planned_id else reported_id end) stored,
  state text not null generated always as (
    case
      when planned_version is null or reported_version is null then 'unknown'
      when planned_version <> reported_version then 'outdated'
      when planned_sha256 <> reported_sha256 then 'outdated'
      else 'current'
    end) stored,
  primary key (ecu_id, name, slot)
);
create index inventory_installation_current on inventory_installation (current_id, vehicle_id);
create index inventory_installation_vehicle on inventory_installation (vehicle_id);
-- Reported versions that nobody registered yet; registering one links them.
create index inventory_installation_unknown on inventory_installation (name, reported_version)
  where reported_version is not null and reported_id is null;

-- Registrations are not repeated here: they are the created_at of the vehicle and of its ECUs.
create table inventory_history (
  id bigint generated always as identity primary key,
  vehicle_id uuid not null references inventory_vehicle,
  at timestamptz not null,
  ecu_serial text,
  kind text not null check (kind in ('planned', 'reported', 'moved', 'retired', 'ecu-added', 'ecu-replaced')),
  text text not null
);
create index inventory_history_vehicle on inventory_history (vehicle_id, id desc);

create table inventory_sbom (
  id uuid primary key,
  software_id uuid not null unique references inventory_software,
  -- Name of the software, for the order of the list.
  software text not null,
  format text not null check (format in ('cyclonedx', 'spdx')),
  spec_version text not null,
  component_count int not null,
  unidentified int not null,
  warnings text[] not null,
  sha256 bytea not null check (octet_length(sha256) = 32),
  size int not null,
  -- The document as received, gzipped; readSbom says the rest.
  document bytea not null,
  subject jsonb,
  uploaded_at timestamptz not null,
  uploaded_by text not null
);
alter table inventory_sbom alter column document set storage external;
create index inventory_sbom_software on inventory_sbom (software, id);
create index inventory_sbom_format on inventory_sbom (format, id);
create index inventory_sbom_components on inventory_sbom (component_count, id);
create index inventory_sbom_unidentified on inventory_sbom (unidentified, id);
create index inventory_sbom_uploaded on inventory_sbom (uploaded_at, id);

-- A component exists once, however many SBOMs name it: equal group, name, version, purl and CPE.
create table inventory_component (
  id uuid primary key,
  key bytea not null unique check (octet_length(key) = 32),
  name text not null,
  version text,
  purl text,
  cpe text,
  type text not null,
  supplier text,
  licences text[] not null,
  identified boolean not null generated always as (purl is not null or cpe is not null) stored
);
create index inventory_component_name on inventory_component (left(name, 200), id);
create index inventory_component_version on inventory_component (left(coalesce(version, ''), 200), id);
create index inventory_component_purl on inventory_component (left(coalesce(purl, ''), 200), id);

-- No foreign keys here either: 30,000 checks for 10,000 components.
create table inventory_sbom_component (
  sbom_id uuid not null,
  -- Place in the document from 1; 0 in a dependency is the software itself.
  ordinal int not null,
  component_id uuid not null,
  ref text not null,
  scope text,
  hashes jsonb,
  primary key (sbom_id, ordinal)
);
create index inventory_sbom_component_component on inventory_sbom_component (component_id, sbom_id);

create table inventory_sbom_dependency (
  sbom_id uuid not null,
  from_ordinal int not null,
  to_ordinal int not null,
  kind text not null,
  primary key (sbom_id, from_ordinal, to_ordinal, kind)
);

create table inventory_import (
  id uuid primary key,
  kind text not null check (kind in ('vehicles', 'ecus', 'software')),
  format text not null check (format in ('csv', 'ndjson')),
  name text not null,
  state text not null default 'uploading' check (state in ('uploading', 'running', 'finished', 'failed', 'cancelled')),
  received bigint not null default 0,
  -- Where reading goes on after a crash: bytes and rows that are in, in the transaction of their rows.
  consumed bigint not null default 0,
  line bigint not null default 0,
  header text[],
  rows bigint not null default 0,
  accepted bigint not null default 0,
  refused bigint not null default 0,
  job_id uuid,
  created_at timestamptz not null,
  created_by text not null,
  created_by_id text not null,
  created_by_kind text not null
);
create index inventory_import_name on inventory_import (name, id);
create index inventory_import_kind on inventory_import (kind, id);
create index inventory_import_state on inventory_import (state, id);
create index inventory_import_created on inventory_import (created_at, id);

create table inventory_import_chunk (
  import_id uuid not null references inventory_import on delete cascade,
  start bigint not null,
  bytes bytea not null,
  primary key (import_id, start)
);
alter table inventory_import_chunk alter column bytes set storage external;

create table inventory_import_error (
  import_id uuid not null references inventory_import on delete cascade,
  row bigint not null,
  field text,
  message text not null,
  text text not null,
  primary key (import_id, row)
);

-- What a vehicle said that does not fit the inventory. One row per thing said, counted, never dropped.
create table inventory_anomaly (
  id uuid primary key,
  vehicle_id uuid not null references inventory_vehicle,
  kind text not null check (kind in ('unknown-ecu', 'foreign-ecu', 'hash-mismatch', 'not-a-gateway')),
  reporter text not null,
  subject text not null,
  count bigint not null default 1,
  first_at timestamptz not null,
  last_at timestamptz not null,
  unique (vehicle_id, kind, subject)
);
create index inventory_anomaly_recent on inventory_anomaly (last_at, id);

-- Figures that would need a walk over millions of rows, with the time they were counted.
create table inventory_figure (
  name text primary key,
  value jsonb not null,
  counted_at timestamptz not null
);

-- "contains" on VIN and serial. pg_trgm is a trusted extension; without it the search is right but slow.
do $$
begin
  create extension if not exists pg_trgm;
  create index inventory_vehicle_vin_trigram on inventory_vehicle using gin (vin gin_trgm_ops);
  create index inventory_ecu_serial_trigram on inventory_ecu using gin (serial gin_trgm_ops);
  create index inventory_component_name_trigram on inventory_component using gin (name gin_trgm_ops);
exception when insufficient_privilege or undefined_file or feature_not_supported then
  raise notice 'pg_trgm is not available: ask the database administrator for it';
end
$$;
