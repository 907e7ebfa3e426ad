-- Vehicles that a security update did not reach, by cause: who told stakeholders, or decided not to and why.
create table updates_undelivered (
  id uuid primary key,
  campaign_id uuid not null references updates_campaign,
  state text not null,
  cause text not null,
  vehicles bigint not null,
  notice text not null check (notice in ('notified', 'not-notified')),
  reason text not null,
  decided_at timestamptz not null,
  decided_by text not null,
  decided_by_name text not null,
  unique (campaign_id, state, cause)
);
create index updates_undelivered_decided on updates_undelivered (decided_at, id);
