-- How sources are read: the files of each with what they held, what could not be read, uploads that wait, and the numbers of own advisories.

alter table vulnerabilities_source
  -- Alarm when a source that answers well has brought nothing new for so long: feeds die in silence.
  add column quiet_after_days int,
  -- What a completely read file no longer holds is removed.
  add column remove_missing boolean not null default false,
  add column next_at timestamptz,
  add column failures int not null default 0,
  add column removing boolean not null default false,
  -- The state that people were told last; null = that all is well.
  add column told text;
create index vulnerabilities_source_due on vulnerabilities_source (next_at) where enabled and not removing;

-- A file of a directory, the content of a URL, or an upload by its name.
create table vulnerabilities_source_file (
  id uuid primary key,
  source_id uuid not null references vulnerabilities_source on delete cascade,
  folder text not null,
  name text not null,
  size bigint not null default 0,
  -- When the file system says it was changed, in nanoseconds.
  stamp bigint not null default 0,
  -- Null = not read to its end yet.
  hash bytea,
  records int not null default 0,
  problems int not null default 0,
  -- Counts the readings; what an earlier one saw and the last did not is gone from the file.
  generation int not null default 1,
  read_at timestamptz,
  unique (source_id, folder, name)
);

-- Which file holds which record. No foreign keys on the path of bulk intake: one store writes both sides.
create table vulnerabilities_source_record (
  source_id uuid not null,
  ref text not null,
  file_id uuid not null,
  generation int not null,
  primary key (source_id, ref, file_id)
);
create index vulnerabilities_source_record_file on vulnerabilities_source_record (file_id, generation);

create table vulnerabilities_source_problem (
  id uuid primary key,
  source_id uuid not null references vulnerabilities_source on delete cascade,
  file_id uuid not null references vulnerabilities_source_file on delete cascade,
  -- Id of the record as far as it can be told, else its place in the file.
  record text not null,
  code text not null,
  reason text not null,
  excerpt text not null,
  generation int not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  count int not null default 1,
  unique (file_id, record)
);
create index vulnerabilities_source_problem_last on vulnerabilities_source_problem (last_at, id);
create index vulnerabilities_source_problem_record on vulnerabilities_source_problem (source_id, record);

-- Files that people sent and no job has read yet; their bytes go with them.
create table vulnerabilities_upload (
  id uuid primary key,
  source_id uuid not null references vulnerabilities_source on delete cascade,
  name text not null,
  size bigint not null default 0,
  complete boolean not null default false,
  created_at timestamptz not null,
  created_by text not null
);
create index vulnerabilities_upload_source on vulnerabilities_upload (source_id, created_at);
create table vulnerabilities_upload_chunk (
  upload_id uuid not null references vulnerabilities_upload on delete cascade,
  start bigint not null,
  bytes bytea not null,
  primary key (upload_id, start)
);

-- BH-2026-0001: the last number given out in each year.
create table vulnerabilities_own_number (
  year int primary key,
  last int not null
);

-- Scores of exploit prediction for all ids, known here or not: a vulnerability that comes later has its score at once.
create table vulnerabilities_epss (
  ref text primary key,
  score real not null,
  percentile real not null,
  day date not null
);
