-- Security events as vehicles report them. The primary key is the identity of a message (ECU, boot counter, sequence
-- number), which makes storing exactly-once: a message delivered again is absorbed.
create table monitoring_event (
  id uuid not null,
  ecu_id uuid not null,
  boot bigint not null,
  sequence bigint not null,
  vin text not null,
  reporter text not null,
  ecu_serial text not null,
  type text not null,
  severity text not null,
  happened_at timestamptz not null,
  received_at timestamptz not null,
  data jsonb,
  primary key (ecu_id, boot, sequence)
);
create index monitoring_event_received on monitoring_event (received_at, id);
create index monitoring_event_vehicle on monitoring_event (vin, received_at, id);

-- Counts per minute, so that a summary of a day does not read the day's events.
create table monitoring_minute (
  minute timestamptz not null,
  severity text not null,
  type text not null,
  events bigint not null,
  primary key (minute, severity, type)
);
