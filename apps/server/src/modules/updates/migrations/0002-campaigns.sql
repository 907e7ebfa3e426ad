-- Campaigns. The frozen list is written once by the plan; what changes while a campaign runs are the state columns of its
-- rows, the position of each lane, and counts. Nothing is ever counted by walking over the vehicles.

-- Where the clocks of a region stand; `*` is every other region.
create table updates_region (
  region text primary key,
  time_zone text not null
);

create table updates_campaign (
  id uuid primary key,
  name text not null unique,
  kind text not null check (kind in ('rollout', 'rollback')),
  parent_id uuid references updates_campaign,
  release_id uuid not null references updates_release,
  rollback_release_id uuid references updates_release,
  filter text not null,
  rules jsonb not null,
  state text not null check (state in ('draft', 'planning', 'planned', 'running', 'paused', 'stopped', 'finished', 'cancelled')),
  why text not null,
  -- Over definition, release and frozen list; set when it is planned and when it is amended.
  hash bytea not null check (octet_length(hash) = 32),
  -- True after an amendment: to go on, a second person must agree to the new hash.
  amended boolean not null default false,
  -- When it is resumed, vehicles that failed get one more attempt.
  retry_failed boolean not null default false,
  wave int not null default 0,
  -- What is still to be done in batches: take offers back, end what has not begun, start vehicles that failed again.
  sweep text check (sweep in ('withdraw', 'cancel', 'retry')),
  -- Agreed to before its list was frozen: a roll-back starts when it is planned.
  auto_start boolean not null default false,
  rate_credit double precision not null default 1,
  rate_at timestamptz,
  -- The driver looks at it when this time has come; null when there is nothing to drive.
  wake_at timestamptz,
  leased_by text,
  leased_until timestamptz,
  plan_job uuid,
  plan_phase text not null default 'none' check (plan_phase in ('none', 'freeze', 'assign', 'done')),
  plan_cursor uuid,
  plan_done bigint not null default 0,
  plan_total bigint not null default 0,
  plan_placed bigint not null default 0,
  eligible bigint not null default 0,
  incompatible bigint not null default 0,
  list_hash bytea,
  planned_at timestamptz,
  created_at timestamptz not null,
  created_by text not null,
  created_by_name text not null,
  started_at timestamptz,
  finished_at timestamptz
);
create index updates_campaign_state on updates_campaign (state, id);
create index updates_campaign_created on updates_campaign (created_at, id);
create index updates_campaign_started on updates_campaign (coalesce(started_at, '-infinity'::timestamptz), id);
create index updates_campaign_release on updates_campaign (release_id);
create index updates_campaign_parent on updates_campaign (parent_id) where parent_id is not null;
create index updates_campaign_wake on updates_campaign (wake_at) where wake_at is not null;

create table updates_wave (
  campaign_id uuid not null references updates_campaign,
  ordinal int not null,
  definition jsonb not null,
  state text not null default 'waiting' check (state in ('waiting', 'running', 'soaking', 'finished')),
  size bigint not null default 0,
  -- During planning: vehicles that its filter matched.
  matched bigint not null default 0,
  -- What had ended when somebody decided to go on all the same.
  forgiven_errors bigint not null default 0,
  forgiven_ended bigint not null default 0,
  -- A person let the next wave begin although this one fell short.
  accepted boolean not null default false,
  started_at timestamptz,
  reached_at timestamptz,
  finished_at timestamptz,
  primary key (campaign_id, ordinal)
);

-- Vehicles of one wave in one time zone, in a random but fixed order; `next` is how far offers have come.
create table updates_lane (
  campaign_id uuid not null references updates_campaign,
  wave int not null,
  lane int not null,
  time_zone text not null,
  size bigint not null default 0,
  next bigint not null default 0,
  primary key (campaign_id, wave, lane)
);

-- Between the two steps of a plan: compatible vehicles, walked in the order of their hash.
create table updates_planning (
  campaign_id uuid not null,
  shuffle bigint not null,
  vin text not null,
  time_zone text not null,
  wave int,
  primary key (campaign_id, shuffle, vin)
);

-- One row per vehicle and campaign: it takes part at most once. No foreign keys on a path of millions of rows.
create table updates_campaign_vehicle (
  campaign_id uuid not null,
  vin text not null,
  wave int not null,
  lane int not null,
  position bigint not null,
  state text not null,
  cause text,
  detail text,
  attempt int not null default 1,
  deferrals int not null default 0,
  since timestamptz not null,
  due_at timestamptz,
  primary key (campaign_id, vin)
) with (fillfactor = 85);
create index updates_campaign_vehicle_place on updates_campaign_vehicle (campaign_id, wave, lane, position);
-- Timers of vehicles under way, and vehicles that are to be offered it (again).
create index updates_campaign_vehicle_timer on updates_campaign_vehicle (campaign_id, due_at)
  where due_at is not null and state <> 'scheduled';
create index updates_campaign_vehicle_ready on updates_campaign_vehicle (campaign_id, due_at) where state = 'scheduled';
create index updates_campaign_vehicle_problem on updates_campaign_vehicle (campaign_id, state, vin)
  where state in ('denied', 'deferred', 'failed', 'timed-out', 'rolled-back', 'cancel-rejected', 'unreachable', 'superseded');

-- Counts per wave, state and cause, as of the last fold; wave 0 is outside of the waves (incompatible).
create table updates_count (
  campaign_id uuid not null,
  wave int not null,
  state text not null,
  cause text not null,
  vehicles bigint not null,
  primary key (campaign_id, wave, state, cause)
);
-- What has changed since: written by each transaction that moves vehicles, so that reports never wait for one another;
-- counts are always updates_count plus these, in one snapshot.
create table updates_tally (
  id bigint generated always as identity primary key,
  campaign_id uuid not null,
  wave int not null,
  state text not null,
  cause text not null,
  vehicles bigint not null
);
create index updates_tally_campaign on updates_tally (campaign_id);

-- What each vehicle is served: at most one campaign, however many replicas and campaigns there are.
create table updates_assignment (
  vin text primary key,
  campaign_id uuid,
  attempt int not null,
  -- The transaction that changed it: readers go on from the oldest one that was open when they looked.
  changed xid8 not null,
  changed_at timestamptz not null,
  last_campaign_id uuid not null
);
create index updates_assignment_changed on updates_assignment (changed, vin);
create index updates_assignment_campaign on updates_assignment (campaign_id) where campaign_id is not null;

-- What happened to a vehicle; never changed.
create table updates_vehicle_event (
  id bigint generated always as identity primary key,
  campaign_id uuid not null,
  vin text not null,
  at timestamptz not null,
  event text not null,
  state text not null,
  attempt int not null,
  cause text,
  detail text
);
create index updates_vehicle_event_vin on updates_vehicle_event (vin, id);

-- What happened to a campaign, in words; never changed.
create table updates_campaign_log (
  id bigint generated always as identity primary key,
  campaign_id uuid not null references updates_campaign,
  at timestamptz not null,
  kind text not null,
  text text not null,
  by_id text,
  by_name text
);
create index updates_campaign_log_campaign on updates_campaign_log (campaign_id, id);

-- What waits for a second person, bound to the hash of the campaign.
create table updates_request (
  id uuid primary key,
  campaign_id uuid not null references updates_campaign,
  action text not null check (action in ('start', 'resume', 'roll-back')),
  state text not null check (state in ('open', 'approved', 'rejected', 'void')),
  hash bytea not null,
  vehicles bigint not null,
  reason text not null,
  requested_at timestamptz not null,
  requested_by text not null,
  requested_by_name text not null,
  decided_at timestamptz,
  decided_by text,
  decided_by_name text,
  comment text
);
create unique index updates_request_open on updates_request (campaign_id) where state = 'open';
create index updates_request_requested on updates_request (requested_at, id);
create index updates_request_campaign on updates_request (campaign_id, id);
