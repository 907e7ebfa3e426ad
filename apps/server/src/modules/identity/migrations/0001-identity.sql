-- Certificate authorities. The private key lives in the key store under key_name, never here. A later generation of a
-- name takes over issuing while the earlier one is still trusted (rotation with overlap).
create table identity_authority (
  id uuid primary key,
  name text not null,
  generation int not null default 1,
  kind text not null check (kind in ('root', 'issuing')),
  subject text not null,
  issuer text not null,
  serial_number text not null unique,
  algorithm text not null,
  fingerprint text not null unique,
  not_before timestamptz not null,
  not_after timestamptz not null,
  key_name text not null,
  der bytea not null,
  created_at timestamptz not null,
  unique (name, generation)
);

-- Every certificate ever issued to anything but an authority.
create table identity_certificate (
  serial_number text primary key,
  authority text not null,
  profile text not null,
  subject text not null,
  ecu_id uuid,
  vin text,
  ecu_serial text,
  not_before timestamptz not null,
  not_after timestamptz not null,
  -- From here on the renewal is overdue; stored, because not_after minus an interval cannot be indexed.
  expiring_at timestamptz not null,
  issued_at timestamptz not null,
  fingerprint text not null,
  -- SHA-256 of the SubjectPublicKeyInfo: the same request sent again after a lost answer is recognised by it.
  key_fingerprint text not null,
  key_algorithm text not null,
  der bytea not null,
  replaces text,
  replaced_by text,
  revoked_at timestamptz,
  revocation_reason text
);
-- One current certificate per ECU, also when two replicas enrol it at the same moment.
create unique index identity_certificate_current on identity_certificate (ecu_id)
  where ecu_id is not null and replaced_by is null and revoked_at is null;
create index identity_certificate_issued on identity_certificate (issued_at desc, serial_number desc);
create index identity_certificate_expiry on identity_certificate (not_after, serial_number);
create index identity_certificate_running on identity_certificate (not_after)
  where ecu_id is not null and replaced_by is null and revoked_at is null;
create index identity_certificate_overdue on identity_certificate (expiring_at)
  where replaced_by is null and revoked_at is null;
create index identity_certificate_revoked on identity_certificate (revoked_at desc, serial_number desc) where revoked_at is not null;
create index identity_certificate_ecu on identity_certificate (ecu_id) where ecu_id is not null;
create index identity_certificate_vin on identity_certificate (vin, ecu_serial) where vin is not null;
create index identity_certificate_ecu_serial on identity_certificate (ecu_serial) where ecu_serial is not null;
create index identity_certificate_key on identity_certificate (key_fingerprint);

-- The narrow twin of the revoked rows: what replicas hold in memory and CRLs are made from. `transaction` orders by commit
-- safely: a row of a transaction that was still running at the last look is not below that look's pg_snapshot_xmin.
create table identity_revocation (
  serial_number text primary key,
  authority text not null,
  revoked_at timestamptz not null,
  reason text not null,
  not_after timestamptz not null,
  transaction xid8 not null default pg_current_xact_id()
);
create index identity_revocation_transaction on identity_revocation (transaction);

create table identity_crl (
  authority text not null,
  number bigint not null,
  this_update timestamptz not null,
  next_update timestamptz not null,
  entries int not null,
  -- Revocations of the authority that were known, the expired ones too: a replica that knows no more need not make another.
  covered int not null,
  der bytea not null,
  primary key (authority, number)
);

-- Running totals; several slots each, so that replicas issuing at the same time do not queue on one row.
create table identity_total (
  profile text not null,
  authority text not null,
  slot smallint not null,
  issued bigint not null default 0,
  revoked bigint not null default 0,
  primary key (profile, authority, slot)
);
