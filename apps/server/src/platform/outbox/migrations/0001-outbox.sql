-- Domain events, written in the transaction of the change and deleted when every handler has succeeded.
create table platform_outbox (
  id uuid primary key,
  type text not null,
  payload json not null,
  created_at timestamptz not null default now(),
  attempts int not null default 0,
  next_attempt_at timestamptz not null default now(),
  last_error text,
  -- Set when the last attempt failed: the event stays here, visible, until an operator retries or discards it.
  dead_at timestamptz
);
create index platform_outbox_due on platform_outbox (next_attempt_at) where dead_at is null;
create index platform_outbox_dead on platform_outbox (dead_at) where dead_at is not null;
