import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { SbomContents } from './deps.ts';
import './tables.ts';

const json = (value: unknown) => JSON.stringify(value);
const batch = 5_000;

export interface ComponentRow {
  readonly id: string;
  readonly name: string;
  readonly version: string | null;
  readonly purl: string | null;
  readonly cpe: string | null;
  readonly supplier: string | null;
  readonly aliases: readonly Readonly<Record<string, string>>[];
  readonly keys: readonly string[];
}

export interface PlaceRow {
  readonly softwareId: string;
  readonly model: string;
  readonly role: string;
  readonly name: string;
  readonly function: string;
  readonly context: object;
}

/** Writes the module's own picture of components, the software that contains them and the ECU roles that run it. */
export const createComponentStore = (db: Db) => ({ ...contents(db), ...places(db) });
export type ComponentStore = ReturnType<typeof createComponentStore>;

const contents = (db: Db) => ({
  /** Answers those that are new here or known under other names than before: they have to be matched. */
  upsert: async (rows: readonly ComponentRow[], now: Date): Promise<string[]> => {
    const changed: string[] = [];
    for (let i = 0; i < rows.length; i += batch)
      changed.push(...(await upsertBatch(db, rows.slice(i, i + batch), now)));
    return changed;
  },

  /** Replaces what a software version contains; answers the components that came or went. */
  setUses: async (
    software: SbomContents['software'],
    sbomId: string | null,
    uses: SbomContents['components'],
  ): Promise<string[]> => {
    const { id, name, version, supplier, createdAt } = software;
    await sql`insert into vulnerabilities_software (id, name, version, supplier, function, sbom_id, created_at)
      values (${id}, ${name}, ${version}, ${supplier}, ${software.function}, ${sbomId}, ${createdAt})
      on conflict (id) do update set supplier = excluded.supplier, function = excluded.function, sbom_id = excluded.sbom_id`.execute(
      db,
    );
    const gone = await sql<{ component_id: string }>`delete from vulnerabilities_use
      where software_id = ${id} and not (component_id = any(${uses.map((use) => use.id)}::uuid[])) returning component_id`.execute(
      db,
    );
    const came: string[] = [];
    for (let i = 0; i < uses.length; i += batch) {
      const part = uses.slice(i, i + batch).map(({ id: componentId, hashes }) => ({ componentId, hashes }));
      const { rows } = await sql<{
        component_id: string;
      }>`insert into vulnerabilities_use (software_id, component_id, hashes)
        select distinct on (u."componentId") ${id}::uuid, u."componentId", nullif(u.hashes, 'null'::jsonb)
        from jsonb_to_recordset(${json(part)}::jsonb) as u("componentId" uuid, hashes jsonb) order by u."componentId"
        on conflict (software_id, component_id) do update set hashes = excluded.hashes
          where vulnerabilities_use.hashes is distinct from excluded.hashes
        returning component_id`.execute(db);
      came.push(...rows.map((row) => row.component_id));
    }
    return [...new Set([...came, ...gone.rows.map((row) => row.component_id)])];
  },
});

const places = (db: Db) => ({
  /** Answers the software versions whose places changed. */
  setPlaces: async (softwareIds: readonly string[], places: readonly PlaceRow[]): Promise<string[]> => {
    const { rows: gone } = await sql<{ software_id: string }>`delete from vulnerabilities_place p
      where p.software_id = any(${[...softwareIds]}::uuid[]) and not exists (
        select from jsonb_to_recordset(${json(places)}::jsonb) as g("softwareId" uuid, model text, role text)
        where g."softwareId" = p.software_id and g.model = p.model and g.role = p.role) returning p.software_id`.execute(
      db,
    );
    const { rows: set } = await sql<{ software_id: string }>`
      insert into vulnerabilities_place (software_id, model, role, name, function, context)
      select "softwareId", model, role, name, function, context from jsonb_to_recordset(${json(places)}::jsonb)
        as g("softwareId" uuid, model text, role text, name text, function text, context jsonb) order by 1, 2, 3
      on conflict (software_id, model, role) do update set name = excluded.name, function = excluded.function, context = excluded.context
        where (vulnerabilities_place.name, vulnerabilities_place.function, vulnerabilities_place.context)
          is distinct from (excluded.name, excluded.function, excluded.context)
      returning software_id`.execute(db);
    return [...new Set([...gone, ...set].map((row) => row.software_id))];
  },

  /** Derives where components sit from all software that contains them; answers which are in use no more, again, or elsewhere. */
  refreshContexts: async (
    componentIds: readonly string[],
  ): Promise<{ unused: string[]; usedAgain: string[]; moved: string[] }> => {
    const { rows } = await sql<{ id: string; before: number; now: number; moved: boolean }>`
      with wanted as materialized (
        select id, software_count as before, context as placed from vulnerabilities_component where id = any(${[...componentIds]}::uuid[])),
      used as materialized (
        select w.id, u.software_id from wanted w join vulnerabilities_use u on u.component_id = w.id),
      placed as materialized (
        select p.software_id, p.context, p.function from vulnerabilities_place p
        where p.software_id in (select software_id from used) group by 1, 2, 3),
      sized as (select id, count(*)::int as software_count from used group by id),
      contexts as (
        select id, jsonb_agg(context order by context) as context
        from (select distinct u.id, p.context from used u join placed p on p.software_id = u.software_id) x group by id),
      purposes as (
        select id, array_agg(function order by function) as functions
        from (select distinct u.id, p.function from used u join placed p on p.software_id = u.software_id) x group by id),
      summed as (
        select w.id, w.before, w.placed, coalesce(software_count, 0) as software_count, coalesce(context, '[]') as context,
          coalesce(functions, '{}') as functions
        from wanted w left join sized using (id) left join contexts using (id) left join purposes using (id))
      update vulnerabilities_component c set context = s.context, functions = s.functions, software_count = s.software_count
      from summed s where c.id = s.id
        and (c.context, c.functions, c.software_count) is distinct from (s.context, s.functions, s.software_count)
      returning c.id, s.before, s.software_count as now, s.placed is distinct from s.context as moved`.execute(db);
    return {
      unused: rows.filter(({ now }) => now === 0).map(({ id }) => id),
      usedAgain: rows.filter(({ before, now }) => before === 0 && now > 0).map(({ id }) => id),
      moved: rows.filter(({ moved }) => moved).map(({ id }) => id),
    };
  },

  componentsOfSoftware: async (softwareIds: readonly string[]): Promise<string[]> => {
    const { rows } = await sql<{ component_id: string }>`select distinct component_id from vulnerabilities_use
      where software_id = any(${[...softwareIds]}::uuid[])`.execute(db);
    return rows.map((row) => row.component_id);
  },
});

async function upsertBatch(db: Db, rows: readonly ComponentRow[], now: Date): Promise<string[]> {
  const text = json(
    rows.map((row) => ({ ...row, keys: undefined, identified: row.purl !== null || row.cpe !== null })),
  );
  const { rows: changed } = await sql<{ id: string }>`
    insert into vulnerabilities_component (id, name, version, purl, cpe, supplier, aliases, identified, vehicle_count, created_at)
    select distinct on (r.id) r.id, r.name, r.version, r.purl, r.cpe, r.supplier, r.aliases, r.identified, 0, ${now}
    from jsonb_to_recordset(${text}::jsonb) as r(id uuid, name text, version text, purl text, cpe text, supplier text, aliases jsonb, identified boolean)
    order by r.id
    on conflict (id) do update set aliases = excluded.aliases where vulnerabilities_component.aliases <> excluded.aliases
    returning id`.execute(db);
  const ids = new Set(changed.map(({ id }) => id));
  if (ids.size === 0) return [];
  await sql`delete from vulnerabilities_component_key where component_id = any(${[...ids]}::uuid[])`.execute(db);
  const keys = rows.filter(({ id }) => ids.has(id)).flatMap(({ id, keys }) => keys.map((key) => ({ id, key })));
  await sql`insert into vulnerabilities_component_key (key, component_id)
    select key, id from jsonb_to_recordset(${json(keys)}::jsonb) as k(id uuid, key text) on conflict do nothing`.execute(
    db,
  );
  return [...ids];
}
