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
-- change: added up over the transaction for each vehicle (or role), so that statements which undo each other leave nothing to do.
create unlogged table inventory_index_note (
  xid xid8 not null default pg_current_xact_id(),
  kind text collate "C" not null,
  key text collate "C" not null,
  change bigint not null,
  ordinals int[],
  model_id uuid,
  role text collate "C"
);
create index inventory_index_note_xid on inventory_index_note (xid);

create function inventory_note_installations() returns trigger language plpgsql as $$
declare
  moved text := case tg_op
    when 'INSERT' then 'select *, 1 as n from added'
    when 'DELETE' then 'select *, -1 as n from removed'
    else 'select *, 1 as n from added union all select *, -1 as n from removed' end;
begin
  -- most statements concern nothing: an insert that only met conflicts, a report that repeats what is known
  if tg_op = 'INSERT' then
    if not exists (select from added) then return null; end if;
  elsif tg_op = 'UPDATE' then
    if not exists (
      select a.vehicle_id, a.ecu_id, a.name, a.slot, a.current_id, a.reported_id, a.reported_version is null from added a
      except select r.vehicle_id, r.ecu_id, r.name, r.slot, r.current_id, r.reported_id, r.reported_version is null from removed r)
    then return null; end if;
  end if;
  -- one text for the three kinds of statement, of which each sees other transition tables
  execute format($sql$
    with moved as materialized (select ecu_id, vehicle_id, name, slot, current_id, reported_id, reported_version, n from (%s) m),
    vehicles as (
      select k.kind, k.key, m.vehicle_id, sum(m.n) as n from moved m cross join lateral (values
        ('current', m.current_id::text),
        ('reported', case when m.slot = 'running' then m.reported_id::text end),
        ('unreported', case when m.slot = 'running' and m.reported_version is null then m.name end),
        ('unregistered', case when m.slot = 'running' and m.reported_version is not null and m.reported_id is null then m.name end)
      ) k(kind, key) where k.key is not null group by k.kind, k.key, m.vehicle_id having sum(m.n) <> 0),
    roles as (
      select m.current_id, e.model_id, e.role, sum(m.n) as n from moved m join inventory_ecu e on e.id = m.ecu_id
      where m.current_id is not null group by m.current_id, e.model_id, e.role having sum(m.n) <> 0),
    noted as (
      insert into inventory_index_note (kind, key, change, ordinals, model_id, role)
      select n.kind, n.key, n.n, array_agg(v.ordinal), null, null from vehicles n
        join inventory_vehicle v on v.id = n.vehicle_id group by n.kind, n.key, n.n
      union all
      select 'role', current_id::text, n, null, model_id, role from roles
      returning 1)
    insert into inventory_index_note (kind, key, change) select 'end', '', 0 where exists (select from noted)$sql$, moved);
  return null;
end
$$;

create trigger inventory_installation_added after insert on inventory_installation
  referencing new table as added for each statement execute function inventory_note_installations();
create trigger inventory_installation_changed after update on inventory_installation
  referencing new table as added old table as removed for each statement execute function inventory_note_installations();
create trigger inventory_installation_removed after delete on inventory_installation
  referencing old table as removed for each statement execute function inventory_note_installations();

create function inventory_note_new_vehicles() returns trigger language plpgsql as $$
begin
  insert into inventory_index_note (kind, key, change, ordinals)
  select k.kind, k.key, 1, array_agg(a.ordinal) from added a cross join lateral (values
    ('all', ''), ('model', a.model_code), ('region', a.region), ('plant', coalesce(a.plant, ''))) k(kind, key)
  group by k.kind, k.key;
  insert into inventory_index_note (kind, key, change) select 'end', '', 0 where exists (select from added);
  return null;
end
$$;
create trigger inventory_vehicle_added after insert on inventory_vehicle
  referencing new table as added for each statement execute function inventory_note_new_vehicles();

-- Row by row, but only for rows whose value changes: the counts in these tables change with every import and connection.
create function inventory_note_vehicle() returns trigger language plpgsql as $$
begin
  insert into inventory_index_note (kind, key, change, ordinals) values
    ('model', old.model_code, -1, array[old.ordinal]), ('model', new.model_code, 1, array[new.ordinal]),
    ('region', old.region, -1, array[old.ordinal]), ('region', new.region, 1, array[new.ordinal]),
    ('plant', coalesce(old.plant, ''), -1, array[old.ordinal]), ('plant', coalesce(new.plant, ''), 1, array[new.ordinal]),
    ('end', '', 0, null);
  return null;
end
$$;
create trigger inventory_vehicle_changed after update of model_code, region, plant on inventory_vehicle for each row
  when ((old.model_code, old.region, old.plant) is distinct from (new.model_code, new.region, new.plant))
  execute function inventory_note_vehicle();

create function inventory_note_new_lives() returns trigger language plpgsql as $$
begin
  insert into inventory_index_note (kind, key, change, ordinals)
  select 'live', '', 1, array_agg(v.ordinal) from added a join inventory_vehicle v on v.id = a.vehicle_id
  where a.state <> 'retired' having count(*) > 0;
  insert into inventory_index_note (kind, key, change) select 'end', '', 0 where exists (select from added);
  return null;
end
$$;
create trigger inventory_vehicle_status_added after insert on inventory_vehicle_status
  referencing new table as added for each statement execute function inventory_note_new_lives();

create function inventory_note_retired() returns trigger language plpgsql as $$
begin
  insert into inventory_index_note (kind, key, change, ordinals)
  select 'live', '', case when new.state = 'retired' then -1 else 1 end, array[v.ordinal]
  from inventory_vehicle v where v.id = new.vehicle_id;
  insert into inventory_index_note (kind, key, change) values ('end', '', 0);
  return null;
end
$$;
create trigger inventory_vehicle_status_retired after update of state on inventory_vehicle_status for each row
  when ((old.state = 'retired') is distinct from (new.state = 'retired')) execute function inventory_note_retired();

-- Vehicles are retired, not deleted. Whoever has to delete one deletes its installations and its status first.
create function inventory_refuse_delete() returns trigger language plpgsql as $$
begin
  raise exception 'vehicles are retired, not deleted: their bits would stay in inventory_vehicle_block';
end
$$;
create trigger inventory_vehicle_deleted before delete on inventory_vehicle
  for each statement execute function inventory_refuse_delete();

-- What a transaction noted becomes bits and counts. Each step is a statement of its own: after its locks are held, the next one sees
-- what whoever held them before has committed.
create function inventory_apply_notes() returns trigger language plpgsql as $$
declare
  mine constant xid8 := pg_current_xact_id();
  kinds text[];
  keys text[];
  blocks int[];
  sets bit(2048)[];
  clears bit(2048)[];
begin
  if not exists (select from inventory_index_note where xid = mine) then return null; end if;
  -- with an older snapshot the checks below could miss what was committed while waiting for a lock
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'the inventory is written in READ COMMITTED, not in %', current_setting('transaction_isolation');
  end if;

  select array_agg(kind), array_agg(key), array_agg(block), array_agg(set), array_agg(clear) into kinds, keys, blocks, sets, clears
  from (
    select kind, key, ordinal / 2048 as block,
      coalesce(bit_or(set_bit(0::bit(2048), ordinal % 2048, 1)) filter (where n > 0), 0::bit(2048)) as set,
      coalesce(bit_or(set_bit(0::bit(2048), ordinal % 2048, 1)) filter (where n < 0), 0::bit(2048)) as clear
    from (select kind, key, o.ordinal, sum(change) as n from inventory_index_note cross join lateral unnest(ordinals) o(ordinal)
      where xid = mine group by kind, key, o.ordinal having sum(change) <> 0) x
    group by kind, key, ordinal / 2048 order by kind, key, ordinal / 2048) y;

  if kinds is not null then
    insert into inventory_vehicle_block (kind, key, block, vehicles)
    select kind, key, block, 0::bit(2048) from unnest(kinds, keys, blocks) with ordinality w(kind, key, block, place)
    where not exists (select from inventory_vehicle_block b where b.kind = w.kind and b.key = w.key and b.block = w.block)
    order by place on conflict do nothing;

    -- also where the bit has its value already: another transaction may be about to change it
    perform from inventory_vehicle_block b join unnest(kinds, keys, blocks) w(kind, key, block)
      on b.kind = w.kind and b.key = w.key and b.block = w.block
    order by b.kind, b.key, b.block for no key update of b;

    -- another ECU of the vehicle may still have it
    with cleared as (
      select n.kind, n.key, v.ordinal, v.id from (
        select kind, key, o.ordinal from inventory_index_note cross join lateral unnest(ordinals) o(ordinal)
        where xid = mine and kind in ('current', 'reported', 'unreported', 'unregistered')
        group by kind, key, o.ordinal having sum(change) < 0) n
      join inventory_vehicle v on v.ordinal = n.ordinal),
    kept as (
      select kind, key, ordinal / 2048 as block, bit_or(set_bit(0::bit(2048), ordinal % 2048, 1)) as vehicles from cleared c
      where case kind
        when 'current' then exists (select from inventory_installation i where i.current_id = c.key::uuid and i.vehicle_id = c.id)
        when 'reported' then exists (select from inventory_installation i
          where i.vehicle_id = c.id and i.reported_id = c.key::uuid and i.slot = 'running')
        when 'unreported' then exists (select from inventory_installation i
          where i.vehicle_id = c.id and i.name = c.key and i.reported_version is null and i.slot = 'running')
        else exists (select from inventory_installation i
          where i.vehicle_id = c.id and i.name = c.key and i.reported_version is not null and i.reported_id is null
            and i.slot = 'running') end
      group by kind, key, ordinal / 2048),
    wanted as (
      select w.kind, w.key, w.block, w.set | coalesce(k.vehicles, 0::bit(2048)) as set, w.clear
      from unnest(kinds, keys, blocks, sets, clears) w(kind, key, block, set, clear)
      left join kept k on k.kind = w.kind and k.key = w.key and k.block = w.block)
    update inventory_vehicle_block b set vehicles = (b.vehicles & ~w.clear) | w.set from wanted w
    where b.kind = w.kind and b.key = w.key and b.block = w.block and b.vehicles <> ((b.vehicles & ~w.clear) | w.set);
  end if;

  insert into inventory_software_role (software_id, model_id, role, installations)
  select key::uuid, model_id, role, 0 from inventory_index_note n where xid = mine and kind = 'role'
    and not exists (select from inventory_software_role r
      where r.software_id = n.key::uuid and r.model_id = n.model_id and r.role = n.role)
  group by key, model_id, role having sum(change) <> 0 order by key, model_id, role on conflict do nothing;
  perform from inventory_software_role r where (software_id, model_id, role) in (
    select key::uuid, n.model_id, n.role from inventory_index_note n where xid = mine and kind = 'role'
    group by key, n.model_id, n.role having sum(change) <> 0)
  order by software_id, model_id, role for no key update of r;
  update inventory_software_role r set installations = r.installations + n.change
  from (select key::uuid as software_id, model_id, role, sum(change) as change from inventory_index_note
    where xid = mine and kind = 'role' group by key, model_id, role having sum(change) <> 0) n
  where r.software_id = n.software_id and r.model_id = n.model_id and r.role = n.role;

  delete from inventory_index_note where xid = mine;
  return null;
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
  select k.kind, k.key, v.ordinal / 2048, bit_or(set_bit(0::bit(2048), v.ordinal % 2048, 1))
  from inventory_installation i join inventory_vehicle v on v.id = i.vehicle_id cross join lateral (values
    ('current', i.current_id::text),
    ('reported', case when i.slot = 'running' then i.reported_id::text end),
    ('unreported', case when i.slot = 'running' and i.reported_version is null then i.name end),
    ('unregistered', case when i.slot = 'running' and i.reported_version is not null and i.reported_id is null then i.name end)
  ) k(kind, key) where k.key is not null group by k.kind, k.key, v.ordinal / 2048;
  insert into inventory_vehicle_block (kind, key, block, vehicles)
  select k.kind, k.key, v.ordinal / 2048, bit_or(set_bit(0::bit(2048), v.ordinal % 2048, 1))
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
