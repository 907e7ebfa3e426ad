-- From a published record to the component versions of the fleet. What is stored is component version x vulnerability, never vehicle x ECU
-- x vulnerability: which vehicles carry it is asked of the inventory's index when somebody wants to know.

create table vulnerabilities_source (
  id uuid primary key,
  name text not null unique,
  kind text not null check (kind in ('advisories', 'kev', 'epss', 'vex')),
  origin text not null check (origin in ('url', 'directory', 'upload', 'own')),
  location text,
  every_minutes int,
  stale_after_hours int not null default 48,
  enabled boolean not null default true,
  -- Where reading goes on, and what makes the next request conditional: ETag, file list, modification times.
  progress jsonb not null default '{}',
  record_count int not null default 0,
  problem_count int not null default 0,
  last_attempt_at timestamptz,
  last_success_at timestamptz,
  last_change_at timestamptz,
  last_error text,
  job_id uuid,
  created_at timestamptz not null
);

-- One row per id that people use, whatever number of records tell of it.
create table vulnerabilities_vulnerability (
  id uuid primary key,
  ref text not null unique,
  title text not null default '',
  summary text not null default '',
  severity text not null default 'unknown' check (severity in ('unknown', 'none', 'low', 'medium', 'high', 'critical')),
  cvss real,
  -- Every score with its source, the one that counts first.
  scores jsonb not null default '[]',
  exploitation text not null default 'none' check (exploitation in ('none', 'poc', 'active')),
  exploitation_source text,
  automatable boolean,
  epss real,
  epss_percentile real,
  epss_on date,
  kev_added date,
  kev_due date,
  kev_ransomware boolean not null default false,
  published_at timestamptz,
  modified_at timestamptz,
  withdrawn_at timestamptz,
  -- What it means for the fleet, recounted when findings change.
  outcome text check (outcome in ('defer', 'scheduled', 'out-of-cycle', 'immediate')),
  rank int not null default 0,
  finding_count int not null default 0,
  open_count int not null default 0,
  vehicle_count bigint not null default 0,
  created_at timestamptz not null
);
create index vulnerabilities_vulnerability_rank on vulnerabilities_vulnerability (rank, id);
create index vulnerabilities_vulnerability_cvss on vulnerabilities_vulnerability (coalesce(cvss, -2147483648), id);
create index vulnerabilities_vulnerability_epss on vulnerabilities_vulnerability (coalesce(epss, -2147483648), id);
create index vulnerabilities_vulnerability_kev on vulnerabilities_vulnerability ((kev_added is not null), id);
create index vulnerabilities_vulnerability_findings on vulnerabilities_vulnerability (finding_count, id);
create index vulnerabilities_vulnerability_vehicles on vulnerabilities_vulnerability (vehicle_count, id);
create index vulnerabilities_vulnerability_published on vulnerabilities_vulnerability (coalesce(published_at, '-infinity'::timestamptz), id);
create index vulnerabilities_vulnerability_modified on vulnerabilities_vulnerability (coalesce(modified_at, '-infinity'::timestamptz), id);

-- A record as one source gives it, in the platform's words. `affected` apart from `head`: matching reads only that.
create table vulnerabilities_record (
  id uuid primary key,
  source_id uuid not null references vulnerabilities_source,
  ref text not null,
  format text not null check (format in ('cve5', 'osv', 'csaf', 'own')),
  hash bytea not null check (octet_length(hash) = 32),
  head text not null,
  affected text not null,
  withdrawn_at timestamptz,
  modified_at timestamptz,
  received_at timestamptz not null,
  unique (source_id, ref)
);
create index vulnerabilities_record_ref on vulnerabilities_record (ref);

-- No foreign keys on the path of bulk intake: one store writes both sides.
create table vulnerabilities_subject (
  record_id uuid not null,
  vulnerability_id uuid not null,
  primary key (record_id, vulnerability_id)
);
create index vulnerabilities_subject_vulnerability on vulnerabilities_subject (vulnerability_id, record_id);

-- Equal keys make a record and a component a candidate pair.
create table vulnerabilities_record_key (
  key text not null,
  record_id uuid not null,
  primary key (key, record_id)
);
create index vulnerabilities_record_key_record on vulnerabilities_record_key (record_id);

-- The inventory's component versions, as far as they are used, and how they are looked up.
create table vulnerabilities_component (
  id uuid primary key,
  name text not null,
  version text,
  purl text,
  cpe text,
  supplier text,
  -- Other names that a person confirmed.
  aliases jsonb not null default '[]',
  identified boolean not null,
  -- The place in the vehicle that weighs most, from all software that contains it.
  context jsonb,
  functions text[] not null default '{}',
  software_count int not null default 0,
  vehicle_count bigint not null default 0,
  created_at timestamptz not null
);
create table vulnerabilities_component_key (
  key text not null,
  component_id uuid not null,
  primary key (key, component_id)
);
create index vulnerabilities_component_key_component on vulnerabilities_component_key (component_id);

create table vulnerabilities_software (
  id uuid primary key,
  name text not null,
  version text not null,
  supplier text not null,
  function text not null,
  sbom_id uuid,
  created_at timestamptz not null
);
create index vulnerabilities_software_name on vulnerabilities_software (name, created_at);

create table vulnerabilities_use (
  software_id uuid not null,
  component_id uuid not null,
  hashes jsonb,
  primary key (software_id, component_id)
);
create index vulnerabilities_use_component on vulnerabilities_use (component_id, software_id);

-- The ECU roles that run a software version.
create table vulnerabilities_place (
  software_id uuid not null,
  model text not null,
  role text not null,
  name text not null,
  function text not null,
  context jsonb not null,
  primary key (software_id, model, role)
);

create table vulnerabilities_finding (
  id uuid primary key,
  vulnerability_id uuid not null,
  component_id uuid not null,
  verdict text not null check (verdict in ('affected', 'unsure', 'not-affected')),
  strength text not null check (strength in ('purl', 'distro', 'cpe', 'alias', 'name')),
  -- The proof that counts first, then what other records say.
  proofs jsonb not null,
  fixed_in text[] not null,
  outcome text not null check (outcome in ('defer', 'scheduled', 'out-of-cycle', 'immediate')),
  rank int not null,
  reason text not null,
  state text not null default 'open' check (state in ('open', 'under-investigation', 'affected', 'fixed', 'not-affected')),
  -- Copied, so that a list of a million can be ordered by them.
  ref text not null,
  component_name text not null,
  cvss real,
  epss real,
  software_count int not null default 0,
  vehicle_count bigint not null default 0,
  first_seen_at timestamptz not null,
  updated_at timestamptz not null,
  unique (component_id, vulnerability_id)
);
create index vulnerabilities_finding_vulnerability on vulnerabilities_finding (vulnerability_id);
create index vulnerabilities_finding_rank on vulnerabilities_finding (rank, id);
create index vulnerabilities_finding_ref on vulnerabilities_finding (ref, id);
create index vulnerabilities_finding_name on vulnerabilities_finding (left(component_name, 200), id);
create index vulnerabilities_finding_cvss on vulnerabilities_finding (coalesce(cvss, -2147483648), id);
create index vulnerabilities_finding_epss on vulnerabilities_finding (coalesce(epss, -2147483648), id);
create index vulnerabilities_finding_software on vulnerabilities_finding (software_count, id);
create index vulnerabilities_finding_vehicles on vulnerabilities_finding (vehicle_count, id);
create index vulnerabilities_finding_first_seen on vulnerabilities_finding (first_seen_at, id);
create index vulnerabilities_finding_updated on vulnerabilities_finding (updated_at, id);
-- Lists are mostly asked for what is not decided yet.
create index vulnerabilities_finding_state on vulnerabilities_finding (state, rank, id);
create index vulnerabilities_finding_outcome on vulnerabilities_finding (outcome, state, rank, id);

create table vulnerabilities_decision (
  id uuid primary key,
  vulnerability_id uuid not null,
  ref text not null,
  status text not null check (status in ('affected', 'not-affected', 'under-investigation', 'fixed')),
  justification text,
  detail text not null,
  evidence text[] not null default '{}',
  scope text not null check (scope in ('everywhere', 'component', 'model', 'ecu', 'software')),
  -- The component versions it was made for; another one is another component, and its finding is open.
  component_ids uuid[],
  software_id uuid,
  software_name text,
  -- When that version was registered: it holds for this and later ones of the name.
  software_since timestamptz,
  role text,
  model text,
  -- Hashes of the component when it was decided, by component: other content voids the decision there.
  hashes jsonb not null default '{}',
  expires_at timestamptz,
  state text not null default 'active' check (state in ('active', 'expired', 'void', 'withdrawn', 'superseded')),
  origin text not null check (origin in ('operator', 'vex', 'build-system', 'compiled-files')),
  author text not null,
  statement_id uuid,
  created_at timestamptz not null,
  created_by text not null,
  ended_at timestamptz,
  ended_because text
);
create index vulnerabilities_decision_vulnerability on vulnerabilities_decision (vulnerability_id, state);
create index vulnerabilities_decision_created on vulnerabilities_decision (created_at, id);
create index vulnerabilities_decision_ref on vulnerabilities_decision (ref, id);
create index vulnerabilities_decision_expires on vulnerabilities_decision (coalesce(expires_at, '-infinity'::timestamptz), id);
create index vulnerabilities_decision_due on vulnerabilities_decision (expires_at) where state = 'active' and expires_at is not null;

-- What waits to be matched, ranked or counted; a replica may die at any instant.
create table vulnerabilities_queue (
  id bigint generated always as identity primary key,
  kind text not null,
  subject uuid not null,
  enqueued_at timestamptz not null default now(),
  unique (kind, subject)
);

-- Open findings by model, role and priority, with the time they were counted.
create table vulnerabilities_portfolio (
  model text not null,
  role text not null,
  name text not null,
  function text not null,
  outcome text not null,
  findings int not null,
  unsure int not null,
  primary key (model, role, outcome)
);
create table vulnerabilities_figure (
  name text primary key,
  value jsonb not null,
  counted_at timestamptz not null
);
