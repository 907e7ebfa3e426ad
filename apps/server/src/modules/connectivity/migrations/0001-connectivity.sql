-- Replicas that hold connections. One that has not been seen for a while is dead and its connections are closed by another.
create table connectivity_replica (
  replica text primary key,
  seen_at timestamptz not null
);

-- The MQTT session of a client; it outlives the connection by its expiry. `connection_id` says who may write to it.
create table connectivity_session (
  client_id text primary key,
  -- New with every session that starts clean: a packet id belongs to one session, not to the client.
  session_id uuid not null unique,
  connection_id uuid not null,
  ecu_id uuid not null,
  vin text not null,
  serial text not null,
  certificate text not null,
  replica text,
  expiry_seconds int not null,
  expires_at timestamptz,
  will_channel text,
  will_payload bytea,
  will_qos smallint,
  will_delay bigint
);
create index connectivity_session_replica on connectivity_session (replica) where replica is not null;
create index connectivity_session_expiry on connectivity_session (expires_at) where expires_at is not null;

create table connectivity_subscription (
  client_id text not null references connectivity_session on delete cascade,
  filter text not null,
  qos smallint not null,
  identifier bigint,
  primary key (client_id, filter)
);

-- QoS 2 packet ids received and not released (MQTT 5 s4.3.3), written with the message. No foreign key: a batch may commit
-- after its session has ended, and must not fail for it.
create table connectivity_qos2 (
  session_id uuid not null,
  packet_id int not null,
  at timestamptz not null default now(),
  primary key (session_id, packet_id)
);
create index connectivity_qos2_at on connectivity_qos2 (at);

-- Messages waiting for a client. A packet id means: sent, not acknowledged.
create table connectivity_downlink (
  id uuid primary key,
  client_id text not null,
  channel text not null,
  payload bytea not null,
  qos smallint not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  packet_id int
);
create index connectivity_downlink_client on connectivity_downlink (client_id, id);
create index connectivity_downlink_expiry on connectivity_downlink (expires_at) where expires_at is not null;

-- Wills of lost connections, until their delay has passed (MQTT 5 s3.1.3.2.2).
create table connectivity_will (
  id uuid primary key,
  client_id text not null,
  ecu_id uuid not null,
  vin text not null,
  serial text not null,
  certificate text not null,
  channel text not null,
  payload bytea not null,
  qos smallint not null,
  due_at timestamptz not null
);
create index connectivity_will_due on connectivity_will (due_at);
create index connectivity_will_client on connectivity_will (client_id);

-- The last connection of each client, live or not, for people to look at.
create table connectivity_connection (
  client_id text primary key,
  connection_id uuid not null,
  ecu_id uuid not null,
  vin text not null,
  serial text not null,
  certificate text not null,
  replica text not null,
  address text not null,
  protocol text not null,
  tls text not null,
  keep_alive int not null,
  connected_at timestamptz not null,
  last_seen_at timestamptz not null,
  disconnected_at timestamptz,
  reason text,
  messages_in bigint not null,
  messages_out bigint not null
);
create index connectivity_connection_seen on connectivity_connection (last_seen_at, client_id);
create index connectivity_connection_vin on connectivity_connection (vin, client_id);
create index connectivity_connection_live on connectivity_connection (replica) where disconnected_at is null;

-- What was refused, counted per party, kind and minute: a flood costs a row a minute.
create table connectivity_refusal (
  id uuid primary key,
  minute timestamptz not null,
  replica text not null,
  kind text not null,
  party text not null,
  ecu_id uuid,
  vin text,
  serial text,
  address text not null,
  detail text not null,
  count bigint not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  unique (minute, replica, kind, party)
);
create index connectivity_refusal_last on connectivity_refusal (last_at, id);
create index connectivity_refusal_vin on connectivity_refusal (vin, last_at) where vin is not null;

create table connectivity_traffic (
  minute timestamptz not null,
  replica text not null,
  messages_in bigint not null,
  messages_out bigint not null,
  refused bigint not null,
  primary key (minute, replica)
);
