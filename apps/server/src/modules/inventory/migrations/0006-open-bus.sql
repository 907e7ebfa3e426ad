-- Whether the outside reaches one of the buses of the role without a gateway. Null where an older server wrote the row: not known.
alter table inventory_role add column open_bus boolean;
update inventory_role r set open_bus = exists (
  select from inventory_model m, jsonb_array_elements(m.architecture -> 'roles') a, jsonb_array_elements_text(a -> 'buses') t (bus),
    jsonb_array_elements(m.architecture -> 'buses') b
  where m.id = r.model_id and a ->> 'id' = r.role and b ->> 'id' = t.bus and (b ->> 'open')::boolean);
