import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';

export interface NewSbom {
  readonly id: string;
  readonly software_id: string;
  readonly software: string;
  readonly format: 'cyclonedx' | 'spdx';
  readonly spec_version: string;
  readonly component_count: number;
  readonly unidentified: number;
  readonly warnings: string[];
  readonly sha256: Buffer;
  readonly size: number;
  readonly document: Buffer;
  readonly subject: string | null;
  readonly uploaded_at: Date;
  readonly uploaded_by: string;
}

/** A component of one document; `key` (hex) is equal for components that are the same thing. */
export interface NewComponent {
  readonly id: string;
  readonly key: string;
  readonly ordinal: number;
  readonly ref: string;
  readonly name: string;
  readonly version: string | null;
  readonly purl: string | null;
  readonly cpe: string | null;
  readonly type: string;
  readonly supplier: string | null;
  readonly licences: readonly string[];
  readonly scope: string | null;
  readonly hashes: readonly { readonly algorithm: string; readonly value: string }[] | null;
}

export interface NewDependency {
  readonly from: number;
  readonly to: number;
  readonly kind: string;
}

export type SbomStore = ReturnType<typeof createSbomStore>;

/** One statement carries this many rows: bounded memory on both sides, and few round trips. */
const batch = 10_000;

/** Writes inventory_sbom, inventory_component and what joins them. */
export const createSbomStore = (db: Db) => ({
  /** Waits for another upload to the same software version, so that two of them replace one after the other. */
  hold: (softwareId: string) =>
    db
      .selectFrom('inventory_software')
      .select(['id', 'name'])
      .where('id', '=', softwareId)
      .forUpdate()
      .executeTakeFirst(),

  remove: async (softwareId: string) => {
    const [old] = await db.deleteFrom('inventory_sbom').where('software_id', '=', softwareId).returning('id').execute();
    if (!old) return;
    await db.deleteFrom('inventory_sbom_component').where('sbom_id', '=', old.id).execute();
    await db.deleteFrom('inventory_sbom_dependency').where('sbom_id', '=', old.id).execute();
  },

  insert: (row: NewSbom) => db.insertInto('inventory_sbom').values(row).execute(),

  insertComponents: async (sbomId: string, components: readonly NewComponent[]) => {
    for (let i = 0; i < components.length; i += batch) await insertBatch(db, sbomId, components.slice(i, i + batch));
  },

  insertDependencies: async (sbomId: string, edges: readonly NewDependency[]) => {
    for (let i = 0; i < edges.length; i += batch) {
      const part = edges.slice(i, i + batch);
      await sql`insert into inventory_sbom_dependency (sbom_id, from_ordinal, to_ordinal, kind)
        select ${sbomId}::uuid, r.* from unnest(${part.map((edge) => edge.from)}::int[], ${part.map((edge) => edge.to)}::int[],
          ${part.map((edge) => edge.kind)}::text[]) as r on conflict do nothing`.execute(db);
    }
  },
});

/** Known components are shared; new ones go in, in the order of their keys against deadlocks between two uploads. */
async function insertBatch(db: Db, sbomId: string, components: readonly NewComponent[]): Promise<void> {
  const json = JSON.stringify(components);
  await sql`insert into inventory_component (id, key, name, version, purl, cpe, type, supplier, licences)
    select distinct on (r.key) r.id, decode(r.key, 'hex'), r.name, r.version, r.purl, r.cpe, r.type, r.supplier, r.licences
    from jsonb_to_recordset(${json}::jsonb) as r(id uuid, key text, name text, version text, purl text, cpe text, type text,
      supplier text, licences text[])
    order by r.key on conflict (key) do nothing`.execute(db);
  // a statement of its own: it must see what the insert, or another upload meanwhile, has put in
  await sql`insert into inventory_sbom_component (sbom_id, ordinal, component_id, ref, scope, hashes)
    select ${sbomId}::uuid, r.ordinal, c.id, r.ref, r.scope, nullif(r.hashes, 'null'::jsonb)
    from jsonb_to_recordset(${json}::jsonb) as r(key text, ordinal int, ref text, scope text, hashes jsonb)
    join inventory_component c on c.key = decode(r.key, 'hex')`.execute(db);
}
