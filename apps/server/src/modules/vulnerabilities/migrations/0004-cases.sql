-- Work: one case per vulnerability and program (software name), from the finding until the vehicles report a version without it.

create table vulnerabilities_case (
  id uuid primary key,
  number int not null generated always as identity unique,
  vulnerability_id uuid not null,
  ref text not null,
  software_name text not null,
  supplier text not null,
  function text not null,
  outcome text not null check (outcome in ('defer', 'scheduled', 'out-of-cycle', 'immediate')),
  criticality text not null check (criticality in ('low', 'medium', 'high', 'very-high')),
  state text not null check (state in ('open', 'waiting-for-supplier', 'fix-available', 'shipping', 'paused', 'closed')),
  closed_because text check (closed_because in ('fixed-in-field', 'not-affected', 'withdrawn', 'gone')),
  owner_id uuid,
  owner_name text,
  opened_at timestamptz not null,
  -- The clock runs from here; time paused is added to the due date.
  clock_from timestamptz not null,
  due_at timestamptz,
  paused_at timestamptz,
  paused_reason text,
  paused_seconds int not null default 0,
  fix_software_id uuid,
  fix_version text,
  campaign text,
  total int not null default 0,
  fixed int not null default 0,
  remaining int not null default 0,
  unknown int not null default 0,
  -- The last thing that was told about the clock, so that it is told once.
  told text not null default 'nothing' check (told in ('nothing', 'due-soon', 'overdue')),
  -- Something happened since it was last looked at.
  dirty boolean not null default true,
  looked_at timestamptz not null,
  closed_at timestamptz,
  unique (vulnerability_id, software_name)
);
create index vulnerabilities_case_due on vulnerabilities_case (coalesce(due_at, 'infinity'::timestamptz), id);
create index vulnerabilities_case_ref on vulnerabilities_case (ref, id);
create index vulnerabilities_case_software on vulnerabilities_case (software_name, id);
create index vulnerabilities_case_supplier on vulnerabilities_case (supplier, id);
create index vulnerabilities_case_remaining on vulnerabilities_case (remaining, id);
create index vulnerabilities_case_opened on vulnerabilities_case (opened_at, id);
create index vulnerabilities_case_looked on vulnerabilities_case (dirty desc, looked_at);

create table vulnerabilities_case_entry (
  id bigint generated always as identity primary key,
  case_id uuid not null references vulnerabilities_case,
  at timestamptz not null,
  by_name text not null,
  kind text not null,
  text text not null
);
create index vulnerabilities_case_entry_case on vulnerabilities_case_entry (case_id, id);

create table vulnerabilities_supplier_request (
  id uuid primary key,
  case_id uuid not null references vulnerabilities_case,
  supplier text not null,
  contact text,
  question text not null,
  due_at timestamptz not null,
  sent_at timestamptz not null,
  reminded_at timestamptz,
  answered_at timestamptz,
  answer text
);
create index vulnerabilities_supplier_request_case on vulnerabilities_supplier_request (case_id);
create index vulnerabilities_supplier_request_open on vulnerabilities_supplier_request (due_at) where answered_at is null;

create table vulnerabilities_setting (
  name text primary key,
  value jsonb not null
);
