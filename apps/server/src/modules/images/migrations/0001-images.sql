-- What was announced and how far it has come. `received` is the truth; bytes of the file beyond it are overwritten.
create table images_upload (
  id uuid primary key,
  file_name text not null,
  role text not null,
  hardware_ids text[] not null,
  sha256 bytea not null,
  sha512 bytea,
  length bigint not null,
  received bigint not null default 0,
  confidential boolean not null,
  created_at timestamptz not null,
  touched_at timestamptz not null,
  created_by text not null,
  created_by_name text not null
);
create index images_upload_created on images_upload (created_at, id);
create index images_upload_creator on images_upload (created_by);

-- Bytes under a name. The same bytes may stand under several names; they lie on the disk once.
create table images_image (
  id uuid primary key,
  file_name text not null,
  role text not null,
  hardware_ids text[] not null,
  sha256 bytea not null,
  sha512 bytea not null,
  length bigint not null,
  confidential boolean not null,
  uploaded_at timestamptz not null,
  uploaded_by text not null,
  uploaded_by_name text not null,
  unique (file_name, sha256)
);
create index images_image_sha256 on images_image (sha256);
create index images_image_uploaded on images_image (uploaded_at, id);
create index images_image_length on images_image (length, id);

-- A wire form that vehicles can read; its row is held while anything is published in it.
create table images_repository (
  dialect text primary key,
  root_version int not null,
  targets_version int not null,
  snapshot_version int not null,
  timestamp_version int not null,
  signed_at timestamptz not null,
  fresh_until timestamptz not null,
  fault text,
  fault_at timestamptz
);

-- Every file that was ever published, byte for byte (Uptane 5.2.6: VERSION.name.ext).
create table images_file (
  dialect text not null,
  role text not null,
  version int not null,
  bytes bytea not null,
  sha256 bytea not null,
  expires timestamptz not null,
  published_at timestamptz not null,
  published_by text not null,
  primary key (dialect, role, version)
);

-- The version of each targets file that the current snapshot lists.
create table images_current (
  dialect text not null,
  role text not null,
  version int not null,
  expires timestamptz not null,
  images int not null,
  primary key (dialect, role)
);

-- Files whose signatures are being collected.
create table images_draft (
  dialect text not null,
  role text not null,
  version int not null,
  bytes bytea not null,
  digest bytea not null,
  created_at timestamptz not null,
  created_by text not null,
  created_by_name text not null,
  updated_at timestamptz not null,
  updated_by_name text not null,
  primary key (dialect, role)
);

-- Public halves of the keys for snapshot and timestamp; the private ones lie in the key store.
create table images_online_key (
  role text not null,
  generation int not null,
  key_id text not null,
  created_at timestamptz not null,
  primary key (role, generation)
);

-- Images as signed files list them, now (`listed`) or before.
create table images_target (
  dialect text not null,
  file_name text not null,
  sha256 bytea not null,
  sha512 bytea,
  role text not null,
  length bigint not null,
  hardware_ids text[] not null,
  release_counter bigint,
  listed boolean not null,
  first_at timestamptz not null,
  primary key (dialect, file_name, sha256)
);
create index images_target_listed on images_target (dialect, file_name) where listed;
create index images_target_sha256 on images_target (sha256);

-- The encrypted copy of a confidential image; its content key is sealed with a key of the key store.
create table images_encrypted (
  sha256 bytea primary key,
  file_name text not null unique,
  encrypted_sha256 bytea not null,
  encrypted_sha512 bytea not null,
  encrypted_length bigint not null,
  sealed_key bytea not null,
  created_at timestamptz not null
);
