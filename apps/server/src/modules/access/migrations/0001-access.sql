-- Operators, how they sign in, their sessions, API tokens and saved views. No column holds a secret in clear:
-- link, session and token values are stored as SHA-256, one-time-code seeds are sealed by the key store.
create table access_operator (
  id uuid primary key,
  email text not null,
  name text not null,
  roles text[] not null,
  state text not null check (state in ('invited', 'active', 'disabled')),
  created_at timestamptz not null,
  last_sign_in_at timestamptz,
  failed_attempts integer not null default 0,
  locked_until timestamptz
);
create unique index access_operator_email on access_operator (lower(email));

create table access_passkey (
  credential_id text primary key,
  operator_id uuid not null references access_operator (id) on delete cascade,
  public_key bytea not null,
  counter bigint not null,
  transports text[] not null,
  created_at timestamptz not null
);
create index access_passkey_operator on access_passkey (operator_id);

create table access_password (
  operator_id uuid primary key references access_operator (id) on delete cascade,
  hash text not null,
  totp_sealed bytea not null,
  totp_last_step bigint not null default 0,
  changed_at timestamptz not null
);

create table access_link (
  id uuid primary key,
  token_hash bytea not null unique,
  kind text not null check (kind in ('set-up', 'invitation')),
  operator_id uuid references access_operator (id) on delete cascade,
  expires_at timestamptz not null,
  used_at timestamptz,
  attempts integer not null default 0,
  pending jsonb,
  created_at timestamptz not null
);

create table access_challenge (
  id uuid primary key,
  challenge text not null,
  expires_at timestamptz not null
);
create index access_challenge_expiry on access_challenge (expires_at);

create table access_session (
  id uuid primary key,
  token_hash bytea not null unique,
  operator_id uuid not null references access_operator (id) on delete cascade,
  created_at timestamptz not null,
  last_used_at timestamptz not null,
  expires_at timestamptz not null,
  address text not null,
  user_agent text not null
);
create index access_session_operator on access_session (operator_id);

create table access_token (
  id uuid primary key,
  secret_hash bytea not null unique,
  name text not null,
  roles text[] not null,
  created_by text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  last_used_at timestamptz
);

create table access_view (
  id uuid primary key,
  owner_id uuid not null,
  list text not null,
  name text not null,
  filter text not null,
  sort text,
  columns text[] not null,
  shared boolean not null,
  created_at timestamptz not null
);
create index access_view_list on access_view (list, owner_id);
