import { type Expression, type RawBuilder, type SqlBool, sql } from 'kysely';

export interface Defined {
  readonly role: string;
  readonly software: string;
  readonly version: string;
  readonly sha256: Buffer | null;
}

export interface DriftSlice {
  readonly software: readonly Defined[];
  /** Versions of the definition before, by role and name of software. */
  readonly before: readonly Defined[];
  /** Over `inventory_vehicle v`. */
  readonly vehicles: Expression<SqlBool>;
  readonly after: string;
  readonly limit: number;
}

/** Where both sides have a hash, equal versions are not enough. */
const sameBytes = (column: string) =>
  sql`(n.reported_sha256 is null or d.${sql.ref(column)} is null or n.reported_sha256 = d.${sql.ref(column)})`;

/**
 * One row per vehicle of the slice (id, vin, standing, and what is wrong): what each ECU reports compared with a definition
 * and with the one before (UN R156 7.1.1.4). Only what is reported counts; what is planned proves nothing.
 */
export function drifts({ software, before, vehicles, after, limit }: DriftSlice): RawBuilder<unknown> {
  // a program that is new in this definition holds for those behind as well
  const former = software.map(
    (entry) => before.find((one) => one.role === entry.role && one.software === entry.software) ?? entry,
  );
  return sql`with t as materialized (select v.id, v.vin from inventory_vehicle v join inventory_vehicle_status vs on vs.vehicle_id = v.id
        where vs.state <> 'retired' and v.id > ${after}::uuid and (${vehicles}) order by v.id limit ${limit}),
      d(ordinal, role, software, version, sha256, former, former_sha256) as (select * from unnest(${software.map((_, i) => i)}::int[],
        ${software.map(({ role }) => role)}::text[], ${software.map(({ software: name }) => name)}::text[],
        ${software.map(({ version }) => version)}::text[], ${software.map(({ sha256 }) => sha256)}::bytea[],
        ${former.map(({ version }) => version)}::text[], ${former.map(({ sha256 }) => sha256)}::bytea[])),
      e as materialized (select t.id, e.id as ecu_id, e.role from t join inventory_ecu e on e.vin = t.vin
        where e.role = any(${software.map(({ role }) => role)}::text[])),
      k as materialized (select t.id, d.ordinal, d.role, d.software, d.version as expected, n.reported_version as reported,
          n.reported_version = d.version and ${sameBytes('sha256')} as good,
          n.reported_version = d.former and ${sameBytes('former_sha256')} as former
        from t cross join d left join e on e.id = t.id and e.role = d.role
        left join inventory_installation n on n.ecu_id = e.ecu_id and n.name = d.software and n.slot = 'running'),
      g as (select id, bool_and(coalesce(good, false)) as good, bool_and(coalesce(former, false)) as former,
          bool_or(reported is null) as unknown from k group by id),
      w as (select distinct on (id) id, role, software, expected, reported from k
        where reported is not null and not coalesce(good, false) order by id, ordinal)
    select t.id, t.vin, case when g.good then 'matches' when ${before.length > 0} and g.former then 'behind'
        when w.id is not null then 'drift' else 'unknown' end as standing,
      w.role, w.software, w.expected, w.reported
    from t join g on g.id = t.id left join w on w.id = t.id`;
}

export const ofModel = (model: string): Expression<SqlBool> => sql<SqlBool>`v.model_code = ${model}`;
