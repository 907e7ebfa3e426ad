-- The same index, written and rebuilt faster. A function call per vehicle that lost a version made up most of what a transaction with
-- many changes paid; and a rebuild of 30,000,000 installations may use several processes, which only "create table as" allows.

create or replace function inventory_apply_notes() returns trigger language plpgsql as $$
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
    select x.kind, x.key, x.ordinal / 2048 as block, inventory_vehicle_bit(x.ordinal) as vehicle, case x.kind
      when 'current' then exists (select from inventory_installation i where i.current_id = x.key::uuid and i.vehicle_id = v.id)
      when 'reported' then exists (select from inventory_installation i
        where i.vehicle_id = v.id and i.reported_id = x.key::uuid and i.slot = 'running')
      when 'unreported' then exists (select from inventory_installation i
        where i.vehicle_id = v.id and i.name = x.key and i.reported_version is null and i.slot = 'running')
      when 'unregistered' then exists (select from inventory_installation i
        where i.vehicle_id = v.id and i.name = x.key and i.reported_version is not null and i.reported_id is null
          and i.slot = 'running')
      when 'live' then exists (select from inventory_vehicle_status s where s.vehicle_id = v.id and s.state <> 'retired')
      when 'model' then v.model_code = x.key
      when 'region' then v.region = x.key
      when 'plant' then coalesce(v.plant, '') = x.key end as has
    from (select distinct kind, key, o.ordinal from inventory_index_note cross join lateral unnest(lost) o(ordinal)
      where xid = mine and lost is not null) x join inventory_vehicle v on v.ordinal = x.ordinal),
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

drop function inventory_vehicle_has;

create or replace function inventory_rebuild_vehicle_index() returns void language plpgsql
  set work_mem = '256MB' set max_parallel_workers_per_gather = 4 as $$
begin
  lock table inventory_vehicle, inventory_vehicle_status, inventory_installation in share mode;
  lock table inventory_vehicle_block, inventory_software_role in exclusive mode;
  delete from inventory_vehicle_block;
  delete from inventory_software_role;
  create temporary table inventory_rebuilt_current on commit drop as
    select i.current_id as id, v.ordinal / 2048 as block, bit_or(inventory_vehicle_bit(v.ordinal)) as vehicles
    from inventory_installation i join inventory_vehicle v on v.id = i.vehicle_id
    where i.current_id is not null group by i.current_id, v.ordinal / 2048;
  create temporary table inventory_rebuilt_reported on commit drop as
    select i.reported_id as id, v.ordinal / 2048 as block, bit_or(inventory_vehicle_bit(v.ordinal)) as vehicles
    from inventory_installation i join inventory_vehicle v on v.id = i.vehicle_id
    where i.reported_id is not null and i.slot = 'running' group by i.reported_id, v.ordinal / 2048;
  create temporary table inventory_rebuilt_role on commit drop as
    select i.current_id as id, e.model_id, e.role, count(*) as installations
    from inventory_installation i join inventory_ecu e on e.id = i.ecu_id
    where i.current_id is not null group by i.current_id, e.model_id, e.role;
  insert into inventory_vehicle_block (kind, key, block, vehicles)
  select 'current', id::text, block, vehicles from inventory_rebuilt_current order by id, block;
  insert into inventory_vehicle_block (kind, key, block, vehicles)
  select 'reported', id::text, block, vehicles from inventory_rebuilt_reported order by id, block;
  insert into inventory_vehicle_block (kind, key, block, vehicles)
  select case when i.reported_version is null then 'unreported' else 'unregistered' end, i.name, v.ordinal / 2048,
    bit_or(inventory_vehicle_bit(v.ordinal))
  from inventory_installation i join inventory_vehicle v on v.id = i.vehicle_id
  where i.slot = 'running' and (i.reported_version is null or i.reported_id is null)
  group by i.reported_version is null, i.name, v.ordinal / 2048;
  insert into inventory_vehicle_block (kind, key, block, vehicles)
  select k.kind, k.key, v.ordinal / 2048, bit_or(inventory_vehicle_bit(v.ordinal))
  from inventory_vehicle v join inventory_vehicle_status s on s.vehicle_id = v.id cross join lateral (values
    ('all', ''), ('live', case when s.state <> 'retired' then '' end), ('model', v.model_code), ('region', v.region),
    ('plant', coalesce(v.plant, ''))) k(kind, key)
  where k.key is not null group by k.kind, k.key, v.ordinal / 2048;
  insert into inventory_software_role (software_id, model_id, role, installations)
  select id, model_id, role, installations from inventory_rebuilt_role;
  drop table inventory_rebuilt_current, inventory_rebuilt_reported, inventory_rebuilt_role;
end
$$;
