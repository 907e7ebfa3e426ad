-- The files that a build really compiled, by the software version that came out of it.
create table vulnerabilities_compiled_files (
  software_id uuid primary key,
  -- Of the list as it was received.
  sha256 bytea not null,
  file_count int not null,
  -- Paths in the source tree, one a line in their order, packed with gzip.
  content bytea not null,
  uploaded_at timestamptz not null,
  uploaded_by text not null
);

-- What the list says about the code of a finding in that version; none where it cannot tell.
create table vulnerabilities_code_presence (
  software_id uuid not null,
  vulnerability_id uuid not null,
  component_id uuid not null,
  absent boolean not null,
  note text not null,
  primary key (software_id, vulnerability_id, component_id)
);
create index vulnerabilities_code_presence_vulnerability on vulnerabilities_code_presence (vulnerability_id);
create index vulnerabilities_decision_compiled on vulnerabilities_decision (software_id, vulnerability_id) where origin = 'compiled-files';
