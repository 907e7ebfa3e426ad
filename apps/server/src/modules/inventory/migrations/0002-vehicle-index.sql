-- Which vehicles run any of these software versions: one bit per vehicle, exact in every committed state and counted in milliseconds.
-- A count(distinct vehicle_id) over millions of installations takes seconds.
--
-- Every writer leaves a note of what its statement changed (statement triggers), and the bits are written when the transaction
-- commits (a deferred trigger), in one order of (kind, key, block), after every other lock it takes: so two transactions that change the
-- same block wait for each other only while one of them commits, and can never deadlock, whatever rows they locked before and in
-- whatever order. Inside a transaction the index therefore still shows what was committed before it.

-- The place of a vehicle in the bitmaps. Gaps are harmless.
alter table inventory_vehicle add column ordinal int generated always as identity;
alter table inventory_vehicle add constraint inventory_vehicle_ordinal_key unique (ordinal);
-- The order by VIN can test the bits of a set without fetching the rows it passes over.
alter table inventory_vehicle drop constraint inventory_vehicle_vin_key;
alter table inventory_vehicle add constraint inventory_vehicle_vin_key unique (vin) include (ordinal);

-- The safety integrity level of the role (ISO 26262), as the architecture says.
alter table inventory_role add column asil text;
update inventory_role o set asil = r.value ->> 'asil'
from inventory_model m cross join lateral jsonb_array_elements(m.architecture -> 'roles') r(value)
where m.id = o.model_id and r.value ->> 'id' = o.role;

-- Bit (ordinal % 2048) of block (ordinal / 2048). What the kinds say of a vehicle, and what their key is:
--   current       some ECU is taken to run it (current_id), in any slot        id of the software version
--   reported      some ECU said it runs it (slot running)                      id of the software version
--   unreported    it is planned on some ECU that has not reported it yet       name of the program
--   unregistered  some ECU reported a version that nobody registered           name of the program
--   all, live     registered; registered and not retired                       ''
--   model, region, plant                                                       the value ('' for no plant)
-- Blocks of 2048 read as fast as larger ones, and writers meet in them more seldom.
create table inventory_vehicle_block (
  kind text collate "C" not null,
  key text collate "C" not null,
  block int not null,
  vehicles bit(2048) not null,
  primary key (kind, key, block)
) with (fillfactor = 70);

-- Where a version sits: how many installations ECUs of this role and model have of it (current_id). A row stays at 0.
create table inventory_software_role (
  software_id uuid not null,
  model_id uuid not null,
  role text collate "C" not null,
  installations bigint not null,
  primary key (software_id, model_id, role)
) with (fillfactor = 70);

-- Notes of open transactions, gone when they commit. After a crash there are none, so they need no log.
-- gained: vehicles of the block that have it for certain; lost: ordinals of vehicles of which an ECU lost it, another may have it still.
-- Of the kind "role" a note holds how many installations were added; a note of the kind "end" follows those of a statement.
create unlogged table inventory_index_note (
  xid xid8 not null default pg_current_xact_id(),
  kind text collate "C" not null,
  key text collate "C" not null,
  block int,
  gained bit(2048),
  lost int[],
  model_id uuid,
  role text collate "C",
  change bigint
);
create index inventory_index_note_xid on inventory_index_note (xid);

create function inventory_vehicle_bit(ordinal int) returns bit(2048) language sql immutable parallel safe
  return set_bit(0::bit(2048), ordinal % 2048, 1);

create function inventory_note_installed() returns trigger language plpgsql as $$
begin
  if not exists (select from added) then return null; end if;
  with moved as materialized (
    select a.name, a.slot = 'running' as running, a.current_id, a.reported_id, a.reported_version is null as silent,
      v.ordinal / 2048 as block, inventory_vehicle_bit(v.ordinal) as vehicle, e.model_id, e.role
    from added a join inventory_vehicle v on v.id = a.vehicle_id left join inventory_ecu e on e.id = a.ecu_id)
  insert into inventory_index_note (kind, key, block, gained, model_id, role, change)
  select 'current', current_id::text, block, bit_or(vehicle), null::uuid, null, null::bigint from moved
    where current_id is not null group by current_id, block
  union all
  select 'reported', reported_id::text, block, bit_or(vehicle), null, null, null from moved
    where reported_id is not null and running group by reported_id, block
  union all
  select case when silent then 'unreported' else 'unregistered' end, name, block, bit_or(vehicle), null, null, null from moved
    where running and (silent or reported_id is null) group by silent, name, block
  union all
  select 'role', current_id::text, null, null, model_id, role, count(*) from moved
    where current_id is not null and model_id is not null group by current_id, model_id, role
  union all
  select 'end', '', null, null, null, null, null;
  return null;
end
$$;
create trigger inventory_installation_added after insert on inventory_installation
  referencing new table as added for each statement execute function inventory_note_installed();

create function inventory_note_changed() returns trigger language plpgsql as $$
begin
  -- most reports repeat what is known
  if not exists (
    select a.ecu_id, a.vehicle_id, a.name, a.slot, a.current_id, a.reported_id, a.reported_version is null from added a
    except select r.ecu_id, r.vehicle_id, r.name, r.slot, r.current_id, r.reported_id, r.reported_version is null from removed r)
  then return null; end if;
  with moved as materialized (
    select m.name, m.slot = 'running' as running, m.current_id, m.reported_id, m.reported_version is null as silent, m.n,
      v.ordinal, e.model_id, e.role
    from (select *, 1 as n from added union all select *, -1 from removed) m
    join inventory_vehicle v on v.id = m.vehicle_id left join inventory_ecu e on e.id = m.ecu_id),
  net as (
    select 'current' as kind, current_id::text as key, ordinal, n from (
      select current_id, ordinal, sum(n) as n from moved where current_id is not null group by current_id, ordinal) x where n <> 0
    union all
    select 'reported', reported_id::text, ordinal, n from (
      select reported_id, ordinal, sum(n) as n from moved where reported_id is not null and running
      group by reported_id, ordinal) x where n <> 0
    union all
    select case when silent then 'unreported' else 'unregistered' end, name, ordinal, sum(n) from moved
    where running and (silent or reported_id is null) group by silent, name, ordinal having sum(n) <> 0),
  noted as (
    insert into inventory_index_note (kind, key, block, gained, lost, model_id, role, change)
    select kind, key, ordinal / 2048, coalesce(bit_or(inventory_vehicle_bit(ordinal)) filter (where n > 0), 0::bit(2048)),
      array_agg(ordinal) filter (where n < 0), null::uuid, null, null::bigint from net group by kind, key, ordinal / 2048
    union all
    select 'role', current_id::text, null, null, null, model_id, role, sum(n) from moved
    where current_id is not null and model_id is not null group by current_id, model_id, role having sum(n) <> 0
    returning 1)
  insert into inventory_index_note (kind, key) select 'end', '' where exists (select from noted);
  return null;
end
$$;
create trigger inventory_installation_changed after update on inventory_installation
  referencing new table as added old table as removed for each statement execute function inventory_note_changed();

-- Nothing deletes installations today; whoever will need not think of the index.
create function inventory_note_removed() returns trigger language plpgsql as $$
begin
  insert into inventory_index_note (kind, key, block, gained, lost)
  select k.kind, k.key, v.ordinal / 2048, 0::bit(2048), array[v.ordinal] from inventory_vehicle v cross join (values
    ('current', old.current_id::text), ('reported', old.reported_id::text), ('unreported', old.name), ('unregistered', old.name)
  ) k(kind, key) where v.id = old.vehicle_id and k.key is not null;
  insert into inventory_index_note (kind, key, model_id, role, change)
  select 'role', old.current_id::text, e.model_id, e.role, -1 from inventory_ecu e
  where e.id = old.ecu_id and old.current_id is not null;
  insert into inventory_index_note (kind, key) values ('end', '');
  return null;
end
$$;
create trigger inventory_installation_removed after delete on inventory_installation
  for each row execute function inventory_note_removed();

create function inventory_note_registered() returns trigger language plpgsql as $$
begin
  if not exists (select from added) then return null; end if;
  with placed as materialized (
    select model_code, region, coalesce(plant, '') as plant, ordinal / 2048 as block, inventory_vehicle_bit(ordinal) as vehicle
    from added)
  insert into inventory_index_note (kind, key, block, gained)
  select 'all', '', block, bit_or(vehicle) from placed group by block
  union all select 'model', model_code, block, bit_or(vehicle) from placed group by model_code, block
  union all select 'region', region, block, bit_or(vehicle) from placed group by region, block
  union all select 'plant', plant, block, bit_or(vehicle) from placed group by plant, block
  union all select 'end', '', null, null;
  return null;
end
$$;
create trigger inventory_vehicle_added after insert on inventory_vehicle
  referencing new table as added for each statement execute function inventory_note_registered();

-- Row by row, but only for rows whose value changes: the counts in these tables change with every import and connection.
create function inventory_note_moved() returns trigger language plpgsql as $$
begin
  insert into inventory_index_note (kind, key, block, gained, lost)
  select kind, key, new.ordinal / 2048, gained, array[new.ordinal] from (values
    ('model', old.model_code, 0::bit(2048)), ('model', new.model_code, inventory_vehicle_bit(new.ordinal)),
    ('region', old.region, 0::bit(2048)), ('region', new.region, inventory_vehicle_bit(new.ordinal)),
    ('plant', coalesce(old.plant, ''), 0::bit(2048)), ('plant', coalesce(new.plant, ''), inventory_vehicle_bit(new.ordinal)))
    x(kind, key, gained);
  insert into inventory_index_note (kind, key) values ('end', '');
  return null;
end
$$;
create trigger inventory_vehicle_changed after update of model_code, region, plant on inventory_vehicle for each row
  when ((old.model_code, old.region, old.plant) is distinct from (new.model_code, new.region, new.plant))
  execute function inventory_note_moved();

create function inventory_note_in_use() returns trigger language plpgsql as $$
begin
  if not exists (select from added) then return null; end if;
  insert into inventory_index_note (kind, key, block, gained)
  select 'live', '', v.ordinal / 2048, bit_or(inventory_vehicle_bit(v.ordinal)) from added a
  join inventory_vehicle v on v.id = a.vehicle_id where a.state <> 'retired' group by v.ordinal / 2048;
  insert into inventory_index_note (kind, key) values ('end', '');
  return null;
end
$$;
create trigger inventory_vehicle_status_added after insert on inventory_vehicle_status
  referencing new table as added for each statement execute function inventory_note_in_use();

create function inventory_note_retired() returns trigger language plpgsql as $$
begin
  insert into inventory_index_note (kind, key, block, gained, lost)
  select 'live', '', v.ordinal / 2048, 0::bit(2048), array[v.ordinal] from inventory_vehicle v where v.id = new.vehicle_id;
  insert into inventory_index_note (kind, key) values ('end', '');
  return null;
end
$$;
create trigger inventory_vehicle_status_retired after update of state on inventory_vehicle_status for each row
  when ((old.state = 'retired') is distinct from (new.state = 'retired')) execute function inventory_note_retired();

create function inventory_refuse_delete() returns trigger language plpgsql as $$
begin
  raise exception 'vehicles are retired, not deleted: their bits would stay in inventory_vehicle_block';
end
$$;
create trigger inventory_vehicle_deleted before delete on inventory_vehicle
  for each statement execute function inventory_refuse_delete();

-- Whether the vehicle has what a note says that it may have lost, in this moment.
create function inventory_vehicle_has(kind text, key text, place int) returns boolean language plpgsql stable as $$
declare
  id constant uuid := (select v.id from inventory_vehicle v where v.ordinal = place);
begin
  return case kind
    when 'current' then exists (select from inventory_installation i where i.current_id = key::uuid and i.vehicle_id = id)
    when 'reported' then exists (select from inventory_installation i
      where i.vehicle_id = id and i.reported_id = key::uuid and i.slot = 'running')
    when 'unreported' then exists (select from inventory_installation i
      where i.vehicle_id = id and i.name = key and i.reported_version is null and i.slot = 'running')
    when 'unregistered' then exists (select from inventory_installation i
      where i.vehicle_id = id and i.name = key and i.reported_version is not null and i.reported_id is null and i.slot = 'running')
    when 'live' then exists (select from inventory_vehicle_status s where s.vehicle_id = id and s.state <> 'retired')
    when 'model' then exists (select from inventory_vehicle v where v.ordinal = place and v.model_code = key)
    when 'region' then exists (select from inventory_vehicle v where v.ordinal = place and v.region = key)
    when 'plant' then exists (select from inventory_vehicle v where v.ordinal = place and coalesce(v.plant, '') = key)
  end;
end
$$;

-- What a transaction noted becomes bits and counts. Each step is a statement of its own: after its locks are held, the next one sees
-- what whoever held them before has committed. Rows are never deleted: a writer may be waiting for them.
create function inventory_apply_notes() returns trigger language plpgsql as $$
declare
  mine constant xid8 := pg_current_xact_id();
begin
  if not exists (select from inventory_index_note where xid = mine) then return null; end if;
  -- with an older snapshot the checks below could miss what was committed while waiting for a lock
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'the inventory is written in READ COMMITTED, not in %', current_setting('transaction_isolation');
  end if;

  insert into inventory_vehicle_block (kind, key, block, vehicles)
  select kind, key, block, 0::bit(2048) from inventory_index_note n where xid = mine and block is not null
    and not exists (select from inventory_vehicle_block b where b.kind = n.kind and b.key = n.key and b.block = n.block)
  group by kind, key, block order by kind, key, block on conflict do nothing;

  -- also where the bits have their value already: another transaction may be about to change them
  perform from inventory_vehicle_block b join (
    select distinct kind, key, block from inventory_index_note where xid = mine and block is not null) n
    on b.kind = n.kind and b.key = n.key and b.block = n.block
  order by b.kind, b.key, b.block for no key update of b;

  with gains as (
    select kind, key, block, bit_or(gained) as vehicles from inventory_index_note
    where xid = mine and block is not null group by kind, key, block),
  losses as materialized (
    select kind, key, ordinal / 2048 as block, inventory_vehicle_bit(ordinal) as vehicle, inventory_vehicle_has(kind, key, ordinal) as has
    from (select distinct kind, key, o.ordinal from inventory_index_note cross join lateral unnest(lost) o(ordinal)
      where xid = mine and lost is not null) x),
  wanted as (
    select kind, key, block, bit_or(gained) as gained, bit_or(lost) as lost from (
      select kind, key, block, vehicles as gained, 0::bit(2048) as lost from gains
      union all
      select kind, key, block, case when has then vehicle else 0::bit(2048) end, case when has then 0::bit(2048) else vehicle end
      from losses) x group by kind, key, block)
  update inventory_vehicle_block b set vehicles = (b.vehicles | w.gained) & ~w.lost from wanted w
  where b.kind = w.kind and b.key = w.key and b.block = w.block and b.vehicles <> ((b.vehicles | w.gained) & ~w.lost);

  if exists (select from inventory_index_note where xid = mine and kind = 'role') then
    perform inventory_apply_role_notes(mine);
  end if;
  delete from inventory_index_note where xid = mine;
  return null;
end
$$;

create function inventory_apply_role_notes(mine xid8) returns void language plpgsql as $$
begin
  insert into inventory_software_role (software_id, model_id, role, installations)
  select key::uuid, model_id, role, 0 from inventory_index_note n where xid = mine and kind = 'role'
    and not exists (select from inventory_software_role r
      where r.software_id = n.key::uuid and r.model_id = n.model_id and r.role = n.role)
  group by key, model_id, role order by key, model_id, role on conflict do nothing;
  perform from inventory_software_role r join (
    select distinct key::uuid as software_id, model_id, role from inventory_index_note where xid = mine and kind = 'role') n
    on r.software_id = n.software_id and r.model_id = n.model_id and r.role = n.role
  order by r.software_id, r.model_id, r.role for no key update of r;
  update inventory_software_role r set installations = r.installations + n.change
  from (select key::uuid as software_id, model_id, role, sum(change) as change from inventory_index_note
    where xid = mine and kind = 'role' group by key, model_id, role having sum(change) <> 0) n
  where r.software_id = n.software_id and r.model_id = n.model_id and r.role = n.role;
end
$$;

create constraint trigger inventory_index_apply after insert on inventory_index_note
  deferrable initially deferred for each row when (new.kind = 'end') execute function inventory_apply_notes();

-- Builds everything anew from the tables it describes: after a restore, or a bulk load with triggers off. Writers wait meanwhile.
create function inventory_rebuild_vehicle_index() returns void language plpgsql set work_mem = '256MB' as $$
begin
  lock table inventory_vehicle, inventory_vehicle_status, inventory_installation in share mode;
  lock table inventory_vehicle_block, inventory_software_role in exclusive mode;
  delete from inventory_vehicle_block;
  delete from inventory_software_role;
  insert into inventory_vehicle_block (kind, key, block, vehicles)
  select k.kind, k.key, v.ordinal / 2048, bit_or(inventory_vehicle_bit(v.ordinal))
  from inventory_installation i join inventory_vehicle v on v.id = i.vehicle_id cross join lateral (values
    ('current', i.current_id::text),
    ('reported', case when i.slot = 'running' then i.reported_id::text end),
    ('unreported', case when i.slot = 'running' and i.reported_version is null then i.name end),
    ('unregistered', case when i.slot = 'running' and i.reported_version is not null and i.reported_id is null then i.name end)
  ) k(kind, key) where k.key is not null group by k.kind, k.key, v.ordinal / 2048;
  insert into inventory_vehicle_block (kind, key, block, vehicles)
  select k.kind, k.key, v.ordinal / 2048, bit_or(inventory_vehicle_bit(v.ordinal))
  from inventory_vehicle v join inventory_vehicle_status s on s.vehicle_id = v.id cross join lateral (values
    ('all', ''), ('live', case when s.state <> 'retired' then '' end), ('model', v.model_code), ('region', v.region),
    ('plant', coalesce(v.plant, ''))) k(kind, key)
  where k.key is not null group by k.kind, k.key, v.ordinal / 2048;
  insert into inventory_software_role (software_id, model_id, role, installations)
  select i.current_id, e.model_id, e.role, count(*) from inventory_installation i join inventory_ecu e on e.id = i.ecu_id
  where i.current_id is not null group by i.current_id, e.model_id, e.role;
end
$$;
select inventory_rebuild_vehicle_index();
