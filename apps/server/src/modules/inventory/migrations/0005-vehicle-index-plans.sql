-- The blocks in three partitions with statistics of their own. In one table the planner took `kind = 'live' and key = ''` for two rows
-- instead of one per block, and joined a million vehicles row by row: a breakdown took ten seconds instead of a tenth of one.

alter table inventory_vehicle_block rename to inventory_vehicle_block_before;
alter table inventory_vehicle_block_before rename constraint inventory_vehicle_block_pkey to inventory_vehicle_block_before_pkey;
create table inventory_vehicle_block (
  kind text collate "C" not null,
  key text collate "C" not null,
  block int not null,
  vehicles bit(2048) not null,
  primary key (kind, key, block)
) partition by list (kind);
create table inventory_vehicle_block_whole partition of inventory_vehicle_block for values in ('all', 'live') with (fillfactor = 70);
create table inventory_vehicle_block_place partition of inventory_vehicle_block for values in ('model', 'region', 'plant')
  with (fillfactor = 70);
create table inventory_vehicle_block_software partition of inventory_vehicle_block
  for values in ('current', 'reported', 'unreported', 'unregistered') with (fillfactor = 70);
insert into inventory_vehicle_block (kind, key, block, vehicles)
select kind, key, block, vehicles from inventory_vehicle_block_before order by kind, key, block;
drop table inventory_vehicle_block_before;
analyze inventory_vehicle_block;

-- With the id in it the index of the VINs leads to the status of a vehicle without its row: a walk over vehicles that are not in a set
-- and not in the state asked for touches none of them.
alter table inventory_vehicle drop constraint inventory_vehicle_vin_key;
alter table inventory_vehicle add constraint inventory_vehicle_vin_key unique (vin) include (ordinal, id);
