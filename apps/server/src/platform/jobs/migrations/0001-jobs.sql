-- Long work as people see it; pg-boss (schema pgboss) decides when and where it runs.
create table platform_job (
  id uuid primary key,
  kind text not null,
  title text not null,
  state text not null default 'queued' check (state in ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
  done bigint not null default 0,
  total bigint,
  input json not null,
  -- What a restarted run needs to go on where the last one stopped.
  checkpoint json,
  result json,
  error text,
  -- The run that owns the job: one that was taken for dead must not write over its successor.
  run_token uuid,
  runs int not null default 0,
  cancel_requested boolean not null default false,
  created_by_kind text not null,
  created_by_id text not null,
  created_by_name text not null,
  created_at timestamptz not null,
  started_at timestamptz,
  updated_at timestamptz not null,
  finished_at timestamptz
);
create index platform_job_recent on platform_job (created_at desc, id desc);
create index platform_job_open on platform_job (kind) where state in ('queued', 'running');
