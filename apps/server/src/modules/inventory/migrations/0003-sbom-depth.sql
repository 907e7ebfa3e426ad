-- SBOMs, deeper: what embedded statements say, a quality score with a gate at intake, names that people confirm for
-- components without identifiers, and the same document of several variants stored once.

-- One spelling of a name for aliases: lower case, blanks and underscores as dashes, at most 200 characters.
create function inventory_name_key(name text) returns text language sql immutable parallel safe strict
  return left(lower(regexp_replace(btrim(name), '[[:space:]_]+', '-', 'g')), 200);

-- source: the recipe or source package it was built from. cpes: all CPE names where there are several, `cpe` being the first.
-- A Yocto URL names a layer and a recipe, which no advisory does: it identifies nothing that can be matched.
alter table inventory_component
  add column source text,
  add column cpes text[],
  add column name_key text not null generated always as (inventory_name_key(name)) stored,
  drop column identified,
  add column identified boolean not null
    generated always as ((purl is not null and purl not like 'pkg:yocto/%') or cpe is not null) stored;
create index inventory_component_unidentified on inventory_component (name_key, id) where not identified;
create index inventory_component_known on inventory_component (name_key) where identified;

-- What this document says of the licences, where it is not what the component has.
alter table inventory_sbom_component add column licences text[];

-- A software version has at most one SBOM that is used and one that was kept although it is below the gate. Of the latter only the
-- document and its rating are stored: its components and statements come in when somebody accepts it.
alter table inventory_sbom
  add column state text not null default 'accepted' check (state in ('accepted', 'rejected')),
  add column state_reason text,
  add column decided_by text,
  add column decided_at timestamptz,
  add column supplier text not null default '',
  -- 0 to 100, and [{rule, passed, failing, of, examples}]; null for documents stored before there were scores
  add column quality_score int,
  add column quality jsonb,
  add column statement_count int not null default 0,
  -- moved to inventory_sbom_document
  alter column document drop not null,
  drop constraint inventory_sbom_software_id_key;
update inventory_sbom b set supplier = s.supplier from inventory_software s where s.id = b.software_id;
create unique index inventory_sbom_used on inventory_sbom (software_id) where state = 'accepted';
create unique index inventory_sbom_waiting on inventory_sbom (software_id) where state = 'rejected';
create index inventory_sbom_score on inventory_sbom (coalesce(quality_score, -2147483648), id);
create index inventory_sbom_state on inventory_sbom (state, id);
create index inventory_sbom_supplier on inventory_sbom (supplier, id);
create index inventory_sbom_sha256 on inventory_sbom (sha256);

-- The document as received, gzipped; variants of a software that share it store it once.
create table inventory_sbom_document (
  sha256 bytea primary key check (octet_length(sha256) = 32),
  document bytea not null
);
alter table inventory_sbom_document alter column document set storage external;

-- What an SBOM says about vulnerabilities, in its own words. Ordinals are places of components in the SBOM, 0 being the software;
-- what names no component of the document is kept as it is written.
create table inventory_sbom_statement (
  id bigint generated always as identity primary key,
  sbom_id uuid not null,
  vulnerability text not null,
  status text,
  justification text,
  detail text,
  responses text[] not null,
  ordinals int[] not null,
  elsewhere text[] not null,
  at timestamptz
);
create index inventory_sbom_statement_sbom on inventory_sbom_statement (sbom_id, id);
create index inventory_sbom_statement_vulnerability on inventory_sbom_statement (left(vulnerability, 200), id);

create index inventory_sbom_dependency_to on inventory_sbom_dependency (sbom_id, to_ordinal);

-- What an SBOM of a supplier must reach; '*' is every supplier without a gate of its own.
create table inventory_sbom_gate (
  supplier text primary key,
  minimum_score int not null check (minimum_score between 0 and 100),
  required_rules text[] not null,
  updated_at timestamptz not null,
  updated_by text not null
);

-- What a name without identifiers means. `prefix`: the key is the beginning of the names (kernel-module-).
create table inventory_alias (
  id uuid primary key,
  name_key text not null,
  prefix boolean not null default false,
  purl text,
  cpe_vendor text,
  cpe_product text,
  state text not null check (state in ('proposed', 'confirmed', 'rejected')),
  -- who or what proposed it, and why
  source text not null check (source in ('same-name', 'recipe', 'person')),
  because text not null,
  created_at timestamptz not null,
  decided_at timestamptz,
  decided_by text,
  check (purl is not null or (cpe_vendor is not null and cpe_product is not null))
);
create unique index inventory_alias_content on inventory_alias
  (name_key, prefix, coalesce(purl, ''), coalesce(cpe_vendor, ''), coalesce(cpe_product, ''));
create unique index inventory_alias_confirmed on inventory_alias (name_key, prefix) where state = 'confirmed';
create index inventory_alias_name on inventory_alias (name_key, id);
create index inventory_alias_state on inventory_alias (state, id);
create index inventory_alias_created on inventory_alias (created_at, id);

-- Every licence with its kind. The counts are those of the last count, for large inventories, where counting takes longer than a
-- list may.
create table inventory_licence (
  licence text primary key,
  kind text not null,
  components int not null default 0,
  software int not null default 0
);
create index inventory_licence_kind on inventory_licence (kind, licence);
