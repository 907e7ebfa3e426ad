import type { Incompatibility, ReleaseRule } from '@bulkhead/contract';
import { type Expression, type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { breaks, openRules } from './domain/release-contents.ts';
import type { StoredItem } from './release-views.ts';

/** A release in the form in which vehicles are compared with it. */
export interface Check {
  readonly models: readonly string[];
  readonly items: readonly CheckedItem[];
  readonly rules: readonly CheckedRule[];
}
interface CheckedItem {
  readonly ordinal: number;
  readonly role: string;
  readonly software: string;
  readonly version: string;
  readonly hardware_ids: readonly string[];
  /** Software of the same name that was released with a higher counter: an ECU refuses to go back from it (Uptane C7). */
  readonly newer: readonly string[];
}
interface CheckedRule {
  readonly kind: ReleaseRule['kind'];
  readonly role: string;
  readonly name: string;
  /** The versions known today that meet the requirement, or that are in conflict. */
  readonly versions: readonly string[];
}

/** Vehicles in the order of their ids, after one, at most so many. */
export interface Slice {
  readonly condition: Expression<SqlBool>;
  readonly after: string;
  readonly limit: number;
}

export const createCompatibilityViews = (db: Db) => ({
  /** Versions are few: they are compared here once, and vehicles only by equality. */
  checkOf: async (release: {
    readonly models: readonly string[];
    readonly rules: readonly ReleaseRule[];
    readonly items: readonly StoredItem[];
  }): Promise<Check> => {
    const items: CheckedItem[] = [];
    for (const item of release.items) items.push({ ...item, newer: await newerThan(db, item) });
    const rules: CheckedRule[] = [];
    for (const rule of openRules(release.rules, release.items)) {
      const known = await versionsOf(db, rule.name);
      const versions = known.filter((version) => breaks(version, rule) === (rule.kind === 'conflicts'));
      rules.push({ kind: rule.kind, role: rule.role, name: rule.name, versions });
    }
    return { models: release.models, items, rules };
  },

  /** One verdict per vehicle of a slice. */
  verdicts: async (check: Check, slice: Slice) => {
    const { rows } = await sql<{
      vin: string;
      reason: Incompatibility | null;
      subject: string | null;
    }>`select vin, reason, subject from (${verdicts(check, slice)}) x`.execute(db);
    return rows;
  },

  /** VINs of few vehicles as the condition of a slice. */
  theseVins: (vins: readonly string[]): Slice => ({
    condition: sql<SqlBool>`v.vin = any(${[...vins]}::text[])`,
    after: '00000000-0000-0000-0000-000000000000',
    limit: vins.length,
  }),

  /** The verdicts of one slice grouped by reason, with how many vehicles it held and the last id. */
  groups: async (check: Check, slice: Slice) => {
    const { rows } = await sql<{
      reason: Incompatibility | null;
      subject: string | null;
      vehicles: string;
      examples: string[];
      last: string;
    }>`select reason, subject, count(*)::text as vehicles, (array_agg(vin order by vin))[1:5] as examples, max(id::text) as last
      from (${verdicts(check, slice)}) x group by reason, subject`.execute(db);
    return rows;
  },
});

async function versionsOf(db: Db, name: string): Promise<string[]> {
  const { rows } = await sql<{ version: string }>`select version from inventory_software where name = ${name}
    union select reported_version from inventory_installation
      where name = ${name} and reported_version is not null and reported_id is null`.execute(db);
  return rows.map(({ version }) => version);
}

async function newerThan(db: Db, item: StoredItem): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`select distinct i.software_id as id
    from updates_release_item i join updates_release r on r.id = i.release_id
    where i.software = ${item.software} and i.release_counter > ${item.release_counter}::bigint
      and i.software_id <> ${item.software_id}::uuid and r.published_at is not null`.execute(db);
  return rows.map(({ id }) => id);
}

/**
 * One row (id, vin, region, ring, reason, subject) per vehicle of the slice that is not retired: the first thing that speaks
 * against the release, or null (UN R156 7.1.1.7). Last known means reported, else as built. All vehicles of the slice in
 * one statement: sets are joined, nothing is asked per vehicle.
 */
export function verdicts(
  { models, items, rules }: Check,
  { condition, after, limit }: Slice,
  ring: Expression<number | null> = sql`null::int`,
): RawBuilder<unknown> {
  const roles = [...new Set([...items, ...rules].map(({ role }) => role))];
  const itemRoles = [...new Set(items.map(({ role }) => role))];
  const hardware = items.flatMap(({ ordinal, role, hardware_ids }) =>
    hardware_ids.map((id) => ({ ordinal, role, id })),
  );
  const newer = items.flatMap((item) => item.newer.map((id) => ({ ordinal: item.ordinal, id })));
  const versions = rules.flatMap((rule, ordinal) => rule.versions.map((version) => ({ ordinal, version })));
  return sql`with t as materialized (
      select v.id, v.vin, v.region, v.model_code, ${ring} as ring from inventory_vehicle v
      join inventory_vehicle_status vs on vs.vehicle_id = v.id
      where vs.state <> 'retired' and v.id > ${after}::uuid and (${condition}) order by v.id limit ${limit}),
    item(ordinal, role, name, version) as (select * from unnest(${items.map((i) => i.ordinal)}::int[],
      ${items.map((i) => i.role)}::text[], ${items.map((i) => i.software)}::text[], ${items.map((i) => i.version)}::text[])),
    hardware(ordinal, role, id) as (select * from unnest(${hardware.map((h) => h.ordinal)}::int[],
      ${hardware.map((h) => h.role)}::text[], ${hardware.map((h) => h.id)}::text[])),
    newer(ordinal, id) as (select * from unnest(${newer.map((n) => n.ordinal)}::int[], ${newer.map((n) => n.id)}::uuid[])),
    rule(ordinal, kind, role, name) as (select * from unnest(${rules.map((_, i) => i)}::int[], ${rules.map((r) => r.kind)}::text[],
      ${rules.map((r) => r.role)}::text[], ${rules.map((r) => r.name)}::text[])),
    listed(ordinal, version) as (select * from unnest(${versions.map((x) => x.ordinal)}::int[], ${versions.map((x) => x.version)}::text[])),
    e as materialized (select t.id, e.id as ecu_id, e.role, (select min(h.ordinal) from hardware h where h.role = e.role
        and (h.id = e.part_number or h.id = e.part_number || '/' || e.hardware_version)) as ordinal
      from t join inventory_ecu e on e.vin = t.vin where e.role = any(${roles}::text[])),
    k as materialized (select e.id, e.ecu_id, e.role, i.ordinal, i.version, n.ecu_id is not null as known, n.reported_version, n.current_id
      from e join item i on i.ordinal = e.ordinal
      left join inventory_installation n on n.ecu_id = e.ecu_id and n.name = i.name and n.slot = 'running'),
    judged as materialized (select e.id, r.ordinal, r.kind, r.name, bool_or(l.version is not null) as listed
      from e join rule r on r.role = e.role
      left join inventory_installation n on n.ecu_id = e.ecu_id and n.name = r.name and n.slot = 'running'
      left join listed l on l.ordinal = r.ordinal and l.version = coalesce(n.reported_version, n.planned_version)
      group by e.id, r.ordinal, r.kind, r.name),
    fault(id, rank, reason, subject) as (
      select id, 1, 'model', model_code from t
        where cardinality(${[...models]}::text[]) > 0 and model_code <> all(${[...models]}::text[])
      union all select t.id, 2, 'missing-ecu', r.role from t cross join unnest(${itemRoles}::text[]) r(role)
        where not exists (select from e where e.id = t.id and e.role = r.role)
      union all select id, 3, 'hardware', role from e where ordinal is null and role = any(${itemRoles}::text[])
      union all select id, 4, 'unknown-configuration', role from k where not known
        and not exists (select from inventory_installation n where n.ecu_id = k.ecu_id and n.slot = 'running')
      union all select k.id, 6, 'release-counter', k.role from k join newer w on w.ordinal = k.ordinal and w.id = k.current_id
      union all select t.id, 7, 'requires', r.name from t cross join rule r where r.kind = 'requires'
        and not exists (select from judged j where j.id = t.id and j.ordinal = r.ordinal and j.listed)
      union all select id, 8, 'conflicts', name from judged where kind = 'conflicts' and listed
      union all select id, 5, 'up-to-date', '' from k group by id having bool_and(reported_version is not distinct from version)),
    first as (select distinct on (id) id, reason, subject from fault order by id, rank, subject)
    select t.id, t.vin, t.region, t.ring, f.reason, f.subject from t left join first f on f.id = t.id`;
}
