-- What others state about vulnerabilities: documents as they came, statements with what became of them, and whose signatures count.

create table vulnerabilities_author (
  id uuid primary key,
  name text not null unique,
  key_id text not null unique,
  -- SPKI in PEM: Ed25519 or P-256.
  public_key text not null,
  supplier text,
  auto_apply boolean not null,
  created_at timestamptz not null,
  created_by text not null,
  -- Nobody can close anything without being answerable for certain software.
  check (not auto_apply or supplier is not null)
);

create table vulnerabilities_document (
  id uuid primary key,
  sha256 bytea not null check (octet_length(sha256) = 32),
  -- Whose words these are: `key:<author>` when a signature proves it, `name:<name>` when only the document says so.
  author_key text not null,
  author text not null,
  ref text not null,
  format text not null check (format in ('openvex', 'csaf', 'cyclonedx', 'sbom')),
  signature text not null check (signature in ('valid', 'invalid', 'unknown-key', 'none')),
  statement_count int not null,
  received_at timestamptz not null,
  received_by text not null,
  unique (sha256, author_key)
);

create table vulnerabilities_statement (
  id uuid primary key,
  document_id uuid not null references vulnerabilities_document,
  author_key text not null,
  author text not null,
  ref text not null,
  aliases text[] not null default '{}',
  status text not null check (status in ('affected', 'not-affected', 'under-investigation', 'fixed')),
  -- The word as received, and the nearest of the five where there is one.
  justification text,
  mapped_justification text,
  detail text not null,
  product text not null,
  -- Equal for products that are the same by their identifiers.
  product_key text not null,
  -- Statement and product as they were read.
  received jsonb not null,
  stated_at timestamptz not null,
  received_at timestamptz not null,
  state text not null check (state in ('proposed', 'applied', 'conflicting', 'unresolved', 'rejected', 'superseded')),
  -- Why it stands there.
  note text not null,
  vulnerability_id uuid,
  component_ids uuid[] not null default '{}',
  -- The software versions that it is about; none = whatever carries the component.
  software_ids uuid[],
  -- False where only names agree: a person has to look.
  sure boolean not null default false,
  decision_id uuid,
  decided_by text,
  decided_because text
);
create index vulnerabilities_statement_received on vulnerabilities_statement (received_at, id);
create index vulnerabilities_statement_by_ref on vulnerabilities_statement (ref, id);
create index vulnerabilities_statement_vulnerability on vulnerabilities_statement (vulnerability_id) where vulnerability_id is not null;
create index vulnerabilities_statement_aliases on vulnerabilities_statement using gin (aliases) where state = 'unresolved';
create index vulnerabilities_statement_state on vulnerabilities_statement (state, received_at, id);
create index vulnerabilities_statement_author on vulnerabilities_statement (author_key);
create index vulnerabilities_statement_document on vulnerabilities_statement (document_id);
create index vulnerabilities_statement_decision on vulnerabilities_statement (decision_id) where decision_id is not null;

-- Where a statement that names nothing known would be met by what arrives later: as keys of components, and of software by name.
create table vulnerabilities_statement_key (
  key text not null,
  statement_id uuid not null,
  primary key (key, statement_id)
);
create index vulnerabilities_statement_key_statement on vulnerabilities_statement_key (statement_id);

-- Statements may name a component by its hash alone.
create index vulnerabilities_use_hashes on vulnerabilities_use using gin (hashes jsonb_path_ops) where hashes is not null;
create index vulnerabilities_decision_statement on vulnerabilities_decision (statement_id) where statement_id is not null;
