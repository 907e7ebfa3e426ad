-- The dialect a vehicle registered in: the one its sets are signed in when all are signed anew.
alter table director_vehicle add column dialect text not null default 'a' check (dialect in ('a', 'b'));
