-- Where notifications go. What must stay secret (address of a chat, key of a webhook) is sealed.
create table platform_notify_channel (
  id uuid primary key,
  name text not null,
  kind text not null check (kind in ('smtp', 'webhook', 'chat')),
  dialect text check (dialect in ('slack', 'mattermost', 'teams', 'google-chat')),
  target text not null,
  addresses text[] not null default '{}',
  sealed bytea,
  previous_secret_until timestamptz,
  enabled boolean not null default true,
  mode text not null check (mode in ('immediate', 'digest')),
  digest_every text check (digest_every in ('hour', 'day', 'week')),
  digest_minute int check (digest_minute between 0 and 1439),
  digest_weekday int check (digest_weekday between 1 and 7),
  next_digest_at timestamptz,
  -- The circuit: nothing is tried before blocked_until.
  failures int not null default 0,
  blocked_until timestamptz,
  last_success_at timestamptz,
  last_failure_at timestamptz,
  last_error text,
  -- One replica at a time sends for a channel, which keeps the order; a lease that its owner did not end runs out.
  lease_token uuid,
  lease_until timestamptz,
  created_at timestamptz not null,
  created_by text not null,
  check ((kind = 'chat') = (dialect is not null)),
  check ((kind = 'smtp') = (sealed is null)),
  check ((mode = 'digest') = (digest_every is not null))
);
create unique index platform_notify_channel_name on platform_notify_channel (lower(name));

create table platform_notify_subscription (
  channel_id uuid not null references platform_notify_channel on delete cascade,
  -- A topic, 'area.*' or '*'.
  topic text not null,
  min_severity int not null check (min_severity between 0 and 4),
  primary key (channel_id, topic)
);

create table platform_notify_message (
  id uuid primary key,
  topic text not null,
  severity int not null check (severity between 0 and 4),
  subject text not null,
  body text not null,
  link text,
  data json,
  dedupe_key text,
  created_at timestamptz not null
);
create unique index platform_notify_message_dedupe on platform_notify_message (topic, dedupe_key) where dedupe_key is not null;
create index platform_notify_message_age on platform_notify_message (created_at);

-- One message for one channel. Deliveries of one digest share digest_id and are sent as one.
create table platform_notify_delivery (
  id uuid primary key,
  channel_id uuid not null references platform_notify_channel on delete cascade,
  message_id uuid not null references platform_notify_message on delete cascade,
  state text not null default 'waiting' check (state in ('waiting', 'retrying', 'delivered', 'undeliverable')),
  digest_id uuid,
  attempts int not null default 0,
  -- 'infinity' while it waits for its digest.
  next_attempt_at timestamptz not null,
  -- Seven days from here nothing is given up on.
  queued_at timestamptz not null,
  -- Mail that some addresses have taken goes on to these only.
  remaining text[],
  error text,
  created_at timestamptz not null,
  ended_at timestamptz
);
create index platform_notify_delivery_open on platform_notify_delivery (channel_id, message_id) where state in ('waiting', 'retrying');
create index platform_notify_delivery_due on platform_notify_delivery (channel_id, next_attempt_at) where state in ('waiting', 'retrying');
create index platform_notify_delivery_ended on platform_notify_delivery (ended_at) where ended_at is not null;
create index platform_notify_delivery_recent on platform_notify_delivery (created_at desc, id desc);
create index platform_notify_delivery_digest on platform_notify_delivery (digest_id) where digest_id is not null;
create index platform_notify_delivery_message on platform_notify_delivery (message_id);
create index platform_notify_delivery_undeliverable on platform_notify_delivery (channel_id, id) where state = 'undeliverable';
